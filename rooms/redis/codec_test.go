package redis

import (
	"slices"
	"testing"
)

func FuzzUnpackReturnsWhatWasPacked(f *testing.F) {
	f.Add("", "", "")
	f.Add("a", "\x00\xff", "漢字")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		want := []string{a, b, c}
		packed := pack(want)
		if got, ok := unpack(packed, 3); !ok || !slices.Equal(got, want) {
			t.Errorf("%q is unpacked as %q, %v", want, got, ok)
		}
		if got, ok := unpack(packed, 2); ok {
			t.Errorf("three fields are unpacked as two: %q", got)
		}
		if got, ok := unpack(packed, 4); ok {
			t.Errorf("three fields are unpacked as four: %q", got)
		}
	})
}
