package ui

import (
	"strings"

	"wick/sshapp/ui/cells"
	"wick/sshapp/wording"
)

// body returns the rows of a clean text, at most width cells each, with its markup
// drawn in styles.
func (t *Theme) body(text string, width int) []row {
	marked := strings.ContainsAny(text, "*_`") || strings.Contains(text, "://")
	if !marked && !strings.Contains(text, "\n") {
		return wrapRows(text, width)
	}
	var rows []row
	if !marked || !t.styled {
		for _, l := range wording.Lines(text) {
			if n, fits := cells.Fit(l.Text, width); fits {
				rows = append(rows, row{l.Text, n})
			} else {
				rows = append(rows, breakerOf(l.Kind != wording.Prose)(l.Text, width)...)
			}
		}
		return rows
	}
	for _, p := range parseMarkup(text) {
		rows = append(rows, t.paragraph(p, width)...)
	}
	return rows
}

// breakerOf returns what breaks a line into rows: code keeps all its blanks.
func breakerOf(fenced bool) func(line string, width int) []row {
	if fenced {
		return chop
	}
	return wrapRows
}

// paragraph returns the rows of a line, with its pieces drawn in styles.
func (t *Theme) paragraph(p paragraph, width int) []row {
	text := p.text
	rows := breakerOf(p.fenced)(text, width)
	d := drawing{theme: t, pieces: p.pieces}
	for i, r := range rows {
		// Breaking the line dropped the blanks around the break.
		n := 0
		for !strings.HasPrefix(text[n:], r.text) && n < len(text) && text[n] == ' ' {
			n++
		}
		if !strings.HasPrefix(text[n:], r.text) {
			return rows // a character was too wide: show the rest without styles
		}
		d.skip(n)
		rows[i].text = d.draw(len(r.text))
		text = text[n+len(r.text):]
	}
	return rows
}

// drawing draws pieces from the first byte to the last.
type drawing struct {
	theme  *Theme
	pieces []piece // those that are left
	cut    int     // bytes of the first piece that are done
}

// skip skips n bytes.
func (d *drawing) skip(n int) {
	for n > 0 {
		part, _ := d.next(n)
		n -= len(part)
	}
}

// draw returns the next n bytes in their styles.
func (d *drawing) draw(n int) string {
	var b strings.Builder
	for n > 0 {
		part, of := d.next(n)
		n -= len(part)
		i := d.theme.marks[of.style]
		if of.style&link != 0 && d.theme.links {
			b.WriteString(linked(of.text, i.paint(part)))
			continue
		}
		b.WriteString(i.on)
		b.WriteString(part)
		b.WriteString(i.off)
	}
	return b.String()
}

// next returns the next bytes of one piece, at most n, and the piece.
func (d *drawing) next(n int) (string, piece) {
	of := d.pieces[0]
	part := of.text[d.cut:]
	if len(part) > n {
		part = part[:n]
	}
	if d.cut += len(part); d.cut == len(of.text) {
		d.pieces, d.cut = d.pieces[1:], 0
	}
	return part, of
}
