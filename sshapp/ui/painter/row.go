package painter

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/cells"
)

// minSuffix is the least number of equal bytes at the end of a row for which it
// is worth searching where that end can be left alone.
const minSuffix = 16

// EndLink is the OSC 8 sequence that ends a link.
const EndLink = "\x1b]8;;\x1b\\"

// Column stands in a row before what has a column of its own, such as a panel, on
// whatever terminal: the cells before it count as package cells says. It is the sequence
// CHA without the number, which the painter adds if terminals may disagree.
const Column = "\x1b[G"

// manner is how rows are written.
type manner struct {
	exact bool // each disputed character has a column of its own, since the cursor is among them
	ascii bool // in ASCII
}

// spareColumns is how many bytes the columns that sanitize addresses add to most rows.
const spareColumns = 32

// sanitize returns the part of a row that reaches the terminal: at most width
// cells of characters, SGR and OSC 8, which are closed at the end. It drops
// spaces at the end, since a row is erased before it is written.
func sanitize(row string, width int, how manner) string {
	s := scanner{row: row}
	return s.close(s.clean(width, how))
}

// clean reads the rest of a row, and returns the part of it that reaches the terminal.
func (s *scanner) clean(width int, how manner) string {
	var kept strings.Builder // used once something has to change
	start, whole := s.off, true
	for from := start; ; from = s.off {
		if s.atASCII() && (!how.exact || s.dispute == cells.Agreed) && s.nextPlain(width-s.col) {
			if how.ascii {
				s.unsure = cells.Agreed
			}
			if !whole {
				kept.WriteString(s.row[from:s.off])
			}
			continue
		}
		col, unsure, dispute := s.col, s.unsure, s.dispute
		if !s.next() {
			break
		}
		tok := s.tok
		switch isChar := s.kind <= tokenText; {
		case s.kind == tokenJunk, s.kind == tokenErase, isChar && s.col > width:
			tok = ""
		case s.kind == tokenColumn && s.col < width:
			tok = s.address(col, unsure)
		case s.kind == tokenColumn:
			tok, s.unsure = "", unsure
		case isChar && how.ascii:
			tok, s.unsure = cells.ASCII(tok), cells.Agreed
		case isChar && how.exact && dispute&cells.Narrower != 0 && s.col > col:
			tok, s.unsure = s.address(col, unsure)+tok, s.dispute
		}
		if whole && tok != s.row[from:s.off] {
			whole = false
			kept.Grow(len(s.row) - start + spareColumns)
			kept.WriteString(s.row[start:from])
		}
		if !whole {
			kept.WriteString(tok)
		}
	}
	if !whole {
		return kept.String()
	}
	return s.row[start:]
}

// close ends a row of which s has read everything.
func (s *scanner) close(clean string) string {
	if s.style == "" && s.link == "" {
		return strings.TrimRight(clean, " ")
	}
	if s.style != "" {
		clean += ansi.ResetStyle
	}
	if s.link != "" {
		clean += EndLink
	}
	return clean
}

// address returns what puts the cursor on a column that terminals disagree about, and
// erases what a terminal has drawn beyond it; empty if they agree.
func (s *scanner) address(col int, unsure cells.Dispute) string {
	if unsure == cells.Agreed {
		return ""
	}
	to := "\x1b[" + strconv.Itoa(col+1) + "G"
	switch {
	case unsure == cells.Narrower:
		return to
	case s.style == "":
		return to + ansi.EraseLineRight
	default: // erased cells would get the background of the style
		return to + ansi.ResetStyle + ansi.EraseLineRight + s.style
	}
}

// diffRow finds the part of the new row that has to be written over the old one.
// Both are sanitized. A part is left alone only if every terminal agrees on the
// columns around it.
func diffRow(old, new string) (from, to scanner) {
	b := scanner{row: new}
	from, to = b, scanner{row: new, off: len(new)}
	// The common start is read once, for both.
	shared := commonPrefix(old, new)
	for at := b; at.off < shared && (at.nextPlain(shared-at.off) || at.next()) && at.off <= shared; {
		if at.canBegin(old) {
			b = at
		}
	}
	if from = b; !from.canCutBoth(old) {
		// Rare: take the last position before that can be cut.
		from = scanner{row: new}
		for at := from; at.off < b.off && at.next(); {
			if at.canBegin(old) && at.canCutBoth(old) {
				from = at
			}
		}
	}
	start := from.in(old)
	same := commonSuffix(old[start.off:], new[from.off:])
	if same < minSuffix {
		return from, to
	}
	for a, b := start, from; ; {
		rest := len(new) - b.off
		if rest > same {
			if !b.nextPlain(rest-same) && !b.nextSteady() {
				return from, to
			}
			continue
		}
		for more := len(old) - a.off - rest; more > 0; more = len(old) - a.off - rest {
			if !a.nextPlain(more) && !a.nextSteady() {
				return from, to
			}
		}
		if len(old)-a.off == rest && rest > 0 &&
			a.col == b.col && a.style == b.style && a.link == b.link && b.canCut() {
			return from, b
		}
		if !b.nextSteady() {
			return from, to
		}
	}
}

// commonPrefix returns how many bytes a and b have in common at the start.
func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// commonSuffix returns how many bytes a and b have in common at the end.
func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// appendRow appends what turns row y from the old into the new, both sanitized.
func appendRow(buf []byte, y int, old, new string, width int) []byte {
	from, to := scanner{}, scanner{off: len(new)}
	if old != "" {
		from, to = diffRow(old, new)
	}
	if from.col >= width {
		from, to = scanner{}, scanner{off: len(new)}
	}
	buf = appendMove(buf, from.col, y)
	if to.off == len(new) && old != "" {
		// Ahead of the text: after a full row it would erase the last cell.
		buf = append(buf, ansi.EraseLineRight...)
	}
	buf = append(buf, from.style...)
	buf = append(buf, from.link...)
	buf = append(buf, new[from.off:to.off]...)
	if to.style != "" {
		buf = append(buf, ansi.ResetStyle...)
	}
	if to.link != "" {
		buf = append(buf, EndLink...)
	}
	return buf
}

// appendMove appends a move of the cursor to a cell, counted from 0.
func appendMove(buf []byte, x, y int) []byte {
	buf = append(buf, "\x1b["...)
	buf = strconv.AppendInt(buf, int64(y)+1, 10)
	if x > 0 {
		buf = append(buf, ';')
		buf = strconv.AppendInt(buf, int64(x)+1, 10)
	}
	return append(buf, 'H')
}
