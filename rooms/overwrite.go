package rooms

import (
	"strings"

	"github.com/rivo/uniseg"
)

// tabStop is the distance of tab stops, in cells, as on terminals.
const tabStop = 8

// Marks for sequences that erase a part of the line, in a line that is about to be
// overwritten. No other control characters of these values are left in it.
const (
	eraseRight byte = iota + 1 // from the cursor on
	eraseLeft                  // up to the cursor
	eraseLine
)

// eraseMarks are the marks by the parameters of EL and ED (ECMA-48, section 8.3.41 and
// 8.3.39).
var eraseMarks = map[string]byte{"": eraseRight, "0": eraseRight, "1": eraseLeft, "2": eraseLine}

// overwritten returns what a terminal shows at last of a line that goes back over itself
// with carriage returns and backspaces, as progress bars and manual pages do. The line
// has no other controls than those, tabs and erase marks.
func overwritten(line string) string {
	var r terminalRow
	from, open := 0, false // where the last unit begins; whether what comes belongs to it if it has no width
	lead := -1             // where runes without a width begin that belong to the next unit; -1: none
	for i := 0; i < len(line); {
		c := line[i]
		if c < ' ' {
			i++
			open, lead = false, -1
			r.control(c)
			continue
		}
		n, width := 1, 1
		if !(c <= '~' && (i+1 == len(line) || line[i+1] <= '~')) {
			var cluster string
			cluster, _, width, _ = uniseg.FirstGraphemeClusterInString(line[i:], -1)
			n = len(cluster)
		}
		switch {
		case width > 0:
			if from = i; lead >= 0 {
				from, lead = lead, -1
			}
			r.write(line[from:i+n], width)
			open = true
		case open:
			r.units[len(r.units)-1] = line[from : i+n]
		case lead < 0:
			lead = i
		}
		i += n
	}
	return r.text()
}

// terminalRow is a row of a terminal without an end.
type terminalRow struct {
	units  []string // what was written: characters, and tabs
	cells  []int32  // the index in units of what begins in the cell, or blankCell or laterCell
	cursor int
}

const (
	blankCell = -1 // never written, or what was there is erased
	laterCell = -2 // belongs to the cell before
)

// write writes a unit at the cursor.
func (r *terminalRow) write(unit string, width int) {
	r.extend(r.cursor + width)
	r.erase(r.cursor, r.cursor+width)
	r.cells[r.cursor] = int32(len(r.units))
	for i := 1; i < width; i++ {
		r.cells[r.cursor+i] = laterCell
	}
	r.units = append(r.units, unit)
	r.cursor += width
}

func (r *terminalRow) extend(width int) {
	for len(r.cells) < width {
		r.cells = append(r.cells, blankCell)
	}
}

// erase blanks the cells [from, to), and the rest of units that are cut.
func (r *terminalRow) erase(from, to int) {
	from, to = min(from, len(r.cells)), min(to, len(r.cells))
	for from > 0 && from < len(r.cells) && r.cells[from] == laterCell {
		from--
	}
	for to < len(r.cells) && r.cells[to] == laterCell {
		to++
	}
	for i := from; i < to; i++ {
		r.cells[i] = blankCell
	}
}

func (r *terminalRow) control(c byte) {
	switch c {
	case '\r':
		r.cursor = 0
	case charBackspace:
		r.cursor = max(r.cursor-1, 0)
	case '\t':
		stop := (r.cursor/tabStop + 1) * tabStop
		if r.cursor >= len(r.cells) {
			r.write("\t", stop-r.cursor)
		}
		r.cursor = stop // over what is there
	case eraseRight:
		r.erase(r.cursor, len(r.cells))
		r.trim()
	case eraseLeft:
		r.erase(0, r.cursor+1)
		r.trim()
	case eraseLine:
		r.cells = r.cells[:0]
	}
}

// trim drops the blank cells at the end.
func (r *terminalRow) trim() {
	for n := len(r.cells); n > 0 && r.cells[n-1] == blankCell; n-- {
		r.cells = r.cells[:n-1]
	}
}

// text returns what is in the row, without the blank cells at its end.
func (r *terminalRow) text() string {
	r.trim()
	var b strings.Builder
	for _, unit := range r.cells {
		switch {
		case unit >= 0:
			b.WriteString(r.units[unit])
		case unit == blankCell:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
