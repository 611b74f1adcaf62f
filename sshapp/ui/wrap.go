package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/painter"
)

// wrap breaks a text into rows of at most width cells, between words if possible. It
// leaves out characters wider than the width.
func wrap(text string, width int) []string { return textsOf(wrapRows(text, width)) }

func textsOf(rows []row) []string {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = r.text
	}
	return texts
}

// wrapRows is wrap, but also returns the widths of the rows.
func wrapRows(text string, width int) []row {
	if width < 1 {
		return []row{{}}
	}
	if !strings.Contains(text, "\n") {
		if n, fits := widthWithin(text, width); fits {
			return []row{{text, n}}
		}
	}
	var rows []row
	for line := range strings.SplitSeq(ansi.Wrap(text, width, ""), "\n") {
		if n := textWidth(line); n <= width {
			rows = append(rows, row{line, n})
			continue
		}
		// ansi.Wrap can leave a row too wide around hyphens after spaces.
		rows = append(rows, chop(line, width)...)
	}
	return joinMarks(rows)
}

// chop breaks a line into rows of at most width cells, also within words.
func chop(line string, width int) []row {
	if width < 1 {
		return []row{{}}
	}
	var rows []row
	for part := range strings.SplitSeq(ansi.Hardwrap(line, width, true), "\n") {
		n := textWidth(part)
		if n > width {
			part = clip(part, width)
			n = textWidth(part)
		}
		rows = append(rows, row{part, n})
	}
	return joinMarks(rows)
}

// joinMarks moves combining marks from the start of a row back to the end of the row
// before, since x/ansi v0.11.9 may break a text between an ASCII letter and its mark. At
// the start of a row, a mark would join whatever is drawn before it. If the row was
// broken at a space that had a mark, the mark joins the last character before.
func joinMarks(rows []row) []row {
	last := 0 // the last row with something on it
	for i := 1; i < len(rows); i++ {
		text, n := rows[i].text, 0
		for n < len(text) && text[n] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[n:])
			if !painter.Joins(r) || ansi.StringWidth(string(r)) > 0 {
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
