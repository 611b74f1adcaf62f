package redis

import (
	"slices"
	"testing"

	"wick/rooms"
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

// Whoever can publish in Redis can publish anything.
func FuzzForgedEventsAreRefused(f *testing.F) {
	name := rooms.NewName()
	f.Add("m1:epoch:1:4:seatbody")
	f.Add("s18446744073709551615:epoch:-1:0:")
	f.Add("m1:epoch:1:-1:x")
	f.Add(":::::")
	f.Add("t")
	f.Fuzz(func(t *testing.T, raw string) {
		if e, err := (wire{sealer}).openEvent(name, raw); err == nil {
			t.Errorf("%q passes for %+v", raw, e)
		}
	})
}
