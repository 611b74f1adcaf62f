package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wick/sshapp/ui/cells"
)

// wrap breaks a text into rows of at most width cells, whichever way a terminal measures
// it, between words if possible. It leaves out characters wider than the width.
func wrap(text string, width int) []string { return textsOf(wrapRows(text, width)) }

func textsOf(rows []row) []string {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.text
	}
	return texts
}

// wrapRows is wrap, but also returns the widths of the rows.
func wrapRows(text string, width int) []row { return breakText(text, width, wrapLine) }

// chop is wrapRows, but breaks rows also within words.
func chop(text string, width int) []row {
	return breakText(text, width, func(rows []row, line string, width int) []row {
		rows, last := chopSpan(rows, line, span{to: len(line)}, width)
		return append(rows, last.row(line))
	})
}

func breakText(text string, width int, breakLine func(rows []row, line string, width int) []row) []row {
	if width < 1 {
		return []row{{}}
	}
	if !strings.Contains(text, "\n") {
		if n, fits := cells.Fit(text, width); fits {
			return []row{{text, n}}
		}
	}
	if width == 1 {
		text = withoutWide(text)
	}
	var rows []row
	for line := range strings.SplitSeq(text, "\n") {
		rows = breakLine(rows, line, width)
	}
	return joinMarks(rows)
}

// span is a part of a line.
type span struct {
	from, to int // bytes
	cells    int // that it is laid out in
	most     int // the most cells that it takes on a terminal
	edge     int // the cells to keep free behind it at the right edge
}

func (s span) row(line string) row { return row{line[s.from:s.to], s.cells} }

// and returns the span and the one after it together.
func (s span) and(next span) span {
	if next.from == next.to {
		return s
	}
	return span{s.from, next.to, s.cells + next.cells, s.most + next.most, next.edge}
}

func (s span) fits(width int) bool { return s.most+s.edge <= width }

// add adds a character of the line.
func (s *span) add(c cells.Char) {
	s.to += c.Size
	s.cells += c.Cells
	s.most += c.Most
	s.edge = c.Edge()
}

// wrapLine adds the rows of a line, broken between words if possible. The blanks around
// such a break are in no row.
func wrapLine(rows []row, line string, width int) []row {
	var r span // the row that is being filled: words, and the blanks before and between them
	for r.to < len(line) {
		gap := run(line, r.to, true)
		word := run(line, gap.to, false)
		switch whole := r.and(gap).and(word); {
		case whole.fits(width):
			r = whole
		case word.from == word.to: // blanks at the end of the line
			return append(rows, r.row(line))
		case r.from < r.to:
			rows = append(rows, r.row(line))
			rows, r = chopSpan(rows, line, word, width)
		default:
			rows, r = chopSpan(rows, line, whole, width)
		}
	}
	return append(rows, r.row(line))
}

// run returns the blanks from a byte of the line on, or the word there.
func run(line string, from int, blanks bool) span {
	s := span{from: from, to: from}
	for s.to < len(line) {
		c := cells.First(line[s.to:])
		if isBlank(line[s.to:s.to+c.Size]) != blanks {
			break
		}
		s.add(c)
	}
	return s
}

// isBlank reports whether a character is a blank that a row may be broken at.
func isBlank(char string) bool {
	r, size := utf8.DecodeRuneInString(char)
	return size == len(char) && unicode.IsSpace(r) && r != '\u00a0' && r != '\u2007' && r != '\u202f'
}

// chopSpan adds the rows of a part of a line, but for the last, which it returns.
func chopSpan(rows []row, line string, s span, width int) ([]row, span) {
	last := span{from: s.from, to: s.from}
	for last.to < s.to {
		c := cells.Within(line[last.to:s.to], width)
		if last.from < last.to && last.most+c.Most+c.Edge() > width {
			rows = append(rows, last.row(line))
			last = span{from: last.to, to: last.to}
		}
		last.add(c)
	}
	return rows, last
}

// withoutWide removes runes that are wider than one cell.
func withoutWide(text string) string {
	var b strings.Builder
	for text != "" {
		c := cells.Within(text, 1)
		if c.Cells <= 1 {
			b.WriteString(text[:c.Size])
		}
		text = text[c.Size:]
	}
	return b.String()
}

// joinMarks moves combining marks from the start of a row back to the end of the row
// before. At the start of a row, a mark would join whatever is drawn before it.
func joinMarks(rows []row) []row {
	last := 0 // the last row with something on it
	for i := 1; i < len(rows); i++ {
		text, n := rows[i].text, 0
		for n < len(text) && text[n] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[n:])
			if !cells.Joins(r) || textWidth(string(r)) > 0 {
				break
			}
			n += size
		}
		if n > 0 {
			moved := rows[last].text + text[:n]
			rows[last], rows[i] = row{moved, textWidth(moved)}, row{text[n:], textWidth(text[n:])}
		}
		if rows[i].text != "" {
			last = i
		}
	}
	return rows
}
