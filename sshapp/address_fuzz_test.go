package sshapp

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"wick/rooms"
	"wick/sshapp/wording"
)

// FuzzParseAddress checks that an address is read as one of the three things
// that it can be and comes back from what it means, and that whatever is none
// is told in a sentence that repeats nothing of it.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"new", "NEW+30m+2p", "plans+2p+1h30m", "root+1h", "k7f3-q9xm-2tdw", "plans+", "a+++", "plans+p", "plans+0p", "plans+9s",
		"plans+2147483648p", "plans+99999999999999999999h", "plans+2p+2p", "\u212Aelvin+10s", "plans\x1b[2J+\x1b[2J", "plans+5m\n", "+", "plans+I-k7f3q9xm2tdw", "plans+i-k7f3-q9xm-2tdw+2p", "new+i-k7f3-q9xm-2tdw",
		"plans+plain", "NEW+Plain+2p", "plans+plain+i-k7f3q9xm2tdw", "plans+plain+plain", "root+plain",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, user string) {
		a, err := ParseAddress(user)
		if err != nil {
			if a != (Address{}) {
				t.Fatalf("ParseAddress(%q) = %+v beside an error", user, a)
			}
			if s := err.Error(); s == "" || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) {
				t.Fatalf("ParseAddress(%q) says %q", user, s)
			}
			return
		}
		word := NewWord
		switch {
		case a.NotRoom != nil:
			word, _, _ = strings.Cut(user, "+")
		case !a.New:
			word = a.Name.String()
		}
		if kinds := []bool{a.New, a.NotRoom != nil, !a.Name.IsZero()}; count(kinds) != 1 {
			t.Fatalf("ParseAddress(%q) = %+v: new, a room or the lobby, and only one of them", user, a)
		}
		if n, err := rooms.ParseName(word); n != a.Name || a.New != (strings.EqualFold(word, NewWord)) || err == nil == a.Name.IsZero() {
			t.Fatalf("ParseAddress(%q) = %+v", user, a)
		}
		if a.Seats < 0 || a.TTL != 0 && a.TTL < rooms.MinTTL {
			t.Fatalf("ParseAddress(%q) = %+v: out of bounds", user, a)
		}
		same := word
		if a.Seats != 0 {
			same += "+" + strconv.Itoa(a.Seats) + "p"
		}
		if a.TTL != 0 {
			same += "+" + wording.Span(a.TTL)
		}
		if a.Invitation != "" {
			if a.New || a.NotRoom != nil || same != word {
				t.Fatalf("ParseAddress(%q) = %+v: an invitation beside something else", user, a)
			}
			same = invitationAddress(a.Name, a.Invitation)
		}
		if a.Plain {
			same += "+" + plainWord
		}
		if again, err := ParseAddress(same); again != a || err != nil {
			t.Fatalf("ParseAddress(%q) = %+v; %q, which means the same, is %+v, %v", user, a, same, again, err)
		}
	})
}
