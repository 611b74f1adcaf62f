package ui

import (
	"testing"

	"github.com/muesli/termenv"

	"wick/rooms"
)

// FuzzRowsKnowTheirWidth checks that the rows of a text report their actual width.
func FuzzRowsKnowTheirWidth(f *testing.F) {
	for _, text := range costlyTexts {
		f.Add(text, 37)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 1 + abs(width)%120
		for _, theme := range []*Theme{NewTheme(termenv.Ascii), NewTheme(termenv.ANSI256)} {
			tr := &transcript{theme: theme, width: width, me: "me", alias: "ana"}
			for _, rows := range [][]row{theme.body(rooms.CleanText(text), width), tr.layNote(note{text: rooms.CleanText(text)})} {
				for _, r := range rows {
					if n := textWidth(r.text); n != r.cells || n > width {
						t.Fatalf("%q is %d cells of %d, counted %d", r.text, n, width, r.cells)
					}
				}
			}
		}
	})
}
