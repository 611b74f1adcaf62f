package ui

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/rooms"
)

// FuzzTextWidth compares widths with those of package ansi, which looks at every
// character.
func FuzzTextWidth(f *testing.F) {
	for _, s := range []string{"", "plain", "e\u0301x", "漢字かな", "か\u3099", "漢\ufe00a", "각\u11a8", "👩‍👩‍👧 x", "\u0600a漢", "a\u200db", "1\ufe0f\u20e3", "\x1b[1mbold\x1b[0m", "אב\u200e", "🇩🇪🇫"} {
		f.Add(s)
	}
	for _, text := range costlyTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = rooms.CleanText(s)
		if got, want := textWidth(s), ansi.StringWidth(s); got != want {
			t.Fatalf("%q has %d cells, counted %d", s, want, got)
		}
	})
}

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
					if n := ansi.StringWidth(r.text); n != r.cells || n > width {
						t.Fatalf("%q is %d cells of %d, counted %d", r.text, n, width, r.cells)
					}
				}
			}
		}
	})
}
