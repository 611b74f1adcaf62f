package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// rowBuilder builds one row that is never wider than its width.
type rowBuilder struct {
	b    strings.Builder
	left int // cells
}

func newRowBuilder(width int) *rowBuilder { return &rowBuilder{left: max(width, 0)} }

// write adds a text without escape sequences, cut short with … if it does not fit.
func (r *rowBuilder) write(i ink, text string) {
	w, fits := widthWithin(text, r.left)
	if !fits {
		text = ansi.Truncate(text, r.left, "…")
		w = textWidth(text)
		if w > r.left { // the … alone is too wide
			return
		}
	}
	if text == "" {
		return
	}
	r.left -= w
	r.b.WriteString(i.on)
	r.b.WriteString(text)
	r.b.WriteString(i.off)
}

// append adds a styled row of that many cells, which must fit.
func (r *rowBuilder) append(styled string, cells int) {
	r.left -= cells
	r.b.WriteString(styled)
}

// fill repeats a character of one cell n times, or until the row is full.
func (r *rowBuilder) fill(i ink, char string, n int) {
	if n = min(n, r.left); n <= 0 {
		return
	}
	r.left -= n
	r.b.WriteString(i.on)
	for range n {
		r.b.WriteString(char)
	}
	r.b.WriteString(i.off)
}

// skip leaves n cells blank, or all that are left.
func (r *rowBuilder) skip(n int) {
	n = min(n, r.left)
	for range n {
		r.b.WriteByte(' ')
	}
	r.left -= max(n, 0)
}

func (r *rowBuilder) row() string { return r.b.String() }

// clip cuts a styled row to the width.
func clip(row string, width int) string {
	if _, fits := widthWithin(row, width); fits {
		return row
	}
	return ansi.Truncate(row, max(width, 0), "")
}
