package editor

import (
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// FuzzStep compares characters with those of package ansi, which is given the whole text.
func FuzzStep(f *testing.F) {
	for _, text := range costlyTexts {
		f.Add(text)
	}
	f.Add("\u0600e\u0301\u0302x")
	f.Add("\u0600\u0600a漢\u0301e\u0301\u0302👩‍👩‍👧각\u11a8\r\nか\u3099")
	f.Fuzz(func(t *testing.T, s string) {
		runes := typable(s)
		for i := range runes {
			if runes[i] == '\n' {
				continue
			}
			cluster, cells := ansi.FirstGraphemeCluster(string(runes[i:min(i+MaxChar, len(runes))]), ansi.GraphemeWidth)
			end, got := charAt(runes, i)
			if want := i + utf8.RuneCountInString(cluster); end != want || got != cells {
				t.Fatalf("at %d of %q: %d runes of %d cells, want %d of %d", i, s, end-i, got, want-i, cells)
			}
		}
	})
}
