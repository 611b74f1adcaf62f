package ui

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// leftToRight is U+200E, which no cell shows.
const leftToRight = "\u200e"

// anchored keeps a name where it stands: a terminal that orders what is written
// from right to left would else put it behind a text that is, and they would
// read as one.
func anchored(name string) string {
	if strings.ContainsFunc(name, fromRight) {
		return name + leftToRight
	}
	return name
}

// fromRight tells whether a character is written from right to left: those of
// classes R and AL of UAX #9.
func fromRight(r rune) bool {
	if r < 0x590 {
		return false
	}
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL
}
