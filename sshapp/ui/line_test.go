package ui

import (
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

func alt(r string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(r), Alt: true}
}

func TestKeysOfEmacsEdit(t *testing.T) {
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
			l := newLine(100)
			l.press(pasted(row.typed))
			for _, k := range row.keys {
				l.press(k)
			}
			if got := string(l.runes[:l.pos]) + "|" + string(l.runes[l.pos:]); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

// FuzzBox edits a draft of several rows with any keys: what is drawn is all of
// it where there is room, fits, and has the cursor on it.
func FuzzBox(f *testing.F) {
	f.Add("a long line of several words\nand another", []byte{0, 1, 2, 3}, 12, 4)
	f.Add("李雷说 👩‍👩‍👧  x", []byte{4, 4, 4, 5, 0}, 3, 2)
	f.Add("x                    y", []byte{0, 0, 1, 1}, 5, 9)
	moves := []tea.KeyMsg{hit(tea.KeyUp), hit(tea.KeyDown), hit(tea.KeyLeft), hit(tea.KeyRight), hit(tea.KeyBackspace), hit(tea.KeyHome), hit(tea.KeyEnd), hit(tea.KeyCtrlJ)}
	f.Fuzz(func(t *testing.T, text string, script []byte, width, most int) {
		width, most = abs(width)%100, 1+abs(most)%10
		l := newLine(200)
		l.press(pasted(text))
		for _, b := range script[:min(len(script), 100)] {
			switch k := moves[int(b)%len(moves)]; k.Type {
			case tea.KeyUp:
				l.climb(-1)
			case tea.KeyDown:
				l.climb(1)
			default:
				l.press(k)
			}
			if l.pos < 0 || l.pos > len(l.runes) || len(l.runes) > l.limit {
				t.Fatalf("the cursor is at %d of %q", l.pos, l.text())
			}
			d := l.box(width, most)
			if len(d.rows) < 1 || len(d.rows) > most || d.x < 0 || d.x >= max(width, 1) || d.y < 0 || d.y >= len(d.rows) {
				t.Fatalf("a box of %d rows has the cursor at %d, %d in %d×%d", len(d.rows), d.x, d.y, width, most)
			}
			for _, r := range d.rows {
				if w := ansi.StringWidth(r); w > width {
					t.Fatalf("a row of %d cells for %d: %q", w, width, r)
				}
			}
			if width == 0 {
				continue
			}
			n, y := 0, 0
			for i, e := range l.lay(width) {
				if e.from < n || e.from > n+1 || e.to < e.from {
					t.Fatalf("rows %v of %q", l.laid.rows, l.text())
				}
				if n = e.to; e.from <= l.pos {
					y = i
				}
			}
			if n != len(l.runes) || d.more != (y > d.y) {
				t.Fatalf("rows %v of %q, drawn from row %d", l.laid.rows, l.text(), y-d.y)
			}
		}
	})
}

func TestTheDraftIsBoundedInCharacters(t *testing.T) {
	l := newLine(5)
	if !l.press(pasted("äöü")) || l.press(pasted("xyz")) || l.text() != "äöüxy" {
		t.Errorf("the draft is %q", l.text())
	}
	if n := utf8.RuneCountInString(l.text()); n != 5 || l.counted() != "5/5" {
		t.Errorf("%d characters, told as %q", n, l.counted())
	}
	l.press(hit(tea.KeyBackspace))
	if l.counted() != "4/5" {
		t.Errorf("4 are told as %q", l.counted())
	}
	l.press(hit(tea.KeyBackspace))
	if l.counted() != "" {
		t.Errorf("3 are told as %q", l.counted())
	}
}
