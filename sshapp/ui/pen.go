package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// pen writes one row that is never wider than what it was given.
type pen struct {
	b    strings.Builder
	left int // cells
}

func newPen(width int) *pen { return &pen{left: max(width, 0)} }

// write adds text without escape sequences, cut short with … where it does not
// fit.
func (p *pen) write(i ink, text string) {
	w, fits := widthWithin(text, p.left)
	if !fits {
		text = ansi.Truncate(text, p.left, "…")
		w = textWidth(text)
		if w > p.left { // the mark alone is too wide
			return
		}
	}
	if text == "" {
		return
	}
	p.left -= w
	p.b.WriteString(i.on)
	p.b.WriteString(text)
	p.b.WriteString(i.off)
}

// paste adds a styled row of that many cells, which fits.
func (p *pen) paste(row string, cells int) {
	p.left -= cells
	p.b.WriteString(row)
}

// fill repeats a character of one cell n times, or as often as there is room.
func (p *pen) fill(i ink, char string, n int) {
	if n = min(n, p.left); n <= 0 {
		return
	}
	p.left -= n
	p.b.WriteString(i.on)
	for range n {
		p.b.WriteString(char)
	}
	p.b.WriteString(i.off)
}

// skip leaves n cells blank, or as many as there are.
func (p *pen) skip(n int) {
	n = min(n, p.left)
	for range n {
		p.b.WriteByte(' ')
	}
	p.left -= max(n, 0)
}

func (p *pen) row() string { return p.b.String() }

// clip cuts a styled row to the width.
func clip(row string, width int) string {
	if _, fits := widthWithin(row, width); fits {
		return row
	}
	return ansi.Truncate(row, max(width, 0), "")
}
