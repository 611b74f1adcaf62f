package sshapp

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms/memory"
)

// tally is a Meter.
type tally struct {
	mu      sync.Mutex
	reasons []Reason
	painted []time.Duration
}

func (c *tally) TurnedAway(why Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reasons = append(c.reasons, why)
}

func (c *tally) Painted(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.painted = append(c.painted, took)
}

func (c *tally) turnedAway() []Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.reasons)
}

func (c *tally) paints() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.painted)
}

func TestTheWayToTheScreenIsMeasured(t *testing.T) {
	store, counts := memory.New(memory.Config{}), &tally{}
	t.Cleanup(func() { store.Close() })
	addr, app := startApp(t, store, keys.NewSecret(), Config{Meter: counts})
	began := time.Now()
	ann := join(t, addr, "new", 80, 24)
	bob := join(t, addr, ann.room(), 80, 24)
	ann.sees("2/8")
	if n := len(counts.paints()); n != 0 {
		t.Errorf("%d frames were measured before anything was said", n)
	}
	ann.says("hello")
	bob.sees("hello")
	ann.sees("hello")
	eventually(t, "the message is measured for both", func() bool { return len(counts.paints()) == 2 })
	for _, took := range counts.paints() {
		if took <= 0 || took > time.Since(began) {
			t.Errorf("it took %v", took)
		}
	}
	if conns, sessions := app.Load(); conns != 2 || sessions != 2 {
		t.Errorf("%d connections and %d sessions", conns, sessions)
	}
}

func TestWhoIsTurnedAwayIsCountedByReason(t *testing.T) {
	for _, row := range []struct {
		name   string
		guards Guards
		users  []string
		want   Reason
	}{
		{"connections", Guards{MaxConns: 1}, []string{"new"}, TooManyConns},
		{"of an address", Guards{MaxConnsPerAddress: 1}, []string{"new"}, TooManyOfAddress},
		{"rooms lit", Guards{MaxLights: 1}, []string{"new", "new"}, TooManyLights},
		{"names tried", Guards{MaxTries: 1}, []string{"nothing-burns", "nothing-there"}, TooManyTries},
		{"keys", Guards{Admit: func(gossh.PublicKey) bool { return false }}, nil, KeyNotAdmitted},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			store, counts := memory.New(memory.Config{}), &tally{}
			t.Cleanup(func() { store.Close() })
			addr, _ := startApp(t, store, keys.NewSecret(), Config{Meter: counts, Guards: row.guards})
			for _, user := range row.users {
				join(t, addr, user, 80, 24).sees("")
			}
			if len(row.users) < 2 { // one more connection is not let in
				signer, _ := newKey(t)
				_, err := gossh.Dial("tcp", addr, &gossh.ClientConfig{
					User: "new", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
				})
				if err == nil {
					t.Fatal("one more got in")
				}
			}
			eventually(t, "it is counted", func() bool { return slices.Equal(counts.turnedAway(), []Reason{row.want}) })
		})
	}
}

func TestWhoIsTooSlowToComeInIsCounted(t *testing.T) {
	for _, row := range []struct {
		says string
		want Reason
	}{{"", NoGreeting}, {"SSH-2.0-x\r\n\x00", NoLogin}} {
		synctest.Test(t, func(t *testing.T) {
			counts := &tally{}
			g, peer, _, _ := guarded(t, Guards{Meter: counts})
			go g.Read(make([]byte, 100))
			peer.Write([]byte(row.says))
			time.Sleep(time.Hour)
			if got := counts.turnedAway(); !slices.Equal(got, []Reason{row.want}) {
				t.Errorf("after %q: %q, want %q", row.says, got, row.want)
			}
		})
	}
}
