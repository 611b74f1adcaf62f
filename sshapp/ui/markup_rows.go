package ui

import "strings"

// body returns the rows of a clean text, at most width cells each, with its markup
// drawn in styles.
func (t *Theme) body(text string, width int) []row {
	if !t.styled || !strings.ContainsAny(text, "*_`") && !strings.Contains(text, "://") {
		return wrapRows(text, width)
	}
	var rows []row
	for _, p := range parseMarkup(text) {
		rows = append(rows, t.paragraph(p, width)...)
	}
	return rows
}

// paragraph returns the rows of a line, with its pieces drawn in styles.
func (t *Theme) paragraph(p paragraph, width int) []row {
	var b strings.Builder
	for _, piece := range p.pieces {
		b.WriteString(piece.text)
	}
	text := b.String()
	broken := wrapRows
	if p.fenced {
		broken = chop
	}
	rows := broken(text, width)
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
		shown := d.theme.marks[of.style].paint(part)
		if of.style&link != 0 && d.theme.links {
			shown = linked(of.text, shown)
		}
		b.WriteString(shown)
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
