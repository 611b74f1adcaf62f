package editor

import (
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/cells"
)

var space = tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}

func hit(k tea.KeyType) tea.KeyMsg { return tea.KeyMsg{Type: k} }

func runes(text string) tea.KeyMsg { return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)} }

func pasted(text string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

func alt(r string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(r), Alt: true}
}

func TestEmacsKeysEdit(t *testing.T) {
	end, altBack := hit(tea.KeyEnd), tea.KeyMsg{Type: tea.KeyBackspace, Alt: true}
	for name, row := range map[string]struct {
		typed string
		keys  []tea.KeyMsg
		want  string // with | for the cursor
	}{
		"start of the line":         {"one\ntwo three", []tea.KeyMsg{hit(tea.KeyCtrlA)}, "one\n|two three"},
		"end of the line":           {"one\ntwo", []tea.KeyMsg{hit(tea.KeyCtrlA), hit(tea.KeyLeft), hit(tea.KeyCtrlA), hit(tea.KeyCtrlE)}, "one|\ntwo"},
		"back and forward":          {"abc", []tea.KeyMsg{hit(tea.KeyCtrlB), hit(tea.KeyCtrlB), hit(tea.KeyCtrlF)}, "ab|c"},
		"words back":                {"git commit -m 'a b'", []tea.KeyMsg{alt("b"), hit(tea.KeyCtrlLeft), hit(tea.KeyCtrlLeft)}, "git commit -|m 'a b'"},
		"words forward":             {"über alles, sagt sie", []tea.KeyMsg{hit(tea.KeyCtrlA), alt("f"), hit(tea.KeyCtrlRight)}, "über alles|, sagt sie"},
		"to the end":                {"one two", []tea.KeyMsg{alt("b"), hit(tea.KeyCtrlK)}, "one |"},
		"the break at the end":      {"one\ntwo", []tea.KeyMsg{alt("b"), hit(tea.KeyLeft), hit(tea.KeyCtrlK)}, "one|two"},
		"to the start":              {"one\ntwo three", []tea.KeyMsg{alt("b"), hit(tea.KeyCtrlU)}, "one\n|three"},
		"back to a blank":           {"see https://a.b/c ", []tea.KeyMsg{hit(tea.KeyCtrlW)}, "see |"},
		"a word back":               {"see https://a.b/c", []tea.KeyMsg{altBack}, "see https://a.b/|"},
		"a word ahead":              {"one two three", []tea.KeyMsg{hit(tea.KeyCtrlA), alt("d")}, "| two three"},
		"put back":                  {"one two", []tea.KeyMsg{altBack, hit(tea.KeyCtrlA), hit(tea.KeyCtrlY), space}, "two |one "},
		"swap at the end":           {"teh", []tea.KeyMsg{hit(tea.KeyCtrlT)}, "the|"},
		"swap within":               {"abcd", []tea.KeyMsg{hit(tea.KeyCtrlA), hit(tea.KeyRight), hit(tea.KeyCtrlT)}, "ba|cd"},
		"swap whole characters":     {"a👩‍👩‍👧", []tea.KeyMsg{hit(tea.KeyCtrlT)}, "👩‍👩‍👧a|"},
		"swap nothing":              {"ab\nc", []tea.KeyMsg{hit(tea.KeyCtrlT)}, "ab\nc|"},
		"a new line":                {"ab", []tea.KeyMsg{hit(tea.KeyLeft), hit(tea.KeyCtrlJ), {Type: tea.KeyEnter, Alt: true}}, "a\n\n|b"},
		"delete ahead at the end":   {"ab", []tea.KeyMsg{hit(tea.KeyDelete), alt("d"), hit(tea.KeyCtrlK), hit(tea.KeyCtrlD)}, "ab|"},
		"delete back at the start":  {"ab", []tea.KeyMsg{hit(tea.KeyCtrlA), hit(tea.KeyBackspace), altBack, hit(tea.KeyCtrlW), hit(tea.KeyCtrlU)}, "|ab"},
		"a letter with Alt is none": {"ab", []tea.KeyMsg{alt("x"), hit(tea.KeyF5), end}, "ab|"},
	} {
		t.Run(name, func(t *testing.T) {
			m := New(100)
			m.Press(pasted(row.typed))
			for _, k := range row.keys {
				m.Press(k)
			}
			if got := string(m.runes[:m.cursor]) + "|" + string(m.runes[m.cursor:]); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// FuzzBox edits a text of several rows with any keys: the box shows all of it if
// there is room, is never too wide, and has the cursor on it.
func FuzzBox(f *testing.F) {
	f.Add("a long line of several words\nand another", []byte{0, 1, 2, 3}, 12, 4)
	f.Add("李雷说 👩‍👩‍👧  x", []byte{4, 4, 4, 5, 0}, 3, 2)
	f.Add("x                    y", []byte{0, 0, 1, 1}, 5, 9)
	f.Add("\tif x:\n\t\ty\t\u0301\u0600\t漢", []byte{2, 2, 0, 3, 4, 0, 0}, 9, 3)
	moves := []tea.KeyMsg{hit(tea.KeyUp), hit(tea.KeyDown), hit(tea.KeyLeft), hit(tea.KeyRight), hit(tea.KeyBackspace), hit(tea.KeyHome), hit(tea.KeyEnd), hit(tea.KeyCtrlJ)}
	f.Fuzz(func(t *testing.T, text string, script []byte, width, most int) {
		width, most = abs(width)%100, 1+abs(most)%10
		m := New(200)
		m.Press(pasted(text))
		for _, c := range script[:min(len(script), 100)] {
			switch k := moves[int(c)%len(moves)]; k.Type {
			case tea.KeyUp:
				m.MoveRow(-1)
			case tea.KeyDown:
				m.MoveRow(1)
			default:
				m.Press(k)
			}
			if m.cursor < 0 || m.cursor > len(m.runes) || len(m.runes) > m.limit {
				t.Fatalf("the cursor is at %d of %q", m.cursor, m.Text())
			}
			b := m.Box(width, most)
			if len(b.Rows) < 1 || len(b.Rows) > most || b.X < 0 || b.X >= max(width, 1) || b.Y < 0 || b.Y >= len(b.Rows) {
				t.Fatalf("a box of %d rows has the cursor at %d, %d in %d×%d", len(b.Rows), b.X, b.Y, width, most)
			}
			for _, r := range b.Rows {
				if w := cells.Width(r); w > width {
					t.Fatalf("a row of %d cells for %d: %q", w, width, r)
				}
			}
			if width == 0 {
				continue
			}
			n, y := 0, 0
			for i, e := range m.breakRows(width) {
				if e.from < n || e.from > n+1 || e.to < e.from {
					t.Fatalf("rows %v of %q", m.layout.rows, m.Text())
				}
				if n = e.to; e.from <= m.cursor {
					y = i
				}
			}
			if n != len(m.runes) || b.Above != (y > b.Y) {
				t.Fatalf("rows %v of %q, drawn from row %d", m.layout.rows, m.Text(), y-b.Y)
			}
		}
	})
}

func TestTheTextIsBoundedInCharacters(t *testing.T) {
	m := New(5)
	if !m.Press(pasted("äöü")) || m.Press(pasted("xyz")) || m.Text() != "äöüxy" {
		t.Errorf("the text is %q", m.Text())
	}
	if n := utf8.RuneCountInString(m.Text()); n != 5 || m.Len() != 5 || m.Limit() != 5 {
		t.Errorf("%d characters, counted as %d of %d", n, m.Len(), m.Limit())
	}
	if m.ReplaceBefore(1, "zz") || m.Text() != "äöüxy" {
		t.Errorf("replaced beyond the limit: %q", m.Text())
	}
	if !m.ReplaceBefore(2, "z\r") || m.Text() != "äöüz\n" || m.BeforeCursor() != m.Text() {
		t.Errorf("replaced: %q", m.Text())
	}
}

// FuzzRow edits with any keys: the text is bounded, the row is never too wide, the
// cursor stands in it.
func FuzzRow(f *testing.F) {
	f.Add([]byte("hello world"), 20)
	f.Add([]byte{'a', 0x85}, 5) // delete the word ahead of the last character
	f.Add([]byte{'a', 0x82, 0x85, 0x84, 0x86}, 1)
	f.Add([]byte{0x90, 0x90, 0x80, 0x80, 0x81, 0x92, 0x93}, 7)
	keys := []tea.KeyMsg{
		hit(tea.KeyLeft), hit(tea.KeyRight), hit(tea.KeyHome), hit(tea.KeyEnd), hit(tea.KeyBackspace),
		{Type: tea.KeyRunes, Runes: []rune("d"), Alt: true}, {Type: tea.KeyRunes, Runes: []rune("f"), Alt: true},
		{Type: tea.KeyRunes, Runes: []rune("b"), Alt: true}, hit(tea.KeyCtrlW), hit(tea.KeyCtrlK), hit(tea.KeyCtrlU),
		hit(tea.KeyDelete), hit(tea.KeyCtrlV), space, {Type: tea.KeyEnter, Alt: true}, hit(tea.KeyTab),
		runes("👩‍👩‍👧"), runes("李"), runes("e\u0301"), pasted("x\ny"), runes("home"), runes("\u0301"), pasted("  "), pasted("\t"),
	}
	f.Fuzz(func(t *testing.T, script []byte, width int) {
		width = abs(width) % 100
		const limit = 50
		m := New(limit)
		for _, b := range script[:min(len(script), 200)] {
			k := runes(string(rune(b)))
			if b >= 0x80 {
				k = keys[int(b-0x80)%len(keys)]
			}
			m.Press(k)
			if n := utf8.RuneCountInString(m.Text()); n > limit {
				t.Fatalf("%d characters", n)
			}
			text, x := m.Row(width)
			if w := cells.Width(text); w > width {
				t.Fatalf("%d cells for %d: %q", w, width, text)
			}
			if x < 0 || x >= max(width, 1) {
				t.Fatalf("the cursor is at %d of %d", x, width)
			}
		}
	})
}

func TestCursorMovesByWholeCharacters(t *testing.T) {
	m := New(100)
	m.Press(runes("a👩‍👩‍👧e\u0301"))
	m.Press(hit(tea.KeyLeft))
	if _, x := m.Row(20); x != 7 {
		t.Errorf("one step left of the end is cell %d", x)
	}
	m.Press(hit(tea.KeyLeft))
	if _, x := m.Row(20); x != 1 {
		t.Errorf("two steps left is cell %d", x)
	}
	m.Press(hit(tea.KeyDelete))
	if m.Text() != "ae\u0301" {
		t.Errorf("after deleting the family: %q", m.Text())
	}
	m.Press(hit(tea.KeyEnd))
	m.Press(hit(tea.KeyBackspace))
	if m.Text() != "a" {
		t.Errorf("after deleting the accented letter: %q", m.Text())
	}
	m.Press(pasted("\tb"))
	m.Press(hit(tea.KeyLeft))
	if text, x := m.Row(20); text != "a    b" || x != 5 {
		t.Errorf("behind a tab is cell %d of %q", x, text)
	}
	m.Press(hit(tea.KeyBackspace))
	if m.Text() != "ab" {
		t.Errorf("after deleting the tab: %q", m.Text())
	}
}
