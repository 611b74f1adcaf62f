package editor

import "wick/sshapp/ui/cells"

// layout is the text broken into rows of at most width-1 cells, whichever way a terminal
// measures it. The last cell is for the cursor, or for a space if the text goes on.
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
	rows, limit := m.layout.rows[:0], max(width-1, 1)
	row, word := rowSpan{}, rowSpan{} // the row, and the part of it before its last word
	most, wordMost := 0, 0            // the most cells of these on a terminal
	next := func(from int) {
		row, word = rowSpan{from: from, to: from}, rowSpan{from: from, to: from}
		most, wordMost = 0, 0
	}
	for i := 0; i < len(m.runes); {
		end, c := charAt(m.runes, i)
		full := most+c.Most > limit && i > row.from
		if full && m.runes[i] != ' ' && m.runes[i] != '\n' {
			if word.to == row.from { // a word that is wider than a row
				word, wordMost = row, most
			}
			rows = append(rows, word)
			row = rowSpan{word.to, row.to, row.cells - word.cells}
			most -= wordMost
			word, wordMost = rowSpan{from: row.from, to: row.from}, 0
			continue // with the same character
		}
		if m.runes[i] == '\n' {
			rows = append(rows, row)
			next(end)
			i = end
			continue
		}
		row.to = end
		row.cells += c.Cells
		most += c.Most
		switch {
		case full:
			rows = append(rows, row)
			next(end)
		case m.runes[i] == ' ':
			word, wordMost = row, most
		}
		i = end
	}
	m.layout = layout{width, true, append(rows, row)}
	return m.layout.rows
}

// locate returns the row of the cursor and its cell there.
func (m *Model) locate(rows []rowSpan) (y, x int) {
	for y = len(rows) - 1; y > 0 && rows[y].from > m.cursor; y-- {
	}
	return y, cells.Width(m.shown(rows[y].from, m.cursor))
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
	for x := 0; to < row.to; {
		end, c := charAt(m.runes, to)
		if x += c.Cells; x > m.column || end > row.to {
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
