package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// runesPerCell bounds what is looked at around the cursor: no text fills a
// screen with more than that on average.
const runesPerCell = 4

// view is the part of the text around the cursor that fits in one row, and the
// cursor's place in it. At least one cell is left for the cursor.
func (l *line) view(width int) (text string, x int) {
	if width < 1 {
		return "", 0
	}
	if l.last.width != width {
		text, x := l.row(width)
		l.last = lineView{width, text, x}
	}
	return l.last.text, l.last.x
}

func (l *line) row(width int) (text string, x int) {
	shown := func(from, to int) string {
		return strings.ReplaceAll(string(l.runes[from:to]), "\n", "⏎")
	}
	from := boundary(l.runes, max(l.pos-runesPerCell*width, 0))
	before := shown(from, l.pos)
	rest := shown(l.pos, min(l.pos+runesPerCell*width, len(l.runes)))
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
