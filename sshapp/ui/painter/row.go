package painter

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// minSuffix is the least number of equal bytes at the end of a row for which it
// is worth searching where that end can be left alone.
const minSuffix = 16

// EndLink is the OSC 8 sequence that ends a link.
const EndLink = "\x1b]8;;\x1b\\"

// sanitize returns the part of a row that reaches the terminal: at most width
// cells of characters, SGR and OSC 8, which are closed at the end. It drops
// spaces at the end, since a row is erased before it is written.
func sanitize(row string, width int) string {
	var kept strings.Builder // used once something has to go
	whole := true
	s := scanner{row: row}
	for from := 0; s.next(); from = s.off {
		tok := s.tok
		if s.kind == tokenJunk || s.kind <= tokenText && s.col > width {
			tok = ""
		}
		if whole && tok != row[from:s.off] {
			whole = false
			kept.WriteString(row[:from])
		}
		if !whole {
			kept.WriteString(tok)
		}
	}
	if !whole {
		row = kept.String()
	}
	if s.style == "" && s.link == "" {
		return strings.TrimRight(row, " ")
	}
	if s.style != "" {
		row += ansi.ResetStyle
	}
	if s.link != "" {
		row += EndLink
	}
	return row
}

// diffRow finds the part of the new row that has to be written over the old one.
// Both are sanitized. A part is left alone only if every terminal agrees on the
// columns around it.
func diffRow(old, new string) (from, to scanner) {
	b := scanner{row: new}
	from, to = b, scanner{row: new, off: len(new)}
	// The common start is read once, for both.
	shared := commonPrefix(old, new)
	for last := b; b.off < shared; last = b {
		if !b.nextSteady() || b.off > shared {
			b = last
			break
		}
	}
	if from = b; !from.canCutBoth(old) {
		// Rare: take the last position before that can be cut.
		from = scanner{row: new}
		for at := from; at.off < b.off && at.next(); {
			if at.canCutBoth(old) {
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
		for len(old)-a.off > rest {
			if !a.nextSteady() {
				return from, to
			}
		}
		if len(old)-a.off == rest && rest <= same && rest > 0 &&
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
	from, to := diffRow(old, new)
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
