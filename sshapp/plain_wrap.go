package sshapp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wick/sshapp/ui/cells"
	"wick/sshapp/wording"
)

// maxIndent is how many blanks are kept at the start of a line, so that code and
// quotations stay readable.
const maxIndent = 8

// foldBlanks replaces each run of invisible characters between words with one
// space, and keeps at most maxIndent cells of indent on lines after the first.
// Otherwise text could be pushed to the start of a row with blanks, and pass for a
// line of its own. Code stays as it is if the width is known, for then rows are broken
// before the terminal would.
func foldBlanks(text string, widthKnown bool) string {
	var b strings.Builder
	for i, l := range wording.Lines(text) {
		most := maxIndent
		if i == 0 {
			most = 1
		} else {
			b.WriteByte('\n')
		}
		if l.Kind == wording.CodeLine && widthKnown {
			b.WriteString(l.Text)
		} else {
			b.WriteString(foldLine(l.Text, most))
		}
	}
	return b.String()
}

// foldLine folds the blanks of a line, and keeps at most that many cells of indent.
func foldLine(line string, indent int) string {
	words := strings.TrimLeftFunc(line, blankRune)
	if words == "" {
		return ""
	}
	indent = min(indent, cells.Width(line[:len(line)-len(words)]))
	return strings.Repeat(" ", indent) + foldRuns(words)
}

// foldRuns replaces each run of blanks with one space. Joiners and selectors
// outside of such a run belong to the character before them, and stay.
func foldRuns(line string) string {
	var b strings.Builder
	for line != "" {
		at := strings.IndexFunc(line, wideBlank)
		if at < 0 {
			break
		}
		b.WriteString(line[:at])
		b.WriteByte(' ')
		line = strings.TrimLeftFunc(line[at:], blankRune)
	}
	b.WriteString(line)
	return strings.TrimRightFunc(b.String(), wideBlank)
}

// blankRune reports whether a rune is invisible: a blank, or a rune without a
// width of its own.
func blankRune(r rune) bool {
	return wideBlank(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// wideBlank reports whether a rune takes up cells, but shows nothing in them.
func wideBlank(r rune) bool {
	switch r {
	case '\u2800', '\u3164', '\uffa0', '\u115f', '\u1160', '\u180e', '\U0001d159': // empty braille, fillers of Hangul, and the like
		return true
	}
	return unicode.IsSpace(r)
}

// breakLine breaks a line into rows of at most width cells, at a space if there is
// one, else anywhere. A character counts as wide as on the terminal that gives it most
// cells, see cells.Char. Others need fewer, but a row that is too long would go on at the
// start of the next. A character wider than the width is left out.
func breakLine(line string, width int) []string {
	if len(line) <= width && !strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return []string{line}
	}
	var rows []string
	var row []byte
	used, space := 0, -1 // space: index of the last space after the row's first word
	for rest := line; rest != ""; {
		c := cells.Within(rest, width)
		char := rest[:c.Size]
		rest = rest[c.Size:]
		w := min(c.Most, max(width, c.Cells))
		if w > width {
			continue
		}
		if used+w > width {
			next := []byte(nil)
			switch {
			case char == " ": // the row ends with it
			case space >= 0:
				next = append(next, row[space+1:]...)
				row = row[:space]
			}
			rows = append(rows, strings.TrimRight(string(row), " "))
			row, space = next, -1
			used = cells.MostOf(string(row))
			if char == " " {
				continue
			}
		}
		if char == " " && strings.TrimLeft(string(row), " ") != "" {
			space = len(row)
		}
		row = append(row, char...)
		used += w
	}
	return append(rows, strings.TrimRight(string(row), " "))
}
