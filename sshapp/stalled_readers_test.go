package sshapp

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
)

const (
	unreadClients = 16
	unreadEach    = 300 << 10          // bytes of the process for both ends of such a connection
	clientWindow  = 2 << 20            // bytes that x/crypto's client takes before somebody reads them
	unreadRunes   = rooms.MaxText - 20 // of a message, beside its number
)

// swallower takes bytes off the network and hands none on, once it is told to: so
// its client opens no window any more.
type swallower struct {
	net.Conn
	frozen atomic.Bool
	took   atomic.Int64
}

func (s *swallower) Read(p []byte) (int, error) {
	for {
		n, err := s.Conn.Read(p)
		s.took.Add(int64(n))
		if !s.frozen.Load() || err != nil {
			return n, err
		}
	}
}

// Each of those who follow a room and read nothing of it is behind another whole
// history when the next one comes. What they hold is bounded all the same, others
// lose nothing meanwhile, and all comes back when they have gone.
func TestStalledReadersHoldLittleMemory(t *testing.T) {
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	bob := join(t, addr, ann.room(), 80, 24)
	bob.sees("2/8")
	owner := readLines(t, addr, "unread+30m+20p", "dumb")
	name, err := rooms.ParseName(owner.room())
	if err != nil {
		t.Fatal(err)
	}
	writer, err := app.cfg.Hub.Enter(t.Context(), name, rooms.Guest{Alias: "writer", Identity: "writer"})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Leave()
	owner.types("\x03")
	owner.leaves()
	said := 0
	say := func(n int) {
		for range n {
			// No two of them share their memory.
			text := fmt.Sprint(said, " ") + strings.Repeat("\U0001F600", unreadRunes)
			if err := writer.Post(context.Background(), text); err != nil {
				t.Fatal(err)
			}
			said++
		}
	}
	say(2 * app.cfg.Limits.History)
	before := heapNow()

	t.Run("attacked", func(t *testing.T) {
		var want []string
		for i := range unreadClients {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			s := &swallower{Conn: conn}
			sshtest.Exec(t, sshtest.Client(t, s, name.String()), "follow --json")
			s.frozen.Store(true)
			var due int64 // bytes that it takes at least of what was said
			sshtest.Eventually(t, "the client's window is full", func() bool {
				if s.took.Load() >= due {
					say(20)
					due += 20 * unreadRunes * int64(len("\U0001F600"))
				}
				return s.took.Load() >= clientWindow
			})
			say(2 * app.cfg.Limits.History) // nothing of what it has is left in the room
			if i%4 == 0 {
				want = append(want, message(i))
				ann.says(message(i))
				bob.sees(message(i))
				ann.sees(message(i))
			}
		}
		if held, most := heapNow()-before, uint64(unreadClients*unreadEach); held > most {
			t.Errorf("%d connections that read nothing hold %d KiB, more than %d", unreadClients, held>>10, most>>10)
		} else {
			t.Logf("%d connections that read nothing hold %d KiB", unreadClients, held>>10)
		}
		use := app.Memory()
		if use.Output == 0 || use.Output > unreadClients*64<<10 {
			t.Errorf("lines that wait are counted as %d bytes", use.Output)
		}
		for _, p := range []*person{ann, bob} {
			if got := p.spoken(); !slices.Equal(got, want) {
				t.Errorf("others see %q, want %q", got, want)
			}
		}
	})
	sshtest.Eventually(t, "those who read nothing are gone", func() bool { _, sessions := app.Load(); return sessions == 2 })
	sshtest.Eventually(t, "memory returns", func() bool { return heapNow() < before+heapSlack/4 })
}
