package sshapp

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wick/rooms"
)

func TestAddress(t *testing.T) {
	name := func(s string) rooms.Name {
		n, err := rooms.ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, tt := range []struct {
		user string
		want Address
		err  error
	}{
		{"new", Address{New: true}, nil},
		{"NEW", Address{New: true}, nil},
		{"new+30m+2p", Address{New: true, TTL: 30 * time.Minute, Seats: 2}, nil},
		{"new+2p+90s", Address{New: true, TTL: 90 * time.Second, Seats: 2}, nil},
		{"plans", Address{Name: name("plans")}, nil},
		{"Plans", Address{Name: name("plans")}, nil},
		{"plans+1h30m", Address{Name: name("plans"), TTL: 90 * time.Minute}, nil},
		{"k7f3-q9xm-2tdw", Address{Name: name("k7f3-q9xm-2tdw")}, nil},
		{"root", Address{NotRoom: rooms.ErrReservedName}, nil},
		{"ubuntu+5m", Address{NotRoom: rooms.ErrReservedName, TTL: 5 * time.Minute}, nil},
		{"", Address{NotRoom: rooms.ErrBadName}, nil},
		{"ab", Address{NotRoom: rooms.ErrBadName}, nil},
		{"-ab", Address{NotRoom: rooms.ErrBadName}, nil},
		{"a b c", Address{NotRoom: rooms.ErrBadName}, nil},
		{"pläne", Address{NotRoom: rooms.ErrBadName}, nil},
		{"plans\x1b[2J", Address{NotRoom: rooms.ErrBadName}, nil},
		{strings.Repeat("a", rooms.MaxName+1), Address{NotRoom: rooms.ErrBadName}, nil},
		{`CORP\alice`, Address{NotRoom: rooms.ErrBadName}, nil},
		{"John Smith", Address{NotRoom: rooms.ErrBadName}, nil},
		{"john@corp.com", Address{NotRoom: rooms.ErrBadName}, nil},
		{"jo+30m", Address{NotRoom: rooms.ErrBadName, TTL: 30 * time.Minute}, nil},
		{"jo+smith", Address{NotRoom: rooms.ErrBadName}, nil},
		{"jo+smith+plain", Address{NotRoom: rooms.ErrBadName, Plain: true}, nil},
		{"jo+i-k7f3-q9xm-2tdw", Address{NotRoom: rooms.ErrBadName}, nil},
		{"u0_a254", Address{NotRoom: rooms.ErrReservedName}, nil},
		{"plans+", Address{}, errBadOption},
		{"plans++5m", Address{}, rooms.ErrBadTTL},
		{"plans+0p", Address{}, errBadOption},
		{"plans+-1p", Address{}, errBadOption},
		{"plans+99999999999p", Address{}, errBadOption},
		{"plans+p", Address{}, errBadOption},
		{"plans+5", Address{}, rooms.ErrBadTTL},
		{"plans+5x", Address{}, rooms.ErrBadTTL},
		{"plans+9s", Address{}, rooms.ErrTooShort},
		{"plans+-5m", Address{}, rooms.ErrBadTTL},
		{"plans+1e9h", Address{}, rooms.ErrBadTTL},
		{"plans+5m+5m", Address{}, errTwiceOption},
		{"plans+2p+2p", Address{}, errTwiceOption},
		{"plans+i-k7f3-q9xm-2tdw", Address{Name: name("plans"), Invitation: "k7f3-q9xm-2tdw"}, nil},
		{"Plans+I-K7F3q9xm2tdw", Address{Name: name("plans"), Invitation: "k7f3-q9xm-2tdw"}, nil},
		{invitationAddress(name("k7f3-q9xm-2tdw"), "2tdw-k7f3-q9xm"), Address{Name: name("k7f3-q9xm-2tdw"), Invitation: "2tdw-k7f3-q9xm"}, nil},
		{"plans+i-", Address{}, rooms.ErrBadToken},
		{"plans+i", Address{}, rooms.ErrBadTTL},
		{"plans+i-k7f3-q9xm-2tdu", Address{}, rooms.ErrBadToken},
		{"plans+i-k7f3-q9xm-2tdK", Address{}, rooms.ErrBadToken},
		{"plans+i-k7f3-q9xm-2tdw+30m", Address{}, errBadInvite},
		{"plans+2p+i-k7f3-q9xm-2tdw", Address{}, errBadInvite},
		{"plans+plain", Address{Name: name("plans"), Plain: true}, nil},
		{"Plans+PLAIN+30m", Address{Name: name("plans"), TTL: 30 * time.Minute, Plain: true}, nil},
		{"new+2p+plain", Address{New: true, Seats: 2, Plain: true}, nil},
		{"root+plain", Address{NotRoom: rooms.ErrReservedName, Plain: true}, nil},
		{"plain", Address{Name: name("plain")}, nil},
		{"plans+plain+i-k7f3-q9xm-2tdw", Address{Name: name("plans"), Invitation: "k7f3-q9xm-2tdw", Plain: true}, nil},
		{"plans+i-k7f3-q9xm-2tdw+plain", Address{Name: name("plans"), Invitation: "k7f3-q9xm-2tdw", Plain: true}, nil},
		{"plans+plain+plain", Address{}, rooms.ErrBadTTL},
		{"plans+plain+", Address{}, rooms.ErrBadTTL},
		{"plans+plaintext", Address{}, rooms.ErrBadTTL},
		{"new+i-k7f3-q9xm-2tdw", Address{}, errBadInvite},
		{"root+i-k7f3-q9xm-2tdw", Address{}, rooms.ErrReservedName},
	} {
		got, err := ParseAddress(tt.user)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseAddress(%q) = %+v, %v; want %+v, %v", tt.user, got, err, tt.want, tt.err)
		}
	}
}

func count(all []bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}
