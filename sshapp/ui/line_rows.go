package ui

import "github.com/charmbracelet/x/ansi"

// layout is a text broken into rows of at most width-1 cells, the last cell is
// the cursor's; but a space may stand there where a row goes on.
type layout struct {
	width int // 0: never laid
	fresh bool
	rows  []extent
}

// extent is a part of the text, in runes.
type extent struct{ from, to int }

// lay breaks the text into rows, between words where it can.
func (l *line) lay(width int) []extent {
	if l.laid.fresh && l.laid.width == width {
		return l.laid.rows
	}
	rows, most := l.laid.rows[:0], max(width-1, 1)
	start, cells, word := 0, 0, 0 // of the row; where its last word begins
	for i := 0; i < len(l.runes); {
		end, w := step(l.runes, i)
		switch {
		case l.runes[i] == '\n':
			rows = append(rows, extent{start, i})
			start, cells, word = end, 0, end
		case cells+w > most && i > start && l.runes[i] == ' ':
			rows = append(rows, extent{start, end})
			start, cells, word = end, 0, end
		case cells+w > most && i > start:
			cut := i
			if word > start {
				cut = word
			}
			rows = append(rows, extent{start, cut})
			start, word = cut, cut
			cells = ansi.StringWidth(string(l.runes[start:i]))
			continue // with the same character
		default:
			cells += w
			if l.runes[i] == ' ' {
				word = end
			}
		}
		i = end
	}
	l.laid = layout{width, true, append(rows, extent{start, len(l.runes)})}
	return l.laid.rows
}

// at is the row of the cursor, and its cell there.
func (l *line) at(rows []extent) (y, x int) {
	for y = len(rows) - 1; y > 0 && rows[y].from > l.pos; y-- {
	}
	return y, ansi.StringWidth(string(l.runes[rows[y].from:l.pos]))
}

// climb moves the cursor by rows of the text as it was drawn last, and tells
// whether there were any.
func (l *line) climb(by int) bool {
	if l.laid.width == 0 {
		return false // never drawn in rows
	}
	rows := l.lay(l.laid.width)
	y, x := l.at(rows)
	if !l.going {
		l.goal = x
	}
	if y+by < 0 || y+by >= len(rows) {
		return false
	}
	row := rows[y+by]
	to := row.from
	for cells := 0; to < row.to; {
		end, w := step(l.runes, to)
		if cells += w; cells > l.goal || end > row.to {
			break
		}
		// Behind the last character of a row that goes on is the next row.
		if end == row.to && y+by+1 < len(rows) && rows[y+by+1].from == end {
			break
		}
		to = end
	}
	l.move(to)
	l.going = true
	return true
}
