package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// wrap breaks text into rows of at most width cells, between words where it
// can. A character wider than the width is left out.
func wrap(text string, width int) []string {
	if width < 1 {
		return []string{""}
	}
	if !strings.Contains(text, "\n") && ansi.StringWidth(text) <= width {
		return []string{text}
	}
	var rows []string
	for row := range strings.SplitSeq(ansi.Wrap(text, width, ""), "\n") {
		if ansi.StringWidth(row) <= width {
			rows = append(rows, row)
			continue
		}
		// ansi.Wrap can leave a row too wide around hyphens after spaces.
		rows = append(rows, chop(row, width)...)
	}
	return settled(rows)
}

// chop breaks a line into rows of at most width cells wherever they end.
func chop(line string, width int) []string {
	if width < 1 {
		return []string{""}
	}
	var rows []string
	for row := range strings.SplitSeq(ansi.Hardwrap(line, width, true), "\n") {
		rows = append(rows, clip(row, width))
	}
	return settled(rows)
}

// settled leaves marks on the character that they stand on: x/ansi v0.11.9
// parts them from a letter of ASCII. At the start of a row they would stand on
// whatever is before it. Where it stood on a space, and the row was broken there,
// nothing of that is left: the mark goes to the last character before.
func settled(rows []string) []string {
	last := 0 // the last row with something on it
	for i := 1; i < len(rows); i++ {
		n := 0
		for n < len(rows[i]) && rows[i][n] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(rows[i][n:])
			if !painterJoins(r) || ansi.StringWidth(string(r)) > 0 {
				break
			}
			n += size
		}
		rows[last] += rows[i][:n]
		if rows[i] = rows[i][n:]; rows[i] != "" {
			last = i
		}
	}
	return rows
}
