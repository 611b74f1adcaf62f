package ui

import (
	"strings"
	"testing"
	"unicode"

	"wick/rooms"
)

func FuzzWrap(f *testing.F) {
	f.Add("a b  c - - -- d-e-f  ", 3)
	f.Add(strings.Repeat("word   ", 20)+"-", 10)
	f.Add("李雷 说 👩‍👩‍👧 e\u0301\u0301", 2)
	f.Add("one\n\ntwo\n  three", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = 2 + abs(width)%200
		text = rooms.CleanText(text)
		rows := wrap(text, width)
		if len(rows) == 0 {
			t.Fatal("no rows")
		}
		for _, r := range rows {
			if w := textWidth(r); w > width {
				t.Fatalf("a row of %d cells for %d: %q", w, width, r)
			}
		}
		if got, want := inked(strings.Join(rows, "")), inked(text); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// inked returns a text without its white space.
func inked(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
