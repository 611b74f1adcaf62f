package ui

import (
	"strings"

	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
)

// rowBuilder builds one row that is never wider than its width. What follows blank cells
// has its column whichever way the terminal measures what stands before.
type rowBuilder struct {
	b      strings.Builder
	left   int    // cells
	blanks int    // that come before what is written next
	tail   string // stands for what does not fit
	unsure bool   // terminals may disagree about the column
	gap    bool   // what comes next follows blank cells
}

func newRowBuilder(t *Theme, width int) *rowBuilder {
	return &rowBuilder{left: max(width, 0), tail: t.mark("…")}
}

// write adds a text without escape sequences, cut short with … if it does not fit.
func (r *rowBuilder) write(i ink, text string) {
	text = cells.Truncate(text, r.left, r.tail)
	if text == "" {
		return
	}
	r.b.Grow(r.blanks + len(i.on) + len(text) + len(i.off))
	r.align(text)
	r.left -= textWidth(text)
	r.b.WriteString(i.on)
	r.b.WriteString(text)
	r.b.WriteString(i.off)
}

// align has the text, which comes next, begin in its own column if it follows blank
// cells.
func (r *rowBuilder) align(text string) {
	r.writeBlanks()
	if r.gap && r.unsure {
		r.b.WriteString(painter.Column)
		r.unsure = false
	}
	r.gap = false
	r.unsure = r.unsure || !isASCII(text)
}

// append adds a styled row of that width, which must fit.
func (r *rowBuilder) append(styled string, width int) {
	r.align(styled)
	r.left -= width
	r.b.WriteString(styled)
}

// fill repeats a character of one cell n times, or until the row is full.
func (r *rowBuilder) fill(i ink, char string, n int) {
	if n = min(n, r.left); n <= 0 {
		return
	}
	r.align(char)
	r.left -= n
	r.b.WriteString(i.on)
	for range n {
		r.b.WriteString(char)
	}
	r.b.WriteString(i.off)
}

// skip leaves n cells blank, or all that are left.
func (r *rowBuilder) skip(n int) {
	n = max(min(n, r.left), 0)
	r.blanks += n
	r.left -= n
	r.gap = r.gap || n > 0
}

func (r *rowBuilder) writeBlanks() {
	const some = "                                                                "
	for r.blanks > 0 {
		n := min(r.blanks, len(some))
		r.b.WriteString(some[:n])
		r.blanks -= n
	}
}

// column has what comes next begin in its own column, as after blank cells.
func (r *rowBuilder) column() { r.gap = true }

func (r *rowBuilder) row() string {
	r.writeBlanks()
	return r.b.String()
}

// clip cuts a styled row to the width.
func clip(row string, width int) string { return cells.Truncate(row, max(width, 0), "") }
