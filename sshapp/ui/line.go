package ui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// line is text being edited, in steps of whole characters, with the keys of
// emacs and without a cursor of its own: the terminal's is used. It may have
// line breaks, whatever its name.
type line struct {
	runes  []rune
	pos    int    // of the cursor
	limit  int    // runes that can be typed
	killed []rune // what was cut last, to be put back

	last  lineView
	laid  layout // for the rows of a composer
	boxed boxed
	goal  int  // the cell that moving up and down keeps to
	going bool // the last key moved up or down
}

// lineView is what a line last looked like in one row.
type lineView struct {
	width int // 0: not drawn since the last key
	text  string
	x     int
}

func newLine(limit int) line { return line{limit: limit} }

func (l *line) empty() bool { return len(l.runes) == 0 }

// text is what was typed, with its line breaks.
func (l *line) text() string { return string(l.runes) }

// set replaces the text, up to the limit, and puts the cursor behind it.
func (l *line) set(text string) {
	l.runes = typable(text)
	l.runes = l.runes[:min(len(l.runes), l.limit)]
	l.pos = len(l.runes)
	l.changed()
}

func (l *line) changed() {
	l.laid.fresh = false
	l.move(l.pos)
}

// typable is what of a text can be typed: every line end is one \n, a tab four
// spaces, other controls are left out.
func typable(text string) []rune {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ").Replace(text)
	return slices.DeleteFunc([]rune(text), func(r rune) bool {
		return r == utf8.RuneError || r != '\n' && unicode.IsControl(r)
	})
}

// insert adds text at the cursor. It answers false where the limit kept some
// of it out.
func (l *line) insert(text string) bool {
	add := typable(text)
	room := max(l.limit-len(l.runes), 0)
	fits := len(add) <= room
	l.replace(l.pos, l.pos, add[:min(len(add), room)])
	return fits
}

// replace puts runes in the place of [from, to), and the cursor behind them.
func (l *line) replace(from, to int, with []rune) {
	l.runes = slices.Replace(l.runes, from, to, with...)
	l.pos = from + len(with)
	l.changed()
}

// cut removes [from, to) and keeps it to be put back.
func (l *line) cut(from, to int) {
	if from < to {
		l.killed = slices.Clone(l.runes[from:to])
		l.replace(from, to, nil)
	}
}

// press edits. It answers false where the limit kept some of it out.
func (l *line) press(k tea.KeyMsg) bool {
	if (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) && !k.Alt {
		return l.insert(string(k.Runes))
	}
	here := l.pos
	switch {
	case pressed(k, keys.newline):
		return l.insert("\n")
	case pressed(k, keys.yank):
		return l.insert(string(l.killed))
	case pressed(k, keys.left):
		l.move(boundary(l.runes, here-1))
	case pressed(k, keys.right):
		l.move(after(l.runes, here))
	case pressed(k, keys.wordLeft):
		l.move(wordBefore(l.runes, here))
	case pressed(k, keys.wordRight):
		l.move(wordAfter(l.runes, here))
	case pressed(k, keys.lineStart):
		l.move(lineStart(l.runes, here))
	case pressed(k, keys.lineEnd):
		l.move(lineEnd(l.runes, here))
	case pressed(k, keys.deleteBack):
		l.replace(boundary(l.runes, here-1), here, nil)
	case pressed(k, keys.deleteHere):
		l.replace(here, after(l.runes, here), nil)
	case pressed(k, keys.cutWordBack):
		l.cut(wordBefore(l.runes, here), here)
	case pressed(k, keys.cutBlankBack):
		l.cut(blankBefore(l.runes, here), here)
	case pressed(k, keys.cutWordHere):
		l.cut(here, wordAfter(l.runes, here))
	case pressed(k, keys.cutStart):
		l.cut(lineStart(l.runes, here), here)
	case pressed(k, keys.cutEnd):
		end := lineEnd(l.runes, here)
		if end == here { // then the line break itself
			end = after(l.runes, here)
		}
		l.cut(here, end)
	case pressed(k, keys.swap):
		l.swap()
	}
	return true
}

func (l *line) move(to int) {
	l.pos, l.last.width, l.boxed.width, l.going = to, 0, 0, false
}

// swap exchanges the characters around the cursor, or the two before it at the
// end of a line, and goes on behind them.
func (l *line) swap() {
	mid := l.pos
	if mid == lineEnd(l.runes, mid) {
		mid = boundary(l.runes, mid-1)
	}
	from, to := boundary(l.runes, mid-1), after(l.runes, mid)
	if from < lineStart(l.runes, l.pos) || from == mid || mid == to {
		return
	}
	l.replace(from, to, slices.Concat(l.runes[mid:to], l.runes[from:mid]))
}
