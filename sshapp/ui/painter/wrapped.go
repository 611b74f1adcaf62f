package painter

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A terminal knows of two rows that they are one line only if it wraps the text itself.
// So such rows are written in one go, with wrapping on. That is for few frames: if one of
// them changes, all of the screen is painted, which also makes the terminal forget which
// rows were one line.

// rewraps reports whether f needs a full screen because of its lines of several rows, or
// those that the terminal shows.
func (s *screen) rewraps(f *Frame) bool {
	if !slices.Equal(s.wraps, f.Wraps) {
		return true
	}
	for y := range s.rows {
		if y < len(f.Wraps) && s.rows[y].given != f.row(y) {
			return true
		}
	}
	return false
}

// lineRows returns the number of rows of the line that begins in row y.
func (f *Frame) lineRows(y, height int) int {
	n := 1
	for y+n < height && y+n-1 < len(f.Wraps) && f.Wraps[y+n-1] {
		n++
	}
	return n
}

// paintLine appends n rows, from y on, of an erased screen as one line. If terminals may
// disagree where to wrap it, each row is written for itself.
func (s *screen) paintLine(buf []byte, y, n int, f *Frame) []byte {
	for i := range n {
		r := scanner{row: f.row(y + i)}
		for r.next() {
			if r.kind != tokenPlain {
				for i := range n {
					buf = s.paintRow(buf, y+i, f.row(y+i), y+i == f.CursorY)
				}
				return buf
			}
		}
	}
	buf = append(appendMove(buf, 0, y), ansi.SetModeAutoWrap...)
	for i := range n {
		row := f.row(y + i)
		clean := sanitize(row, s.width, manner{ascii: s.ascii})
		s.rows[y+i] = shownRow{given: row, clean: clean}
		buf = append(buf, clean...)
		if i < n-1 { // the blanks at the end are part of the line
			buf = append(buf, row[len(strings.TrimRight(row, " ")):]...)
		}
	}
	return append(buf, ansi.ResetModeAutoWrap...)
}
