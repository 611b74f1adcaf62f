package rooms

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
)

func TestParseAlias(t *testing.T) {
	for in, want := range map[string]string{
		"bob": "bob", " Ann-Marie ": "Ann-Marie", "x_1.2": "x_1.2", "_z": "_z", "7": "7",
		"Åsa": "Åsa", "大輔": "大輔", "علي": "علي", "मीरा": "मीरा", "Ali": "Ali", "alice\x1b": "alice",
		"عل\u200cی": "علی", "jo\u200bhn": "john",
		"bob-2": "bob-2", "Νίκος": "Νίκος", "大輔A": "大輔A", "たろうTaro": "たろうTaro", "Вob": "Вob", "Jоsé": "Jоsé", "Ю1": "Ю1", strings.Repeat("é", MaxAlias): strings.Repeat("é", MaxAlias),
	} {
		if got, err := ParseAlias(in); got != want || err != nil {
			t.Errorf("ParseAlias(%+q) = %+q, %v; want %+q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", " ", "\u200d", "a b", "a\nb", "-a", ".a", "___", "a@b", "a:b", "<a>", "½", "bob😀", "a\xff", "\uE000",
		"Hина", "ʜина", "Γалина", "Ann-Юля", "ـ", "\u2800", "a\u2800", "\u115f", "\u3164", "\ua4f8",
		strings.Repeat("a", MaxAlias+1),
	} {
		if got, err := ParseAlias(in); !errors.Is(err, ErrBadAlias) || got != "" {
			t.Errorf("ParseAlias(%+q) = %+q, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"wick", "W1CK", "wlck", "w-i-c-k", "System", "server", "host", "admin", "adm1n", "Adm\u0131n", "ａｄｍｉｎ",
		"root", "r00t", "everyone", "all", "a11", "here", "You", "me", "nobody", "_root_", "Ad.Min.", "аdmin", "АDМІN", "ѕуѕtеm",
		"operator", "Moderator", "0wner", "channel", "Anonymous", "anonyrnous", "ꓮꓓꓟꓲꓠ", "𝖗𝖔𝖔𝖙",
	} {
		if got, err := ParseAlias(in); !errors.Is(err, ErrReservedAlias) || got != "" {
			t.Errorf("ParseAlias(%+q) = %+q, %v", in, got, err)
		}
	}
}

func TestAliasesThatLookAlikeFoldTogether(t *testing.T) {
	for _, same := range [][]string{
		{"Bob", "bob", "BOB", "b0b", "B0B", "b-o-b", "b_o.b", "ｂｏｂ", "Воb", "ВОВ", "bоb", "𝐁𝓸𝖇", "Ьob", "bοb", "Ꮟob"},
		{"Ian", "ian", "lan", "1an", "IAN", "Іan", "ӏan", "\u0196an", "Ｉan"},
		{"mina", "Mina", "MINA", "rnina", "Міnа", "МІNА", "r-nina"},
		{"Straße", "STRAẞE"}, {"Σίσυφος", "ΣΊΣΥΦΟΣ"}, {"Kim", "\u212Aim"}, {"Жанна", "жанна", "ЖАННА"},
		{"Нина", "нина", "НИНА", "Hина"}, {"Борис", "борис", "БОРИС"}, {"Юрий", "юрий", "ЮРИЙ"}, {"Ελένη", "ελένη", "ΕΛΈΝΗ"},
		{"ΝΑΤΑ", "NATA", "nata"}, {"ТОМ", "TOM", "tom", "Тоm"}, {"Сара", "Capa", "сара"},
		{"alice", "aliϲe", "ALIϹE"}, {"fan", "ſan"}, {"josé", "José", "jose\u0301", "JOSÉ", "jоsé"}, {"علي", "على", "عـلي"}, {"ー", "一"},
	} {
		for _, s := range same {
			if FoldAlias(s) != FoldAlias(same[0]) {
				t.Errorf("%q folds to %q, %q to %q", s, FoldAlias(s), same[0], FoldAlias(same[0]))
			}
		}
	}
	seen := map[string]string{}
	for _, s := range []string{
		"bob", "rob", "ann", "anna", "大輔", "大助", "علي", "عمر", "jose", "josé", "a1", "a2", "van", "nan", "uan", "yan",
		"amber-otter", "amber-otter-2", "amber-otter-z", "amber-otter-20", "amber-otter-22", "Анна", "Нина", "Инна", "さくら", "サクラ",
	} {
		if other, ok := seen[FoldAlias(s)]; ok {
			t.Errorf("%q and %q fold together", s, other)
		}
		seen[FoldAlias(s)] = s
	}
}

// In a word that does not look Latin, case never counts. A single letter may look
// Latin in both cases, like two letters.
func TestFoldAliasIgnoresCaseInAllOfUnicode(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		other := unicode.SimpleFold(r)
		if other == r {
			continue
		}
		for _, word := range []string{"", "ж", "漢a"} {
			x, y := word+string(r), word+string(other)
			if word == "" && looksLatin(skeleton(x)) && looksLatin(skeleton(y)) {
				continue
			}
			if a, b := FoldAlias(x), FoldAlias(y); a != b {
				t.Errorf("%+q folds to %+q, %+q to %+q", x, a, y, b)
			}
		}
	}
	for r := 'a'; r <= 'z'; r++ {
		if a, b := FoldAlias(string(r)), FoldAlias(string(unicode.ToUpper(r))); a != b {
			t.Errorf("%c folds to %q, its capital to %q", r, a, b)
		}
	}
}

func TestAnythingThatLooksLikeALatinAliasFoldsLikeIt(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		for _, s := range []string{string(r), "bob" + string(r), "Éva" + string(r)} {
			// Without separators: marks on both sides of one change their order.
			if shown := confusable.Skeleton(strings.Map(dropIgnored, s)); looksLatin(shown) && FoldAlias(s) != FoldAlias(shown) {
				t.Errorf("%+q folds to %+q, and what it looks like, %+q, to %+q", s, FoldAlias(s), shown, FoldAlias(shown))
			}
		}
	}
}

// A generated alias that is taken gets a number, which must not make it look
// like another generated one, numbered or not.
func TestNumberedAliasesLookLikeNoOther(t *testing.T) {
	read := func(file string) []string {
		b, err := os.ReadFile("../keys/" + file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(b))
	}
	folds := map[string]string{}
	for _, a := range read("adjectives.txt") {
		for _, n := range read("nouns.txt") {
			alias := a + "-" + n
			fold := FoldAlias(alias)
			if other, ok := folds[fold]; ok {
				t.Errorf("%q looks like %q", alias, other)
			}
			folds[fold] = alias
		}
	}
	if len(folds) != 1<<16 {
		t.Errorf("%d folds", len(folds))
	}
	numbers := map[string]int{}
	for n := 2; n <= maxNamesakes+1; n++ {
		fold := FoldAlias(strconv.Itoa(n))
		if other, ok := numbers[fold]; ok {
			t.Errorf("%d looks like %d", n, other)
		}
		numbers[fold] = n
	}
	for fold, alias := range folds {
		if strings.ContainsAny(fold, "23456789") {
			t.Errorf("%q folds to %q, with digits in it", alias, fold)
		}
		// Numbers that look like letters: 10, 11, and the 1 before another digit.
		for _, letters := range []string{FoldAlias("10"), FoldAlias("11"), FoldAlias("1")} {
			if other, ok := folds[fold+letters]; ok {
				t.Errorf("%q with a number looks like %q", alias, other)
			}
		}
	}
	const alias = "amber-otter"
	for fold, n := range numbers {
		if got, want := FoldAlias(fmt.Sprintf("%s-%d", alias, n)), FoldAlias(alias)+fold; got != want {
			t.Errorf("with %d it folds to %q, not %q", n, got, want)
		}
	}
}

func FuzzParseAlias(f *testing.F) {
	for _, s := range append(survivors, "bob", "b0b\u200d", "-x", "1Il", "K\u0301im", "Ⅷ", "ൎ\u200cক", "Воb", "ΝΊΚΟΣ", "大輔A", "Hина", "ـ") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fold := FoldAlias(s)
		if again := FoldAlias(fold); again != fold {
			t.Fatalf("%+q folds to %+q, then %+q", s, fold, again)
		}
		// Without separators: marks on both sides of one change their order.
		if shown := confusable.Skeleton(strings.Map(dropIgnored, s)); looksLatin(shown) && FoldAlias(shown) != fold {
			t.Fatalf("%+q folds to %+q, what it looks like to %+q", s, fold, FoldAlias(shown))
		}
		alias, err := ParseAlias(s)
		if err != nil {
			if alias != "" {
				t.Fatalf("ParseAlias(%+q) = %+q with %v", s, alias, err)
			}
			return
		}
		checkClean(t, alias)
		if n := utf8.RuneCountInString(alias); n < 1 || n > MaxAlias || strings.ContainsAny(alias, " \n\u200c\u200d") || FoldAlias(alias) == "" {
			t.Fatalf("ParseAlias(%+q) = %+q", s, alias)
		}
		if again, err := ParseAlias(alias); again != alias || err != nil {
			t.Fatalf("ParseAlias(%+q) = %+q, %v", alias, again, err)
		}
	})
}
