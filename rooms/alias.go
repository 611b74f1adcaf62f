package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// ParseAlias cleans a name for a person and checks it: 1 to MaxAlias letters,
// digits, combining marks, '-', '_' and '.', with at least one letter or digit,
// not starting with '-' or '.', and of one script unless all of it looks Latin.
// Joiners are dropped. The errors are ErrBadAlias, ErrReservedAlias, and
// ErrTagAlias for an alias that reads like a key tag, whatever separators are in
// it.
func ParseAlias(s string) (string, error) {
	s = CleanLine(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Join_Control, r) {
			return -1
		}
		return r
	}, s))
	if s == "" || s[0] == '-' || s[0] == '.' || utf8.RuneCountInString(s) > MaxAlias {
		return "", ErrBadAlias
	}
	hasName := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			hasName = true
		case !unicode.IsMark(r) && !isSeparator(r):
			return "", ErrBadAlias
		}
	}
	fold := FoldAlias(s)
	if !hasName || fold == "" || !oneScript(s) && !looksLatin(skeleton(s)) {
		return "", ErrBadAlias
	}
	// Ali is a name, though it folds like "all".
	if slices.Contains(reservedAliases, fold) && !strings.EqualFold(s, "ali") {
		return "", ErrReservedAlias
	}
	if foldsLikeTag(fold) {
		return "", ErrTagAlias
	}
	return s, nil
}

// reservedAliases could pass for the server, its operator, everybody or the
// reader. They are folded.
var reservedAliases = func() []string {
	words := strings.Fields(`
		wick system sys server service host daemon bot
		admin administrator root sysop operator op moderator mod owner staff support
		everyone everybody all here channel room
		me you nobody anonymous anon unknown somebody`)
	for i, w := range words {
		words[i] = FoldAlias(w)
	}
	return words
}()

// FoldAlias returns the same for aliases that look alike, or differ only in case,
// separators and invisible runes. It is the case-folded skeleton of UTS #39, with
// i taken for l, as a capital i looks like l.
//
// Skeletons depend on case, and a letter may look Latin in one case alone: Н, but
// not н; or like two letters: ν and Ν. So an alias that looks Latin as a whole
// folds like the Latin one that it shows. In any other, each letter folds like
// its case that looks Latin, the small one first.
func FoldAlias(s string) string {
	// The letter that one looks like may look like another in its other case: ϛ
	// looks like ς, which is a σ.
	for range maxFolds {
		folded := foldOnce(s)
		if folded == s {
			break
		}
		s = folded
	}
	return s
}

// maxFolds bounds how far a chain of such letters is followed; the longest known
// has two steps.
const maxFolds = 8

func foldOnce(s string) string {
	s = strings.Map(dropIgnored, s)
	shown := skeleton(s)
	if !looksLatin(shown) {
		shown = skeleton(strings.Map(latinCase, s))
	}
	shown = strings.ReplaceAll(strings.ToLower(shown), "i", "l")
	return strings.Map(dropIgnored, strings.ToLower(skeleton(shown)))
}

// skeleton returns the skeleton of UTS #39, and then that of the NFKC form of
// runes that had none: ſ looks like f, though NFKC makes it s.
func skeleton(s string) string {
	return confusable.Skeleton(norm.NFKC.String(confusable.Skeleton(s)))
}

// dropIgnored drops what folding ignores. The Arabic tatweel only stretches a word.
func dropIgnored(r rune) rune {
	if isSeparator(r) || r == 0x640 || unicode.In(r, unicode.Join_Control, unicode.Variation_Selector) {
		return -1
	}
	return r
}

// latinCase returns the small letter of r, or the capital one if that alone looks
// Latin.
func latinCase(r rune) rune {
	capital := unicode.ToUpper(r)
	small := unicode.ToLower(capital)
	if !looksLatin(skeleton(string(small))) && looksLatin(skeleton(string(capital))) {
		return capital
	}
	return small
}

// looksLatin reports whether a skeleton shows plain Latin letters and digits,
// with any marks.
func looksLatin(skeleton string) bool {
	return !strings.ContainsFunc(skeleton, func(r rune) bool { return r >= utf8.RuneSelf && !unicode.IsMark(r) })
}

// oneScript reports whether all letters are of one script, as single letters of
// two scripts look alike more often than words do. The scripts of East Asia count
// as one, with Latin: the highly restrictive level of UTS #39.
func oneScript(s string) bool {
	var first *unicode.RangeTable
	for _, r := range s {
		script := scriptOf(r)
		switch {
		case script == nil || script == first:
		case first == nil:
			first = script
		case !slices.Contains(eastAsian, script) || !slices.Contains(eastAsian, first):
			return false
		}
	}
	return true
}

// scriptOf returns the script of a rune; nil if scripts share it.
func scriptOf(r rune) *unicode.RangeTable {
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return nil
	}
	for _, script := range unicode.Scripts {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

var eastAsian = []*unicode.RangeTable{
	unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
}

func isSeparator(r rune) bool { return r == '-' || r == '_' || r == '.' }
