package ui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// newline stands for a line break inside the one line that the editor knows. A
// noncharacter, which no text may contain: see section 23.7 of The Unicode
// Standard.
const newline = '\uFDD0'

// line is one line of text being edited: the engine of bubbles/textinput, in
// steps of whole characters, with its own view for the terminal's own cursor.
type line struct {
	input textinput.Model
	limit int // characters that can be typed
	last  lineView
}

// lineView is what a line last looked like.
type lineView struct {
	width int // 0: not drawn since the last key
	text  string
	x     int
}

// Runes are looked at around the cursor only, not all 2,000 at every key. No
// character on a keyboard comes near maxCluster runes, and no text fills a
// screen with more than runesPerCell on average.
const (
	maxCluster   = 32
	runesPerCell = 4
)

func newLine(limit int) line {
	in := textinput.New()
	in.KeyMap = editing
	in.CharLimit = limit
	in.Cursor.SetMode(cursor.CursorStatic) // a blinking one is a timer per session
	in.Focus()
	return line{input: in, limit: limit}
}

func (l *line) empty() bool { return l.input.Value() == "" }

// text is what was typed, with its line breaks.
func (l *line) text() string {
	return strings.ReplaceAll(l.input.Value(), string(newline), "\n")
}

// set replaces the text and puts the cursor behind it. Text beyond the limit
// is kept, but then nothing can be added.
func (l *line) set(text string) {
	l.input.CharLimit = 0
	l.input.SetValue(folded(text))
	l.input.CursorEnd()
	l.bound()
}

// bound keeps the engine from cutting what is there already.
func (l *line) bound() {
	l.last.width = 0
	l.input.CharLimit = max(l.limit, utf8.RuneCountInString(l.input.Value()))
}

// folded puts the stand-in for line breaks.
func folded(s string) string {
	return strings.NewReplacer(string(newline), "", "\r\n", string(newline), "\r", string(newline), "\n", string(newline), "\t", "    ").Replace(s)
}

// press edits. It answers false where the limit kept some of it out.
func (l *line) press(k tea.KeyMsg) bool {
	// The engine cleans them in place, and Bubble Tea shares those of the
	// space bar among all programs.
	k.Runes = slices.Clone(k.Runes)
	value := l.input.Value()
	pos := l.input.Position()
	runes := []rune(value)
	times := 1
	switch {
	case k.Type == tea.KeyRunes && !k.Alt:
		k.Runes = []rune(folded(string(k.Runes)))
		// Text that arrives together must not be taken for a key of that
		// name: pasted text never is.
		k.Paste = true
		room := l.input.CharLimit - len(runes)
		l.input, _ = l.input.Update(k)
		l.last.width = 0
		return len(k.Runes) <= room
	case pressed(k, keys.newline):
		k = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{newline}}
	case pressed(k, keys.left), pressed(k, keys.deleteBack):
		times = pos - boundary(runes, pos-1)
	case pressed(k, keys.right), pressed(k, keys.deleteHere):
		times = after(runes, pos) - pos
	case key.Matches(k, editing.DeleteWordForward) && pos == len(runes)-1:
		// textinput v1.0.0 reads past the end here.
		k = tea.KeyMsg{Type: tea.KeyDelete}
	}
	for range max(times, 1) {
		l.input, _ = l.input.Update(k)
	}
	l.bound()
	return true
}

// boundary is the start of the character that holds the rune at i; 0 before
// the first.
func boundary(runes []rune, i int) int {
	start := max(i, 0)
	// A character of ASCII never continues another.
	for start > 0 && i-start < maxCluster && runes[start] >= utf8.RuneSelf {
		start--
	}
	for start < i {
		end := after(runes, start)
		if end > i {
			break
		}
		start = end
	}
	return start
}

// after is the end of the character that starts with the rune at i.
func after(runes []rune, i int) int {
	if i >= len(runes) {
		return len(runes)
	}
	cluster, _ := ansi.FirstGraphemeCluster(string(runes[i:min(i+maxCluster, len(runes))]), ansi.GraphemeWidth)
	return i + utf8.RuneCountInString(cluster)
}

// view is the part of the text around the cursor that fits, and the cursor's
// place in it. At least one cell is left for the cursor.
func (l *line) view(width int) (text string, x int) {
	if width < 1 {
		return "", 0
	}
	if l.last.width != width {
		text, x := l.lay(width)
		l.last = lineView{width, text, x}
	}
	return l.last.text, l.last.x
}

func (l *line) lay(width int) (text string, x int) {
	runes := []rune(strings.ReplaceAll(l.input.Value(), string(newline), "⏎"))
	pos := l.input.Position()
	from := boundary(runes, max(pos-runesPerCell*width, 0))
	before := string(runes[from:pos])
	rest := string(runes[pos:min(pos+runesPerCell*width, len(runes))])
	x = ansi.StringWidth(before)
	hidden := from > 0
	for x >= width {
		var first string
		first, before = firstOf(before)
		x -= ansi.StringWidth(first)
		hidden = true
	}
	if hidden && before != "" {
		// Say so, in the place of one more character.
		var first string
		first, before = firstOf(before)
		if w := ansi.StringWidth(first); w > 0 {
			before = "…" + strings.Repeat(" ", w-1) + before
		}
	}
	return ansi.Truncate(before+rest, width, ""), x
}

// firstOf splits off the first character.
func firstOf(s string) (first, rest string) {
	first, _ = ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return first, s[len(first):]
}
