package sshapp

import (
	"strings"
	"testing"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// A session that the server ends while the room burns on leaves the command that joins
// it, on screens and in plain lines.
func TestTheJoinLineStaysAfterAFault(t *testing.T) {
	t.Parallel()
	f := newFleet(t, rooms.HubConfig{})
	idle := f.serve(embedded(t), Config{SSH: sshd.Limits{IdleTimeout: 2 * time.Second}})
	drained := f.start(redistest.Start(t).URL())
	for why, addr := range map[string]string{"nothing was typed for too long": idle.addr, "burns on: reconnect": drained.addr} {
		ann := join(t, addr, "new", 80, 24)
		room := ann.room()
		bob, err := sshtest.Start(sshtest.Dial(t, addr, room), sshtest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		bob.Shows(t, "Others join with")
		if addr == drained.addr {
			drained.drain()
		}
		_, port, _ := strings.Cut(addr, ":")
		command := "ssh -p " + port + " " + room + "@localhost"
		if status := ann.leaves(); status != wording.ExitFailed {
			t.Errorf("status %d", status)
		}
		screen := strings.Split(strings.TrimSpace(ann.screen.Text()), "\n")
		if last := screen[len(screen)-1]; strings.TrimSpace(last) != command || !strings.Contains(unspaced(ann.screen.Text()), unspaced(why)) {
			t.Errorf("left on the screen:\n%s\nwant %q at the end", ann.screen.Text(), command)
		}
		leave(t, bob)
		if text := bob.Text(); !strings.HasSuffix(strings.TrimSpace(text), command) {
			t.Errorf("the plain lines end %q", text[max(0, len(text)-200):])
		}
	}
}

// Of a room that went with its server nothing is left to join.
func TestNoJoinLineForARoomThatIsGone(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	hub := rooms.NewHub(store, rooms.HubConfig{})
	t.Cleanup(hub.Close)
	signer, _ := sshtest.NewKey(t)
	a, err := New(Config{Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()}})
	if err != nil {
		t.Fatal(err)
	}
	addr, drain := serve(t, a)
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	drain()
	ann.leaves()
	if screen := ann.screen.Text(); strings.Contains(screen, room+"@") || !strings.Contains(screen, "went with it") {
		t.Errorf("left on the screen:\n%s", screen)
	}
}
