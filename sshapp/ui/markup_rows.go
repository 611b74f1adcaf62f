package ui

import "strings"

// body is the rows of a clean text, at most width cells each. What it shows
// beside its marks is the text.
func (t *Theme) body(text string, width int) []row {
	if !t.styled || !strings.ContainsAny(text, "*_`") && !strings.Contains(text, "://") {
		return wrapRows(text, width)
	}
	var rows []row
	for _, p := range marked(text) {
		rows = append(rows, t.paragraph(p, width)...)
	}
	return rows
}

// paragraph breaks a line into rows, and draws its pieces in each.
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
		// A break swallows the blanks around it.
		n := 0
		for !strings.HasPrefix(text[n:], r.text) && n < len(text) && text[n] == ' ' {
			n++
		}
		if !strings.HasPrefix(text[n:], r.text) {
			return rows // a character was too wide: the rest is shown without styles
		}
		d.pass(n)
		rows[i].text = d.draw(len(r.text))
		text = text[n+len(r.text):]
	}
	return rows
}

// drawing goes through pieces, byte by byte.
type drawing struct {
	theme  *Theme
	pieces []piece // what is left of them
	cut    int     // bytes of the first that were passed
}

// pass goes on by n bytes.
func (d *drawing) pass(n int) {
	for n > 0 {
		part, _ := d.next(n)
		n -= len(part)
	}
}

// draw goes on by n bytes, and answers them in their styles.
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

// next is what the first piece has left, at most n bytes, and the piece.
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
