package sshapp

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

// Members may say a few lines a second. What some clients pipe into the room
// without end waits in the server, within bounds; what another pipes in is said
// line by line, and nothing of it is lost.
func TestInputPipedIntoASlowRoomIsBounded(t *testing.T) {
	t.Parallel()
	const limit, floods, lines = 128 << 10, 4, 40
	hub := rooms.NewHub(embedded(t), rooms.HubConfig{Rate: 20, Burst: 8})
	t.Cleanup(hub.Close)
	signer, _ := sshtest.NewKey(t)
	cfg := Config{
		Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()},
		Limits: rooms.Limits{TTL: 600e9, MaxTTL: 3600e9, Seats: 20, MaxSeats: 20, History: 5000},
		SSH:    shortLimits(),
	}
	cfg.SSH.MaxUnread = limit
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var attackers sync.WaitGroup
	t.Cleanup(attackers.Wait)
	addr, _ := serve(t, a)

	burn(t, a, "slow")
	for range floods {
		w := sshtest.Open(t, sshtest.DialFrom(t, "127.0.0.2", addr, "slow+plain"))
		if !w.Asks(t, "shell", nil) {
			t.Fatal("no session")
		}
		attackers.Go(func() {
			for {
				if _, err := w.Write([]byte(strings.Repeat("x\n", 100))); err != nil {
					return
				}
			}
		})
	}
	sshtest.Eventually(t, "the limit is reached", func() bool { return a.Memory().Input > limit })

	var said strings.Builder
	for i := range lines {
		fmt.Fprintf(&said, "line %d\n", i)
	}
	status, _, errs := run(t, sshtest.Dial(t, addr, "slow"), "post", said.String())
	if status != 0 || errs != "" {
		t.Errorf("status %d, %q", status, errs)
	}
	if n := a.Memory().Input; n > limit+floods*(16<<10) {
		t.Errorf("%d bytes are unread", n)
	}
	name, err := rooms.ParseName("slow")
	if err != nil {
		t.Fatal(err)
	}
	m, err := hub.Enter(t.Context(), name, rooms.Guest{Identity: keys.NewIdentity(), Alias: "reader"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Leave()
	var got strings.Builder
	for _, e := range m.Since(0).Events {
		if e.Kind == rooms.Message && strings.HasPrefix(string(e.Text), "line ") {
			got.WriteString(string(e.Text) + "\n")
		}
	}
	if got.String() != said.String() {
		t.Errorf("what was said is not what is there:\n%s", got.String())
	}
}
