package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// maxIndent is how many blanks at the start of a line are kept, so that code and
// quotations can be read.
const maxIndent = 8

// foldBlanks makes one space of all that shows as nothing between two words, and
// no more than maxIndent of what stands before the first of a later line: with
// blanks to the end of a row, what follows would seem to be another line.
func foldBlanks(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		words := strings.TrimLeftFunc(l, blankRune)
		if words == "" {
			lines[i] = ""
			continue
		}
		indent := min(ansi.StringWidth(l[:len(l)-len(words)]), maxIndent)
		if i == 0 {
			indent = min(indent, 1)
		}
		lines[i] = strings.Repeat(" ", indent) + foldRuns(words)
	}
	return strings.Join(lines, "\n")
}

// foldRuns makes one space of each run of blanks. Joiners and selectors that are
// in no such run belong to what stands before them.
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

// blankRune reports whether nothing is seen of a rune: it is a blank, or has no
// width of its own.
func blankRune(r rune) bool {
	return wideBlank(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// wideBlank reports whether a rune takes cells in which nothing is seen.
func wideBlank(r rune) bool {
	switch r {
	case '\u2800', '\u3164', '\uffa0', '\u115f', '\u1160', '\u180e', '\U0001d159': // empty braille, fillers of Hangul, and the like
		return true
	}
	return unicode.IsSpace(r)
}

// breakLine breaks a line into rows of at most width cells, at a space if there is
// one, else anywhere. It counts for a character what a terminal takes that does not
// join its runes, such as those of a family of people: more than most do, but a row
// that is too long would go on where another line begins. What is wider than the
// width is left out.
func breakLine(line string, width int) []string {
	if len(line) <= width && !strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return []string{line}
	}
	var rows []string
	var row []byte
	cells, space := 0, -1 // space: where the row has the last one after its first word
	for state, rest := -1, line; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		w := widest(cluster)
		if w > width {
			continue
		}
		if cells+w > width {
			next := []byte(nil)
			switch {
			case cluster == " ": // it ends the row
			case space >= 0:
				next = append(next, row[space+1:]...)
				row = row[:space]
			}
			rows = append(rows, strings.TrimRight(string(row), " "))
			row, space = next, -1
			cells = cellsOf(string(row))
			if cluster == " " {
				continue
			}
		}
		if cluster == " " && strings.TrimLeft(string(row), " ") != "" {
			space = len(row)
		}
		row = append(row, cluster...)
		cells += w
	}
	return append(rows, strings.TrimRight(string(row), " "))
}

// cellsOf is the width of a text as breakLine counts it.
func cellsOf(text string) (cells int) {
	for state := -1; text != ""; {
		var cluster string
		cluster, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
		cells += widest(cluster)
	}
	return cells
}

// widest is how many cells a terminal takes at most for a character.
func widest(cluster string) int {
	if len(cluster) == 1 {
		return 1
	}
	apart := 0
	for _, r := range cluster {
		apart += ansi.StringWidth(string(r))
	}
	return max(apart, ansi.StringWidth(cluster))
}
