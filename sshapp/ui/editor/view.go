package editor

import (
	"strings"

	"wick/sshapp/ui/cells"
)

// runesPerCell bounds how much text around the cursor is looked at. No text has more
// runes per cell on average.
const runesPerCell = 4

// shownTab stands for a tab that was pasted. It has the same width wherever it is, so that
// rows are broken and the cursor moves as among other characters.
const shownTab = "    "

// shown returns the runes [from, to) of the text as they are drawn.
func (m *Model) shown(from, to int) string {
	return strings.ReplaceAll(string(m.runes[from:to]), "\t", shownTab)
}

// Box is a part of the text in several rows.
type Box struct {
	Rows         []string
	X, Y         int  // of the cursor, within the box
	Above, Below bool // the text has more rows there
}

// noRows are the rows of an empty text, or of one without space.
var noRows = []string{""}

// Box returns the rows around the cursor, at least one and at most the number given, of
// up to width cells. The caller must not change them.
func (m *Model) Box(width, most int) Box {
	if width < 1 {
		return Box{Rows: noRows}
	}
	rows := m.breakRows(width)
	if m.Empty() {
		return Box{Rows: noRows}
	}
	y, x := m.locate(rows)
	from := min(max(y-most/2, 0), max(len(rows)-most, 0))
	to := min(from+most, len(rows))
	b := Box{Rows: make([]string, 0, to-from), X: min(x, width-1), Y: y - from, Above: from > 0, Below: to < len(rows)}
	for _, r := range rows[from:to] {
		text := m.shown(r.from, r.to)
		if r.cells > width {
			text = cells.Truncate(text, width, "")
		}
		b.Rows = append(b.Rows, text)
	}
	return b
}

// Row returns the part of the text around the cursor that fits into one row, and
// the cell of the cursor there. The cursor has at least one cell.
func (m *Model) Row(width int) (text string, x int) {
	if width < 1 {
		return "", 0
	}
	shown := func(from, to int) string {
		return strings.ReplaceAll(m.shown(from, to), "\n", "⏎")
	}
	from := CharStart(m.runes, max(m.cursor-runesPerCell*width, 0))
	before := shown(from, m.cursor)
	rest := shown(m.cursor, min(m.cursor+runesPerCell*width, len(m.runes)))
	x = cells.Width(before)
	hidden := from > 0
	for x >= width {
		var first string
		first, before = cutChar(before)
		x -= cells.Width(first)
		hidden = true
	}
	if hidden && before != "" {
		// The … for what is hidden replaces one more character.
		var first string
		first, before = cutChar(before)
		if w := cells.Width(first); w > 0 {
			before = "…" + strings.Repeat(" ", w-1) + before
		}
	}
	return cells.Truncate(before+rest, width, ""), x
}

// cutChar splits off the first character.
func cutChar(s string) (first, rest string) {
	n := cells.First(s).Size
	return s[:n], s[n:]
}
