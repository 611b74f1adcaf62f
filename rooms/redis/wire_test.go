package redis

import (
	"slices"
	"testing"
)

func FuzzPackedFieldsComeBack(f *testing.F) {
	f.Add("", "", "")
	f.Add("a", "\x00\xff", "漢字")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		want := []string{a, b, c}
		packed := pack(want)
		if got, ok := unpack(packed, 3); !ok || !slices.Equal(got, want) {
			t.Errorf("%q came back as %q, %v", want, got, ok)
		}
		if got, ok := unpack(packed, 2); ok {
			t.Errorf("three fields pass for two: %q", got)
		}
		if got, ok := unpack(packed, 4); ok {
			t.Errorf("three fields pass for four: %q", got)
		}
	})
}
