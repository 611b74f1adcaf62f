package sshapp

import (
	"regexp"
	"strings"
	"testing"

	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestSeatIsKeptAcrossADrain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newFleet(t, rooms.HubConfig{})
	one, two := f.start(server.URL()), f.start(server.URL())
	key, _ := sshtest.NewKey(t)
	ann := join(t, one.addr, "new+2p", 80, 24, key)
	room, alias := ann.room(), ann.alias()
	bob := join(t, two.addr, room, 80, 24)
	ann.sees("2/2")
	bob.says("m1")
	ann.says("m2")
	ann.sees("m2")
	ann.sees("m1")

	one.drain()
	if status := ann.leaves(); status != wording.ExitFailed || !strings.Contains(unspaced(ann.screen.Text()), unspaced("reconnect.")) {
		t.Errorf("status %d, screen:\n%s", status, ann.screen.Text())
	}
	bob.says("m3")
	bob.sees("m3")
	// The seat is kept, from a stranger as well as from ann's own name.
	stranger := join(t, two.addr, room, 80, 24)
	if status := stranger.leaves(); status != wording.ExitFull {
		t.Errorf("a stranger on a kept seat: status %d, %q", status, stranger.Err.String())
	}
	again := join(t, two.addr, room, 80, 24, key)
	if got := again.alias(); got != alias {
		t.Errorf("the alias was %q and is %q", alias, got)
	}
	screen := again.sees("m3")
	again.sees("2/2")
	bob.sees("2/2")
	for _, old := range []string{"m1", "m2"} {
		if !before(screen, old, "new since you left") {
			t.Errorf("%s, which was seen, is not above the mark:\n%s", old, screen)
		}
	}
	if !before(screen, "new since you left", "m3") {
		t.Errorf("m3 is not below the mark:\n%s", screen)
	}
	again.says("m4")
	bob.sees("m4")
	if said := strings.Join(bob.spoken(), " "); !before(said, "m3", "m4") {
		t.Errorf("said was %q", said)
	}
}

// before reports whether both are in the text, in this order, as whole words: a key tag
// may hold m3.
func before(text, first, second string) bool {
	at := func(words string) int {
		found := regexp.MustCompile(`\b` + regexp.QuoteMeta(words) + `\b`).FindStringIndex(text)
		if found == nil {
			return -1
		}
		return found[0]
	}
	i, j := at(first), at(second)
	return i >= 0 && j > i
}
