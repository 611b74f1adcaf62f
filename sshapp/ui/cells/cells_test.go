package cells

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/uitest"
)

func TestACharacterHasTheCellsThatAnyTerminalGivesIt(t *testing.T) {
	for text, want := range map[string]Char{
		"a":                      {1, 1, 1, Agreed},
		"\x1b":                   {1, 0, 0, Agreed},
		"漢":                      {3, 2, 2, Agreed},
		"é":                      {2, 1, 2, Wider},
		"ä":                      {2, 1, 1, Agreed},
		"…":                      {3, 1, 2, Wider},
		"ж":                      {2, 1, 1, Wider}, // see Wider
		"e\u0301":                {3, 1, 1, Narrower},
		"שָ":                     {4, 1, 1, Narrower},
		"हि":                     {6, 2, 2, Narrower},
		"क्ष":                    {9, 2, 2, Narrower},
		"กำ":                     {6, 2, 2, Narrower},
		"கோ":                     {6, 2, 2, Narrower},
		"\u1100\u1161\u11a8":     {9, 4, 4, Narrower},
		"🇩🇪":                     {8, 4, 4, Narrower},
		"👍🏽":                     {8, 4, 4, Narrower},
		"👩\u200d👩\u200d👧":        {18, 6, 6, Narrower},
		"❤\ufe0f":                {6, 2, 2, Narrower},
		"1\ufe0f\u20e3":          {7, 2, 2, Narrower},
		"↔\ufe0f":                {6, 2, 2, Narrower},
		"\u0600a":                {3, 2, 2, Narrower},
		"\u0301":                 {2, 0, 0, Narrower},
		"\U00011103\U00011127":   {8, 2, 2, Narrower}, // Chakma, with a mark that old terminals do not know
		"\U0001f321":             {4, 2, 2, Narrower}, // a thermometer: one cell or two
		"a漢":                     {1, 1, 1, Agreed},
		"日\U000e0100本":           {7, 2, 2, Narrower},
		"\u200e":                 {3, 0, 0, Narrower},
		"\xff":                   {1, 1, 2, Wider},
		"\u00ad":                 {2, 1, 2, Wider},
		"\ufffd\u0e33":           {6, 2, 3, Narrower | Wider},
		"☎\u200d☎":               {9, 2, 4, Narrower | Wider},
		"ｶﾞ":                     {6, 2, 2, Narrower},
		strings.Repeat("क्", 20): {120, 20, 20, Narrower},
	} {
		if got := First(text); got != want {
			t.Errorf("%+q: %+v, want %+v", text, got, want)
		}
	}
}

// FuzzCells checks that no terminal uses more cells than a text is given, unless all of
// them are ambiguous, and what package cells does with texts.
func FuzzCells(f *testing.F) {
	for _, s := range []string{"", "plain", "e\u0301x", "漢字かな", "か\u3099", "각\u11a8", "👩\u200d👩\u200d👧 x", "\u0600a漢", "\x1b[1mbold\x1b[0m", "אב\u200e", "🇩🇪🇫", "हिन्दी में क्षमा", "ภาษาไทยกำ", "“é” жук …", "ស្រ្តី"} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n %= 100
		clusters, runes := 0, 0
		for rest := s; rest != ""; {
			size, c := next(rest)
			if size < 1 || c.Most < c.Cells || c.Cells < 0 {
				t.Fatalf("%q: %d bytes, %+v", rest, size, c)
			}
			if c.Size > 0 {
				clusters += ansi.StringWidth(rest[:size])
				for _, r := range rest[:size] {
					if !unicode.IsControl(r) {
						runes += uitest.RuneWidth(r)
					}
				}
				if p := Within(rest, n); p.Size < 1 || p.Size > c.Size || p.Most > max(n, 2) && p.Size < c.Size {
					t.Fatalf("%q within %d: %+v", rest, n, p)
				}
			}
			rest = rest[size:]
		}
		if w := Width(s); w < clusters || w < runes {
			t.Fatalf("%q: %d cells, but %d by clusters and %d by runes", s, w, clusters, runes)
		}
		if got := Truncate(s, n, "…"); n >= 0 && Width(got) > n {
			t.Fatalf("%q cut to %d cells: %q", s, n, got)
		}
		if strings.ContainsFunc(s, unicode.IsControl) {
			return // what follows an escape may become part of its sequence
		}
		if got := ASCII(s); strings.ContainsFunc(got, func(r rune) bool { return r >= 0x80 }) || Width(got) != Width(s) {
			t.Fatalf("%q in ASCII: %q", s, got)
		}
	})
}

func TestTextsInASCIIKeepTheirCells(t *testing.T) {
	for text, want := range map[string]string{
		"plain\x1b[1m": "plain\x1b[1m",
		"Zoë à Łódź":   "Zoe a Lodz",
		"e\u0301":      "e",
		"“don’t” – …":  `"don't" - ~`,
		"漢字 かな":        "???? ????",
		"Ａ１":           "A 1 ",
		"½ ﬁ ①":        "? ? 1",
		"हिन्दी":       "?????",
		"━●╌│→←":       "=*.|><",
		"👍🏽 ok":        "???? ok",
	} {
		if got := ASCII(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The widths that are known without a look-up are what the look-up returns.
func TestCharactersThatStandApartHaveAKnownWidth(t *testing.T) {
	apart := 0
	for r := rune(0x80); r <= 0xFFFF; r++ {
		if !StandsApart(r) || !unicode.IsPrint(r) {
			continue
		}
		apart++
		fast, slow := First(string(r)), cluster(string(r))
		if fast != slow || unicode.IsControl(r) || Joins(r) {
			t.Errorf("%U: %+v, but %+v", r, fast, slow)
		}
	}
	if apart == 0 {
		t.Error("no character stands apart")
	}
}
