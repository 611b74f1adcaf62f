package editor

import (
	"testing"
	"unicode/utf8"

	"wick/sshapp/ui/cells"
)

// FuzzStep compares characters with those of package cells, which is given the whole text.
func FuzzStep(f *testing.F) {
	for _, text := range costlyTexts {
		f.Add(text)
	}
	f.Add("\u0600e\u0301\u0302x")
	f.Add("\u0600\u0600a漢\u0301e\u0301\u0302👩‍👩‍👧각\u11a8\r\nか\u3099")
	f.Fuzz(func(t *testing.T, s string) {
		runes := typable(s)
		for i := range runes {
			if runes[i] == '\n' || runes[i] == '\t' { // drawn in a way of their own
				continue
			}
			text := string(runes[i:min(i+MaxChar, len(runes))])
			want := cells.First(text)
			end, got := charAt(runes, i)
			if n := utf8.RuneCountInString(text[:want.Size]); end-i != n || got != want {
				t.Fatalf("at %d of %q: %d runes, %+v, want %d, %+v", i, s, end-i, got, n, want)
			}
		}
	})
}
