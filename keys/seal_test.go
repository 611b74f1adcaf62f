package keys

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const overhead = 12 + 16 // bytes of the nonce and the tag

func TestOpenNeedsTheSameRoomEpochKindAndSecret(t *testing.T) {
	secret := NewSecret()
	s, plain := NewSealer(secret), []byte("the build is green")
	sealed := s.Seal("plans", "e1", "message", plain)
	if got, err := NewSealer(secret).Open("plans", "e1", "message", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%q, %v", got, err)
	}
	for _, c := range []struct {
		sealer            *Sealer
		room, epoch, kind string
	}{
		{s, "plan", "e1", "message"}, {s, "plans", "e2", "message"}, {s, "plans", "e1", "seat"},
		{s, "plan", "se1", "message"}, {s, "plans", "e", "1message"}, {s, "planse1", "", "message"}, {s, "", "", ""},
		{NewSealer(NewSecret()), "plans", "e1", "message"},
	} {
		if got, err := c.sealer.Open(c.room, c.epoch, c.kind, sealed); !errors.Is(err, ErrOpen) || got != nil {
			t.Errorf("opened for %q %q %q: %q, %v", c.room, c.epoch, c.kind, got, err)
		}
	}
}

func TestOpenRefusesAnyChange(t *testing.T) {
	s := NewSealer(NewSecret())
	sealed := s.Seal("plans", "e1", "message", []byte("hello"))
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := s.Open("plans", "e1", "message", changed); !errors.Is(err, ErrOpen) {
				t.Errorf("bit %d of byte %d flipped: %v", bit, i, err)
			}
		}
		if _, err := s.Open("plans", "e1", "message", sealed[:i]); !errors.Is(err, ErrOpen) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := s.Open("plans", "e1", "message", append(bytes.Clone(sealed), 0)); !errors.Is(err, ErrOpen) {
		t.Errorf("lengthened: %v", err)
	}
}

func TestSealingHidesLengthsAndRepetition(t *testing.T) {
	s := NewSealer(NewSecret())
	for n := range 300 {
		plain := bytes.Repeat([]byte{'x'}, n)
		sealed := s.Seal("plans", "e1", "message", plain)
		want := overhead + 64*((n+4+63)/64)
		if len(sealed) != want {
			t.Errorf("%d bytes are sealed in %d, want %d", n, len(sealed), want)
		}
		if bytes.Contains(sealed, []byte("xxxx")) {
			t.Errorf("%d bytes are visible", n)
		}
		if bytes.Equal(sealed, s.Seal("plans", "e1", "message", plain)) {
			t.Errorf("%d bytes are sealed twice to the same", n)
		}
	}
}

func TestSealAndOpenDoNotChangeTheirArguments(t *testing.T) {
	s, plain := NewSealer(NewSecret()), []byte("hello, world")
	before := bytes.Clone(plain)
	sealed := s.Seal("plans", "e1", "message", plain[:5])
	asSealed := bytes.Clone(sealed)
	opened, err := s.Open("plans", "e1", "message", sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range opened {
		opened[i] = 0
	}
	if !bytes.Equal(plain, before) || !bytes.Equal(sealed, asSealed) {
		t.Error("an argument was changed")
	}
}

func TestRoomKeysAndTagsAreEqualForEqualValuesOnly(t *testing.T) {
	secret := NewSecret()
	s, same, other := NewSealer(secret), NewSealer(secret), NewSealer(NewSecret())
	var all []string
	for _, got := range []string{
		s.RoomKey("plans"), s.RoomKey("plan"), other.RoomKey("plans"),
		s.Tag("plans", "e1", "alias", "bob"), s.Tag("plans", "e1", "alias", "bo"), s.Tag("plans", "e2", "alias", "bob"),
		s.Tag("plan", "se1", "alias", "bob"), s.Tag("plans", "e1", "aliasb", "ob"), s.Tag("plans", "", "", ""),
		other.Tag("plans", "e1", "alias", "bob"), secret.Identity("plans", testKey(t, 1)),
	} {
		if !tagForm.MatchString(got) {
			t.Errorf("%q", got)
		}
		all = append(all, got)
	}
	slices.Sort(all)
	if n := len(all); len(slices.Compact(all)) != n {
		t.Error("two of them are equal")
	}
	if s.RoomKey("plans") != same.RoomKey("plans") || s.Tag("a", "b", "c", "d") != same.Tag("a", "b", "c", "d") {
		t.Error("two servers with the same secret derive different values")
	}
}

func FuzzSealAndOpen(f *testing.F) {
	f.Add("plans", "e1", "message", []byte("hello"), uint(3))
	f.Add("", "", "", []byte{}, uint(0))
	f.Add("a", "b", "c", bytes.Repeat([]byte{0}, 60), uint(700))
	s := NewSealer(NewSecret())
	f.Fuzz(func(t *testing.T, room, epoch, kind string, plain []byte, bit uint) {
		sealed := s.Seal(room, epoch, kind, plain)
		if (len(sealed)-overhead)%64 != 0 {
			t.Fatalf("%d bytes are sealed in %d", len(plain), len(sealed))
		}
		got, err := s.Open(room, epoch, kind, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%q is opened as %q, %v", plain, got, err)
		}
		if _, err := s.Open(epoch+"x", room, kind, sealed); !errors.Is(err, ErrOpen) && epoch+"x" != room {
			t.Fatalf("opened for another room: %v", err)
		}
		bit %= uint(len(sealed)) * 8
		sealed[bit/8] ^= 1 << (bit % 8)
		if _, err := s.Open(room, epoch, kind, sealed); !errors.Is(err, ErrOpen) {
			t.Fatalf("opened with bit %d flipped: %v", bit, err)
		}
		if _, err := s.Open(room, epoch, kind, plain); !errors.Is(err, ErrOpen) {
			t.Fatalf("opened plaintext: %v", err)
		}
	})
}

func BenchmarkSealer(b *testing.B) {
	s := NewSealer(NewSecret())
	for _, size := range []int{50, 200, 2000} {
		plain := []byte(strings.Repeat("x", size))
		sealed := s.Seal("k7f3-q9xm-2tdw", "epoch", "message", plain)
		b.Run(fmt.Sprintf("Seal/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Seal("k7f3-q9xm-2tdw", "epoch", "message", plain)
			}
		})
		b.Run(fmt.Sprintf("Open/%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Open("k7f3-q9xm-2tdw", "epoch", "message", sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// The cost that would remain with a cache of keys.
	gcm := s.aead("k7f3-q9xm-2tdw", "epoch")
	sealed := s.Seal("k7f3-q9xm-2tdw", "epoch", "message", make([]byte, 200))
	b.Run("Open/200/cached key", func(b *testing.B) {
		for b.Loop() {
			if _, err := gcm.Open(nil, nil, sealed, lengthPrefixed("k7f3-q9xm-2tdw", "epoch", "message")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("RoomKey", func(b *testing.B) {
		for b.Loop() {
			s.RoomKey("k7f3-q9xm-2tdw")
		}
	})
	b.Run("Tag", func(b *testing.B) {
		for b.Loop() {
			s.Tag("k7f3-q9xm-2tdw", "epoch", "alias", "amberotter")
		}
	})
}
