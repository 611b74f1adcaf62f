package ui

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
)

// spelled returns the pieces of a text, each with the letters of its style, and marks
// in brackets.
func spelled(text string) string {
	var b strings.Builder
	for i, p := range parseMarkup(text) {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, piece := range p.pieces {
			if piece.style == 0 {
				b.WriteString(piece.text)
				continue
			}
			if piece.style == delimiter {
				fmt.Fprintf(&b, "[%s]", piece.text)
				continue
			}
			b.WriteByte('<')
			for at, letter := range []byte("bicla") {
				if piece.style&(1<<at) != 0 {
					b.WriteByte(letter)
				}
			}
			fmt.Fprintf(&b, " %s>", piece.text)
		}
	}
	return b.String()
}

func TestMarksAreReadAsPeopleMeanThem(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                             "plain",
		"**bold** *it* _it_ `code`":         "[**]<b bold>[**] [*]<i it>[*] [_]<i it>[_] [`]<c code>[`]",
		"**bold *and* it**, *it **and** b*": "[**]<b bold >[*]<bi and>[*]<b  it>[**], [*]<i it >[**]<bi and>[**]<i  b>[*]",
		"(*x*), '**y**': _z_.":              "([*]<i x>[*]), '[**]<b y>[**]': [_]<i z>[_].",
		"我**很**好":                           "我[**]<b 很>[**]好",
		"snake_case_name, __init__, 2*3*4":  "snake_case_name, __init__, 2*3*4",
		"rm *.go *.md, a * b * c":           "rm *.go *.md, a * b * c",
		"*open, **open, _open, `open":       "*open, **open, _open, `open",
		"** not **, * not *, ****, ***x***": "** not **, * not *, ****, ***x***",
		"`a*b*` *c `*` d*":                  "[`]<c a*b*>[`] [*]<i c >[`]<ic *>[`]<i  d>[*]",
		"``a ` b`` ```c```":                 "[``]<c a ` b>[``] [```]<c c>[```]",
		"*a\nb*":                            "*a\nb*",
		"*a **b* c**":                       "[*]<i a **b>[*] c**",
		"**a *b** *c*":                      "[**]<b a *b>[**] [*]<i c>[*]",
		"see https://a.example/b_c_d?x=*y*": "see <l https://a.example/b_c_d?x=*y>*",
		"**https://a.example**":             "[**]<bl https://a.example>[**]",
		"xhttps://a.example":                "xhttps://a.example",
		"```go\nx := *y\n\n\n  z\n```\n*a*": "[```go]\n<a x := *y>\n\n\n<a   z>\n[```]\n[*]<i a>[*]",
		"```\nopen *a*":                     "```\nopen [*]<i a>[*]",
		"```\n```\n*a*":                     "```\n```\n[*]<i a>[*]",
		"a ```\nb\n```":                     "a ```\nb\n```",
		"a\n\n\n\nb\n\nc":                   "a\n\nb\n\nc",
		"*\u0301a*, `b`":                    "*\u0301a*, `b`",
		"*a*\u0301, `b`":                    "*a*\u0301, `b`",
		"*🇩*🇪":                              "[*]<i 🇩>[*]🇪",
	} {
		got := spelled(text)
		// An empty line of a block has an empty piece.
		if got = strings.ReplaceAll(got, "<a >", ""); got != want {
			t.Errorf("%q reads as\n%s, want\n%s", text, got, want)
		}
	}
}

// Each row of a broken link has the whole address, and shows only its own part.
func TestALinkBrokenOverRowsStaysOne(t *testing.T) {
	const url = "https://a.example/a/long/way/from/here/to/there?and=back"
	rows := textsOf(NewTheme(termenv.ANSI256).body("see **"+url+"** now", 20))
	if len(rows) < 4 {
		t.Fatalf("the rows are %q", rows)
	}
	open := linked(url, "")
	open, _, _ = strings.Cut(open, url)
	seen := ""
	for i, r := range rows {
		if w := ansi.StringWidth(r); w > 20 {
			t.Errorf("a row of %d cells: %q", w, r)
		}
		parts := strings.Split(r, open+url+"\x1b\\")
		if len(parts) > 2 || strings.Count(r, painter.EndLink) != len(parts)-1 {
			t.Errorf("row %d is %q", i, r)
		}
		if len(parts) == 2 {
			part, _, _ := strings.Cut(parts[1], painter.EndLink)
			seen += ansi.Strip(part)
		}
		if got := paintedRow(t, r, 20); got != r {
			t.Errorf("the painter makes %q of %q", got, r)
		}
	}
	if seen != url {
		t.Errorf("of the link %q is seen", seen)
	}
}

func TestMarksStayIfNoStylesAreShown(t *testing.T) {
	const text = "**a** `b`\n```\nc\n\n\n  d\n```\n``` https://a.example"
	if got := strings.Join(textsOf(NewTheme(termenv.Ascii).body(text, 40)), "\n"); got != text {
		t.Errorf("%q", got)
	}
	if got := strings.Join(textsOf(NewTheme(termenv.ANSI).body("https://a.example", 40)), "\n"); strings.Contains(got, "\x1b]") {
		t.Errorf("with 16 colours: %q", got)
	}
}

// A password is copied off the screen with all of its characters, and code with its lines.
func TestScreensShowEveryCharacter(t *testing.T) {
	for _, text := range []string{
		"*9fK#*", "$_Aq7!_", "`x;y`", "**Zx9**", "_a_*b*`c`**d**", "***", "a*b*c", "`` ` ``", "*`_**x**_`*", "//", "\\*a\\*", "~~a~~", "<b>&amp;</b>", "[a](https://a.example/b)",
		"```\n    deep := true\n\n\n\n  less := *p\n```", "```sh\necho `date`\n```\ndone", "1\n\n2",
	} {
		for _, p := range []termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.ANSI256, termenv.TrueColor} {
			for _, name := range ThemeNames {
				if got := ansi.Strip(strings.Join(textsOf(ThemeOf(p, name).body(text, 60)), "\n")); got != text {
					t.Errorf("%q is shown as %q", text, got)
				}
			}
		}
	}
}

func TestMarksAreDim(t *testing.T) {
	theme := NewTheme(termenv.ANSI256)
	want := theme.dim.paint("*") + theme.marks[italic].paint("a") + theme.dim.paint("*")
	if got := textsOf(theme.body("*a*", 40)); got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := textsOf(theme.body("```go\nx\n```", 40)); got[0] != theme.dim.paint("```go") || got[2] != theme.dim.paint("```") {
		t.Errorf("%q", got)
	}
}

// FuzzMarkup draws any text: the rows fit, contain nothing that the painter drops, and
// show every character of the text.
func FuzzMarkup(f *testing.F) {
	for _, s := range []string{
		"**a** *b* _c_ `d` https://a.example/b", "```\nx\n\n  y\n```", "*a **b *c **d* e**", "`a ``b ```c", "李 *雷* **说**  x  - - -- d-e",
		"_" + strings.Repeat("*a ", 50), "a\n\n*b\nc*", "https://" + strings.Repeat("a/", 200),
	} {
		f.Add(s, 20)
	}
	theme := NewTheme(termenv.ANSI256)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 2 + abs(width)%100
		if r := []rune(text); len(r) > rooms.MaxText {
			text = string(r[:rooms.MaxText])
		}
		text = rooms.CleanText(text)
		rows := textsOf(theme.body(text, width))
		if len(rows) == 0 {
			t.Fatal("no rows")
		}
		for _, r := range rows {
			if w := ansi.StringWidth(r); w > width {
				t.Fatalf("a row of %d cells for %d: %q", w, width, r)
			}
			// A combining mark at the start of the first row has no character to join.
			seen := strings.TrimLeftFunc(ansi.Strip(r), cells.Joins)
			if got := paintedRow(t, r, width); strings.TrimRight(r, " ") != got && seen != ansi.Strip(got) {
				t.Fatalf("the painter makes %q of %q", got, r)
			}
		}
		if got, want := inked(ansi.Strip(strings.Join(rows, ""))), inked(text); got != want {
			t.Fatalf("%q is shown as %q", text, rows)
		}
	})
}

// Looking for a missing partner must not start over for each mark: a text 32 times as
// long would take a thousand times as long to read.
func TestHostileMarksAreReadInLinearTime(t *testing.T) {
	const longer = 32
	runtime.LockOSThread() // its processor time is measured, which other tests do not take
	defer runtime.UnlockOSThread()
	now := func() time.Duration {
		if d, ok := threadTime(); ok {
			return d
		}
		return time.Duration(time.Now().UnixNano())
	}
	quickest := func(text string) time.Duration {
		best := time.Hour
		for range 5 {
			start := now()
			parseMarkup(text)
			best = min(best, now()-start)
		}
		return best
	}
	for _, piece := range []string{"*a ", "**a ", "_a ", "*a **b _c ", "`a ``b ", "*a `b ", "```\n", "```\nx\n", "*a* ", "**a *b* ** ", "https://a(", "***", "*a **b* "} {
		text := strings.Repeat(piece, 2000/len(piece))
		short, long := quickest(text), quickest(strings.Repeat(text, longer))
		if long > 10*longer*short {
			t.Errorf("%q: %v, and %d times as much %v", piece, short, longer, long)
		}
	}
}
