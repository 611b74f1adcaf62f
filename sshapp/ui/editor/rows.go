package editor

import "github.com/charmbracelet/x/ansi"

// layout is the text broken into rows of at most width-1 cells. The last cell is for the
// cursor, or for a space if the text goes on.
//
// It is kept until the text changes: breaking up a long draft costs far more than drawing
// a part of it, and every message in the room brings a frame.
type layout struct {
	width int // 0: the text was never broken up
	valid bool
	rows  []rowSpan
}

// rowSpan is a row: the runes [from, to) of the text.
type rowSpan struct {
	from, to int
	cells    int
}

// breakRows returns the rows of the text, broken between words if possible.
func (m *Model) breakRows(width int) []rowSpan {
	if m.layout.valid && m.layout.width == width {
		return m.layout.rows
	}
	rows, most := m.layout.rows[:0], max(width-1, 1)
	start, cells := 0, 0 // of the row
	word, head := 0, 0   // where its last word starts, and the cells before that
	for i := 0; i < len(m.runes); {
		end, w := charAt(m.runes, i)
		switch {
		case m.runes[i] == '\n':
			rows = append(rows, rowSpan{start, i, cells})
			start, cells, word, head = end, 0, end, 0
		case cells+w > most && i > start && m.runes[i] == ' ':
			rows = append(rows, rowSpan{start, end, cells + w})
			start, cells, word, head = end, 0, end, 0
		case cells+w > most && i > start:
			if word == start { // a word that is wider than a row
				word, head = i, cells
			}
			rows = append(rows, rowSpan{start, word, head})
			start, cells, head = word, ansi.StringWidth(string(m.runes[word:i])), 0
			continue // with the same character
		default:
			cells += w
			if m.runes[i] == ' ' {
				word, head = end, cells
			}
		}
		i = end
	}
	m.layout = layout{width, true, append(rows, rowSpan{start, len(m.runes), cells})}
	return m.layout.rows
}

// locate returns the row of the cursor and its cell there.
func (m *Model) locate(rows []rowSpan) (y, x int) {
	for y = len(rows) - 1; y > 0 && rows[y].from > m.cursor; y-- {
	}
	return y, ansi.StringWidth(string(m.runes[rows[y].from:m.cursor]))
}

// MoveRow moves the cursor down by rows of the last Box, or up if by is negative. It
// returns false and does nothing if there are not that many.
func (m *Model) MoveRow(by int) bool {
	if m.layout.width == 0 {
		return false // never drawn in rows
	}
	rows := m.breakRows(m.layout.width)
	y, x := m.locate(rows)
	if !m.moving {
		m.column = x
	}
	if y+by < 0 || y+by >= len(rows) {
		return false
	}
	row := rows[y+by]
	to := row.from
	for cells := 0; to < row.to; {
		end, w := charAt(m.runes, to)
		if cells += w; cells > m.column || end > row.to {
			break
		}
		// The place after the last character of a broken row is in the next row.
		if end == row.to && y+by+1 < len(rows) && rows[y+by+1].from == end {
			break
		}
		to = end
	}
	m.move(to)
	m.moving = true
	return true
}
