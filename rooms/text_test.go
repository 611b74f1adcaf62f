package rooms

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/vt"
	"github.com/rivo/uniseg"
)

// survivors are texts that people write and that are clean already.
var survivors = []string{
	"hello, world", "  indented code\n    more of it", "one\n\ntwo",
	"naïve façade, Zürich, Ærøskøbing, Tiếng Việt", "cafe\u0301 Tie\u0302\u0301ng Vie\u0323\u0302t",
	"Ελληνικά, кириллица, հայերեն, ქართული",
	"你好，世界。\u3000日本語のテキスト、カタカナ、ﾊﾝｶｸｶﾞ", "漢字\U00020BB7野家",
	"안녕하세요 ㅋㅋㅋ ㅠㅠ", "\u1112\u1161\u11AB\u1100\u1173\u11AF",
	"مرحبا بالعالم، كيف حالك؟", "بِسْمِ ٱللَّهِ", "می\u200Cخواهم", "נָכוֹן שָׁלוֹם עֲלֵיכֶם", "בְּרֵאשִׁ֖ית",
	"नमस्ते दुनिया", "क्\u200Dष क्\u200Cष", "র\u200D্যাব", "ശ്രീ അവന്\u200D", "ක්\u200Dරී", "வணக்கம்", "ภาษาไทย น้ำ", "བོད་སྐད་", "ភាសាខ្មែរ", "မြန်မာဘာသာ ကျွန်ုပ်", "\u1820\u180B",
	"😀 👍🏽 👩‍💻 👨‍👩‍👧‍👦 👩🏽‍❤️‍💋‍👨🏿 ❤️ ☎︎ 🏳️‍🌈 🏴‍☠️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🐦‍⬛ 🙂‍↔️ 👁️‍🗨️", "🇩🇪🇯🇵🇺🇦 🇪", "1️⃣ #️⃣ *️⃣ ©️ ℹ️ 〰️ ㊗️",
	"\U0001FAE9", // face with bags under eyes, Unicode 16
	"∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ ≠ ½ → “quotes” … ⠿⠀⠿ ┌─┐ ▁▂▃ €", "≨\uFE00", "x⃝", "\uFFFD",
}

func TestTextThatPeopleWriteSurvivesByteForByte(t *testing.T) {
	for _, s := range survivors {
		if got := CleanText(s); got != s {
			t.Errorf("CleanText(%+q) = %+q", s, got)
		}
		if line := strings.TrimLeft(strings.ReplaceAll(s, "\n", " "), " "); CleanLine(s) != line {
			t.Errorf("CleanLine(%+q) = %+q", s, CleanLine(s))
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"escape sequence", "\x1b[31mred\x1b[0m", "[31mred[0m"},
		{"title and bell", "a\x1b]0;pwned\x07b", "a]0;pwnedb"},
		{"C1 controls", "a\u009b31mb\u009d0;x\u009cc", "a31mb0;xc"},
		{"raw C1 byte", "a\x9bb", "a\uFFFDb"},
		{"DEL, NUL, backspace", "a\x7f\x00\bb", "ab"},
		{"line breaks of every kind", "a\r\nb\rc\u2028d\u2029e\u0085f\vg\fh", "a\nb\nc\nd\ne\nf\ng\nh"},
		{"tab", "\tif x", "        if x"},
		{"tabs to their stops", "a\tb\n1234567\t\t|\n漢字\te\u0301\t.", "a       b\n1234567         |\n漢字    e\u0301       ."},
		{"spaces of every kind", "a\u00a0b\u2003c\u202fd\u1680e", "a b c d e"},
		{"trailing spaces", "a \t\nb\u3000\n", "a\nb"},
		{"blank lines around", "\n \n\n a\n\n", " a"},
		{"blank lines between", "a\n\n \n\nb", "a\n\n\n\nb"},
		{"nothing visible", " \n\u200b\u3164\x00\t", ""},
		{"invalid UTF-8 in a row", "a\xff\xfe\xfdb\xc3", "a\uFFFDb\uFFFD"},
		{"encoded surrogate", "a\xed\xa0\x80b", "a\uFFFDb"},
		{"bidi overrides, embeddings, isolates, marks", "a\u202eb\u202ac\u2067d\u2069e\u200ef\u200fg\u061ch", "abcdefgh"},
		{"zero width", "a\u200bb\u2060c\ufeffd\u180ee\u00adf\u034fg", "abcdefg"},
		{"invisible operators and shaping", "a\u2061b\u2064c\u206ad\u206fe", "abcde"},
		{"fillers", "a\u3164b\u115fc\u1160d\uffa0e\u17b4f", "abcdef"},
		{"interlinear annotation", "a\ufff9b\ufffac\ufffbd", "abcd"},
		{"tags", "🏴\U000E0067\U000E0062\U000E007F a\U000E0041 \U000E0001\U000E0067", "🏴 a"},
		{"tags behind a flag that has some", "🏴" + flagTags[0] + flagTags[0] + "\U000E0041", "🏴" + flagTags[0]},
		{"tags of a flag on something else", "👩" + flagTags[1] + " 👩\u200d🏴" + flagTags[1], "👩 👩\u200d🏴"},
		{"supplementary variation selectors", "漢\U000E0100a\U000E01EF", "漢a"},
		{"noncharacters", "a\uFDD0b\uFFFEc\U0010FFFFd", "abcd"},
		{"private and unassigned", "a\uE000b\U0001F8FFc\u0378d", "a\uFFFDb\U0001F8FFc\uFFFDd"},
		{"joiners between Latin letters", "ad\u200dmin ro\u200cot", "admin root"},
		{"joiners at the edges of a word", "\u200cمی\u200c \u200dخ\u200c", "می خ"},
		{"joiners in a row", "می\u200c\u200c\u200dخواهم", "می\u200cخواهم"},
		{"joiner between scripts", "م\u200ca क\u200dم", "مa कم"},
		{"mark of another script", "a\u094d\u200d क\u0e31 😀\u0903 ◌\u0903", "a क 😀 ◌\u0903"},
		{"joiner without a second emoji", "👩\u200d, 👩\u200dx \u200d💻", "👩, 👩x 💻"},
		{"variation selectors with nothing to vary", "a\ufe0f \ufe0fb\ufe00 ❤\ufe0f\ufe0f", "a b ❤\ufe0f"},
		{"skin tone without a hand", "a🏽 🏽 👍🏽🏽", "a  👍🏽"},
		{"vowel without a syllable", "a\u1161\u11a8 가\u11a8", "a 가\u11a8"},
		{"mark at the start of a line", "\u0301a\n\u0308b", "a\nb"},
		{"marks without end", "Z" + strings.Repeat("\u0335", 500) + "o", "Z" + strings.Repeat("\u0335", maxMarks) + "o"},
		{"Thai marks without end", "ก" + strings.Repeat("็", 90), "ก" + strings.Repeat("็", maxMarks)},
		{"jamo without end", strings.Repeat("\u1100", 40), strings.Repeat("\u1100", maxCluster)},
		{"prefixes", strings.Repeat("\u0d4e", 40) + "aക\U000111C2\U00011F02", "aക"},
		{"family without end", strings.Repeat("👩\u200d", 8) + "👩", strings.Repeat("👩\u200d", 5) + "👩" + strings.Repeat("👩\u200d", 2) + "👩"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CleanText(c.in); got != c.want {
				t.Errorf("CleanText(%+q)\n got %+q\nwant %+q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanLineStaysInOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\r\nc\u2028d":    "a b c d",
		"\n\t a \n":           "a",
		" \u0301\u0301a":      "a",
		"xterm\x1b]0;x\x07":   "xterm]0;x",
		"bob: hi\x85root: no": "bob: hi\uFFFDroot: no",
		"\u3000\u00a0":        "",
	} {
		if got := CleanLine(in); got != want {
			t.Errorf("CleanLine(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

// forbidden reports whether a rune must never reach a terminal. It shares no
// table with the code.
func forbidden(r rune) bool {
	for _, span := range [][2]rune{
		{0, 9}, {11, 31}, {0x7F, 0x9F}, {0xA0, 0xA0}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x61C, 0x61C},
		{0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180E, 0x180E}, {0x2000, 0x200B}, {0x200E, 0x200F},
		{0x2028, 0x202F}, {0x205F, 0x206F}, {0x3164, 0x3164}, {0xD800, 0xF8FF}, {0xFDD0, 0xFDEF},
		{0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xE0000, 0x10FFFF},
	} {
		if span[0] <= r && r <= span[1] {
			return true
		}
	}
	return r&0xFFFE == 0xFFFE
}

// checkClean checks the promises about cleaned text.
func checkClean(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("not UTF-8: %+q", s)
	}
	for _, f := range []string{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"} {
		s = strings.ReplaceAll(s, f, "🏴") // the only tags that are allowed
	}
	last := '\n'
	for _, r := range s {
		switch {
		case forbidden(r):
			t.Fatalf("%U in %+q", r, s)
		case r == '\n' && (last == ' ' || last == 0x3000):
			t.Fatalf("a space at the end of a line: %+q", s)
		case unicode.IsMark(r) && last == '\n':
			t.Fatalf("%U at the start of a line: %+q", r, s)
		case last == 0x200C && (r == ' ' || r <= '~'), (r == 0x200C || r == 0x200D) && (last <= '~' || last == 0x200C || last == 0x200D):
			t.Fatalf("joiner beside %U: %+q", last, s)
		}
		last = r
	}
	if strings.Trim(s, "\n") != s || strings.TrimRight(s, " \u3000") != s {
		t.Fatalf("not trimmed: %+q", s)
	}
	for g := uniseg.NewGraphemes(s); g.Next(); {
		marks := 0
		for _, r := range g.Runes() {
			if unicode.IsMark(r) {
				marks++
			}
		}
		if len(g.Runes()) > maxCluster || marks > maxMarks {
			t.Fatalf("a cluster of %d runes, %d of them marks: %+q", len(g.Runes()), marks, s)
		}
	}
}

func TestNoRuneGetsPast(t *testing.T) {
	around := []string{"a", " ", "\n", "漢", "م", "\u1100", "\u0d4e", "👩", "👩\u200d", "\u094d", "ൎ\u200c"}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0x40000 && r < 0xE0000 || r >= 0xF0000 && r < 0x10FF00 {
			r |= 0xFFF0 // planes without characters, or with private ones: the end of each
		}
		checkClean(t, CleanText(string(r)))
		if !unicode.In(r, unicode.M, unicode.Cf, unicode.Lm, unicode.Sk, unicode.Zs, unicode.Malayalam) && (r < 0x1100 || r > 0x11FF) {
			continue // their surroundings do not matter
		}
		for _, before := range around {
			checkClean(t, CleanText(before+string(r)+"x"+string(r)+string(r)))
		}
	}
}

func FuzzCleanText(f *testing.F) {
	for _, s := range survivors {
		f.Add(s)
	}
	for _, s := range []string{
		"\x1b[2J\x9b\u202e\r\n", "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "\u1100\u1160\u11a8\u1100",
		"ൎൎൎൎൎൎൎൎൎൎൎൎൎ\u200cക", "ب\u200cൎൎൎൎൎൎൎൎൎൎൎൎൎൎക", "\uff9e\uff9e\n\uff9e", "\xff\u200d\u3000\n\t",
		"\x1b[2J", "\u009b1;1H!", "\x1b]0;t\x07", "\x1bc", "\x0e\x0f\x1bP", "\x1b[6n\x1b[c", "\xc2\x1b[A", "aำ\uff9e\U0001D165", "a\u0903 ൎ[",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkCleaning(t, s)
		checkOnTerminal(t, s)
	})
}

// checkCleaning checks the promises about cleaning any text.
func checkCleaning(t *testing.T, s string) {
	text := CleanText(s)
	checkClean(t, text)
	if again := CleanText(text); again != text {
		t.Fatalf("%+q is cleaned to %+q, then %+q", s, text, again)
	}
	line := CleanLine(s)
	checkClean(t, line)
	if again := CleanLine(line); again != line {
		t.Fatalf("%+q is cleaned to %+q, then %+q", s, line, again)
	}
	if strings.Contains(line, "\n") || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\u3000") {
		t.Fatalf("not a trimmed line: %+q", line)
	}
}

// A fuzzer of bytes seldom finds runes that interact.
func TestMixturesOfTrickyRunesComeOutCleanAndStable(t *testing.T) {
	tricky := []rune("a1# \t\r\n\u2028\u3000漢é\x1b\u0301\u0335\u20dd\u200c\u200d\u200d\ufe0e\ufe0f\ufe00\U000E0100\u180b" +
		"مخَक्ित\u0d4d\u0d4eകര্য်ာᠠ\u1100\u1161\u11a8\u1160각가🏽👍👩❤🇩🇪\uff9e\u0e33ก\u17b4\u00ad\u202e\ue000\U0001F8FF\uFFFD\U000111C2")
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		s := make([]rune, 1+r.IntN(40))
		few := 2 + r.IntN(len(tricky)-1) // few kinds make long runs
		from := r.IntN(len(tricky))
		for i := range s {
			s[i] = tricky[(from+r.IntN(few))%len(tricky)]
		}
		checkCleaning(t, string(s))
	}
}

// checkOnTerminal shows the cleaned line between others, which must stay.
func checkOnTerminal(t *testing.T, s string) {
	const width = 512
	line := []rune(CleanLine(s))
	line = line[:min(len(line), width/4-8)] // no rune is wider than four cells
	above, below := strings.Repeat("^", width), strings.Repeat("v", width)

	term := vt.NewEmulator(width, 3)
	replied := make(chan int64)
	go func() { // ends when the pipe is closed
		n, _ := io.Copy(io.Discard, term)
		replied <- n
	}()
	noticed := ""
	term.SetCallbacks(vt.Callbacks{
		Bell:             func() { noticed = "bell" },
		Title:            func(string) { noticed = "title" },
		IconName:         func(string) { noticed = "icon name" },
		AltScreen:        func(bool) { noticed = "alternate screen" },
		CursorVisibility: func(bool) { noticed = "cursor" },
		WorkingDirectory: func(string) { noticed = "folder" },
	})
	term.WriteString("\x1b[1;1H" + above + "\x1b[3;1H" + below + "\x1b[2;1H|")
	term.WriteString(string(line) + "|end")
	at := term.CursorPosition()
	rows := strings.Split(term.String(), "\n")
	term.InputPipe().(io.Closer).Close() // term.Close races with Read
	if n := <-replied; n > 0 {
		t.Fatalf("%+q made the terminal answer %d bytes", string(line), n)
	}
	if noticed != "" {
		t.Fatalf("%+q changed the %s", string(line), noticed)
	}
	if len(rows) != 3 || rows[0] != above || rows[2] != below {
		t.Fatalf("%+q changed another line:\n%q", string(line), rows)
	}
	if at.Y != 1 || !strings.HasPrefix(rows[1], "|") || !strings.HasSuffix(strings.TrimRight(rows[1], " "), "|end") {
		t.Fatalf("%+q: the line became %q", string(line), rows[1])
	}
}

func BenchmarkCleanText(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"ASCII", "the build is green, shall we ship it before lunch?"},
		{"German", "der Build ist grün, sollen wir's vor dem Mittag veröffentlichen?"},
		{"Japanese", "ビルドが通りました。昼食の前に出荷しましょうか？"},
		{"Emoji", "ship it 🚀 👍🏽 👨‍👩‍👧‍👦"},
		{"Longest", strings.Repeat("漢", MaxText)},
		{"Marks", strings.Repeat("Z"+strings.Repeat("\u0335", 200), 40)},
		{"Jamo", strings.Repeat("\u1100", 8000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				CleanText(c.text)
			}
		})
	}
}
