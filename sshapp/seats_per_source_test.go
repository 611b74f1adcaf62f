package sshapp

import (
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// sitDown opens one session after the other on a connection, each a screen in its
// room, and returns how many got in, and how the first that did not was refused.
func sitDown(t *testing.T, c *gossh.Client, sessions int) (in, status int, says string) {
	t.Helper()
	for range sessions {
		p := sit(t, c, sshtest.Pty(80, 24))
		if !p.seated() {
			return in, p.leaves(), p.Err.String()
		}
		in++
	}
	return in, 0, ""
}

// seated reports whether the person got into the room, once that is known.
func (p *person) seated() (in bool) {
	p.t.Helper()
	sshtest.Eventually(p.t, "a seat, or a sentence", func() bool {
		in = strings.Contains(p.screen.Text(), "/16")
		select {
		case <-p.Ended:
			return true
		default:
			return in
		}
	})
	return in
}

func TestSeatsOfOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{SSH: sshd.Limits{MaxConnsPerSource: 64}})
	room := strings.Fields(join(t, addr, "new+16p", 80, 24).room())[0]
	taken := 1
	var says string
	for range 4 {
		in, status, why := sitDown(t, sshtest.DialFrom(t, "127.0.0.2", addr, room), 4)
		taken += in
		if says = why; in < 4 && status != wording.ExitFull {
			t.Errorf("whoever got no seat left with status %d", status)
		}
	}
	if want := "wick: Too many people from your network are in this room.\r\n"; taken != 13 || says != want {
		t.Errorf("%d sit there, and one more reads %q", taken, says)
	}
	// Others find seats, those of one address all that are left.
	for range 3 {
		if in, _, why := sitDown(t, sshtest.DialFrom(t, "127.0.0.3", addr, room), 1); in == 0 {
			t.Errorf("somebody was refused: %q", why)
		}
	}
}

func TestSeatsOfAPrivateAddressAreNotBounded(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	room := join(t, addr, "new+16p", 80, 24).room()
	taken := 1
	for range 4 {
		in, _, _ := sitDown(t, sshtest.Dial(t, addr, room), 4)
		taken += in
	}
	if taken != 16 {
		t.Errorf("%d sit on 16 seats", taken)
	}
}
