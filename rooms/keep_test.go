package rooms

import (
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// exactTexts are texts of which every byte matters.
var exactTexts = []string{
	"all:\n\tgo build ./...\n\t@echo \"done\" # \t two blanks  \n\n.PHONY: all\n",
	"class A:\n    def f(self):\n        pass   \n\n\nclass B:\n\tpass\n\n\n",
	"# Title\n\nA line with a break  \nand *text*.\n\n\n- item\n\t- item\n\n```sh\n\tls\n\n\n```\n",
	"*9fK#*", "$_Aq7!_", "`x;y`", "**Zx9**", `\n"'%s$(rm)${x}` + "`", ":tada: //x /y", " leading", "trailing ", "\t", " \n ", "\n\nx",
	"👩‍💻 👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈 \U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "שלום \u200fעולם\u200e", "\u202bمرحبا\u202c \u2067x\u2069", "می\u200cخواهم",
	"a\u200bb\u2060c\ufeffd\u00ade", "a\u00a0b\u2003c\u3000d\u2028e\u2029f", "\ue000 \U0001F8FF \u0378 \uFFFD", "Z" + strings.Repeat("\u0335", 50), "col\tcol\t\tcol",
}

func TestWhatIsSaidIsKeptExactly(t *testing.T) {
	for _, s := range append(exactTexts, survivors...) {
		if got := Keep(s); string(got) != s {
			t.Errorf("Keep(%+q) = %+q", s, got)
		}
	}
}

func TestKeep(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"colours", "\x1b[31mFAILED\x1b[0m \x1b[1;38;5;196mx\x1b[m\x1b[4:3my", "FAILED xy"},
		{"a link", "\x1b]8;id=1;https://a.example/b\x1b\\text\x1b]8;;\x1b\\.", "text."},
		{"a title, ended by BEL", "a\x1b]0;pwned\x07b", "ab"},
		{"the clipboard", "a\x1b]52;c;cHduZWQ=\x07b\x1b]52;c;eA==\x1b\\c", "abc"},
		{"a string without an end", "a\x1b]0;title\nb\x1bPq\r\nc", "a\nb\nc"},
		{"a string that another sequence ends", "a\x1b]0;title\x1b[31mb", "ab"},
		{"a string that is cancelled", "a\x1bPx\x18b\x1b_y\x1ac", "abc"},
		{"an image of many lines", "a\x1bPq#0;2;0;0;0\n#0~~@@vv\n@@~~\x1b\\b", "ab"},
		{"a title of many lines is none", "a\x1b]0;title\nb\x07c", "a\nbc"},
		{"a passed through string", "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\x", "x"},
		{"controls of 8 bits", "a\u009b31mb\u009d0;x\u009cc\u0090q\u009cd\u0098x\u009ce\u009ex\u009cf\u009fx\u009cg\u0085h\u0084i", "abcdefghi"},
		{"raw bytes of controls", "a\x9b31mb\xffc", "a\uFFFD31mb\uFFFDc"},
		{"character sets, and others of two and three bytes", "\x1b(0lqk\x1b(B\x1b7\x1b8\x1bc\x1b=\x1b>\x1b#8\x1bM\x1bDx\x1b%G", "lqkx"},
		{"private parameters", "\x1b[?25l\x1b[?2004hx\x1b[>4;2m\x1b[!p\x1b[?1;2c", "x"},
		{"cut short", "a\x1b[31", "a"},
		{"cut short by a line", "a\x1b[31\nb\x1b\nc\x1b", "a\nb\nc"},
		{"cut short by a letter of another script", "a\x1b[3é", "aé"},
		{"an escape before another", "a\x1b\x1b[31mb", "ab"},
		{"moves of the cursor", "a\x1b[2Ab\x1b[10;10Hc\x1b[2Jd", "abcd"},
		{"erasing where nothing goes back", "abc\x1b[Kd\x1b[2Ke\x1b[1Kf", "abcdef"},
		{"other controls", "a\x00b\x07c\x0bd\x0ce\x0ef\x7fg", "abcdefg"},
		{"line breaks of other systems", "a\r\nb\r\r\nc\r", "a\nb\nc"},
		{"a progress bar", "10%\r20%\rdone", "done"},
		{"a shorter one after", "abcdef\rxy", "xycdef"},
		{"in several lines", "ok\n1%\r2%\r\n3%\r4%\nend", "ok\n2%\n4%\nend"},
		{"erased before it is drawn again", "loading\r\x1b[Kok", "ok"},
		{"erased before it goes back", "loading\x1b[2K\rok", "ok"},
		{"erased after it", "loading\rok\x1b[K", "ok"},
		{"erased up to the cursor", "abcdef\rxy\x1b[1K", "   def"},
		{"erased at last", "100%\r\x1b[K", ""},
		{"coloured", "\x1b[32m 5%\x1b[0m\r\x1b[32m10%\x1b[0m", "10%"},
		{"wide characters", "漢字\rab", "ab字"},
		{"half of a wide character", "漢字\ra", "a 字"},
		{"marks go with their letter", "e\u0301e\u0301\ra", "ae\u0301"},
		{"what has no width goes with the character before", "a\u200bb\rc", "cb"},
		{"a tab is passed over", "a\tb\rX", "X\tb"},
		{"a tab that is overwritten", "a\tb\rXYZ", "XYZ     b"},
		{"a tab behind the end", "a\rb\tc", "b\tc"},
		{"a manual page", "N\bNA\bAM\bME\bE _\bx_\by", "NAME xy"},
		{"a spinner", "|\b/\b-\b\\\bdone", "done"},
		{"more backspaces than characters", "a\b\b\bb", "b"},
		{"a backspace at the end", "ab\b", "ab"},
		{"nothing but controls", "\x1b[31m\x00\r", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Keep(c.in); string(got) != c.want {
				t.Errorf("Keep(%+q)\n got %+q\nwant %+q", c.in, got, c.want)
			}
		})
	}
}

func TestABlankTextShowsNothing(t *testing.T) {
	for text, want := range map[Text]bool{
		"": true, " \t\n ": true, "\u200b\u2060\u3164\ufeff": true, "\u0301": true, "\u3000\u00a0": true, "\u200b.": false, "漢": false, "🎉": false, "\ue000": false,
	} {
		if got := text.Blank(); got != want {
			t.Errorf("%+q is blank: %v", text, got)
		}
	}
}

// removed returns what is left of a text without the escape sequences and controls that
// Keep names; it shares no code with it. The text goes back over no line.
func removed(s string) string {
	runes := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	between := func(i int, low, high rune) bool { return i < len(runes) && runes[i] >= low && runes[i] <= high }
	var out []rune
	for i := 0; i < len(runes); {
		r := runes[i]
		i++
		kind := rune(0)
		switch {
		case r >= 0x80 && r <= 0x9f:
			kind = r - 0x40
		case r == 0x1b:
			if between(i, 0x40, 0x5f) {
				kind = runes[i]
				i++
				break
			}
			for between(i, ' ', '/') {
				i++
			}
			if between(i, '0', '~') {
				i++
			}
		case r >= ' ' && r != 0x7f, r == '\t', r == '\n':
			out = append(out, r)
		}
		switch kind {
		case '[':
			for between(i, ' ', '?') {
				i++
			}
			if between(i, '@', '~') {
				i++
			}
		case ']', 'P', 'X', '^', '_':
			end, broken := i, -1
			for end < len(runes) && !strings.ContainsRune("\a\u009c\x1b\x18\x1a", runes[end]) {
				if runes[end] == '\n' && broken < 0 {
					broken = end
				}
				end++
			}
			isST := between(end, 0x9c, 0x9c) || between(end, 0x1b, 0x1b) && between(end+1, '\\', '\\')
			if broken >= 0 && (kind == ']' || !isST) {
				end = broken
			} else if isST && runes[end] == 0x1b {
				end += 2
			} else if end < len(runes) && runes[end] != 0x1b {
				end++
			}
			i = end
		}
	}
	return string(out)
}

// FuzzKeep keeps any text: twice is as once, the result is valid UTF-8 without controls,
// and nothing is missing but what Keep names.
func FuzzKeep(f *testing.F) {
	for _, s := range append(exactTexts, survivors...) {
		f.Add(s)
	}
	for _, s := range []string{
		"\x1b[31mred\x1b[0m", "a\x1b]0;t\nb\x07", "\x1bPq\n\n\x1b\\x", "\u009b1;2Hx\u009d8;;\u009c", "1%\r\x1b[K22%\r\x1b[2K3\tx\r\t\b\b漢\ra", "\x1b\x1b\x1b[[A\x1bO", "e\u0301\b\u200b\b\u200dx\r\u0301",
		"\xff\x1b[\xff", "\x1b(\x1b)\x1b ", "\r\r\n\b\n\x7f", "\x01\x02\x03\ra",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := string(Keep(s))
		if again := Keep(kept); string(again) != kept {
			t.Fatalf("%+q is kept as %+q, then %+q", s, kept, again)
		}
		if !utf8.ValidString(kept) || strings.ContainsFunc(kept, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("%+q is kept as %+q", s, kept)
		}
		still := strings.NewReplacer("\r", "", "\b", "").Replace(s)
		if got, want := string(Keep(still)), removed(still); got != want {
			t.Fatalf("%+q is kept as %+q, want %+q", still, got, want)
		}
	})
}

// A client may send the most bytes again and again.
func TestHostileTextsAreKeptInLinearTime(t *testing.T) {
	const longer = 32
	cost := func(text string) time.Duration {
		best := time.Hour
		for range 20 { // of which one is not interrupted, on a busy machine
			start := time.Now()
			Keep(text)
			best = min(best, time.Since(start))
		}
		return best
	}
	runtime.GC()
	for _, piece := range []string{"\x1b]0;x", "\u0090\n", "\u009d", "\x1b[1;", "a\r", "\t\r", "\t\b", "漢\b", "\u200b\r\b", "a\u200b", "x\r\x1b[K", "\x1b[2K\b", "e\u0301\u0301\b"} {
		text := strings.Repeat(piece, 2000/len(piece))
		short, long := cost(text), cost(strings.Repeat(text, longer))
		if long > 10*longer*short {
			t.Errorf("%+q: %v, and %d times as much %v", piece, short, longer, long)
		}
	}
}

func BenchmarkKeep(b *testing.B) {
	for name, text := range map[string]string{
		"ASCII":    strings.Repeat("word ", MaxText/5),
		"Chinese":  strings.Repeat("漢", MaxText),
		"coloured": strings.Repeat("\x1b[31mred\x1b[0m ", MaxText/13),
		"progress": strings.Repeat("\r\x1b[K50% done", MaxText/13),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Keep(text)
			}
		})
	}
}
