package ui

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// leftToRight is U+200E, which takes no cell.
const leftToRight = "\u200e"

// anchored returns a name that stays in front of the text after it. A terminal that
// reorders text written from right to left would otherwise put such a name behind
// such a text, and the two would read as one.
func anchored(name string) string {
	if strings.ContainsFunc(name, fromRight) {
		return name + leftToRight
	}
	return name
}

// fromRight reports whether a character is written from right to left: it is of class
// R or AL of UAX #9.
func fromRight(r rune) bool {
	if r < 0x590 {
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
