package sshapp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// settleLimit is how long what was under way may take to settle when the
// faults are over.
const settleLimit = 2 * time.Minute

// numbers makes every message of a test unique.
type numbers struct{ last atomic.Int64 }

func (n *numbers) next() string { return message(int(n.last.Add(1))) }

// conversation is a room and the senders who write in it until it ends.
type conversation struct {
	t       *testing.T
	room    string
	numbers *numbers
	pick    func() *wickServer // where whoever comes in next sits
	roams   bool               // senders leave at times, and come back elsewhere
	forks   bool               // the store may lose what it confirmed: then what was shown may be put in another order
	pause   time.Duration      // between two messages of a sender, at most
	seed    *rand.PCG          // of what is up to the senders

	stop    chan struct{}
	wg      sync.WaitGroup
	ctx     context.Context
	senders []*sender
}

// sender is somebody who writes. What it knows of its messages is read when it
// has ended.
type sender struct {
	done    atomic.Int64           // messages confirmed
	at      atomic.Pointer[talker] // the present session
	all     []*talker              // every one
	sent    []string
	sure    []string // confirmed
	unsure  []string // the session ended, or the server did not know
	refused int      // times that a text came back
	err     error
	gaveUp  chan struct{} // closed when err is set while it writes
	lines   []string      // last lines of sessions that ended by themselves
}

func (s *sender) sits(k *talker) {
	if last := s.now(); last != nil { // its session has ended
		last.putAway()
	}
	s.all = append(s.all, k)
	s.at.Store(k)
}

// now is the present session.
func (s *sender) now() *talker { return s.at.Load() }

// openRoom lights a room on the first server that pick returns.
func openRoom(t *testing.T, n *numbers, pick func() *wickServer) *conversation {
	t.Helper()
	c := &conversation{t: t, numbers: n, pick: pick, stop: make(chan struct{}), ctx: t.Context(), pause: 150 * time.Millisecond, seed: rand.NewPCG(1, 2)}
	ann, err := talk(t, pick().addr, "new")
	if err != nil {
		t.Fatal(err)
	}
	g, err := ann.sees(t.Context(), func(g glance) bool { return generated.MatchString(strings.Join(g.rows, "\n")) })
	if err != nil {
		t.Fatal(err)
	}
	c.room = generated.FindString(strings.Join(g.rows, "\n"))
	c.senders = []*sender{{}}
	c.senders[0].sits(ann)
	return c
}

// write has n senders write, whoever lit the room among them.
func (c *conversation) write(n int) {
	for len(c.senders) < n {
		c.senders = append(c.senders, &sender{})
	}
	for _, s := range c.senders {
		if len(s.all) == 0 {
			if err := c.enter(s); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithCancel(context.Background())
	c.t.Cleanup(cancel)
	for _, s := range c.senders {
		mind := rand.New(rand.NewPCG(c.seed.Uint64(), 0))
		s.gaveUp = make(chan struct{})
		c.wg.Go(func() {
			if s.err = c.speak(s, mind); s.err != nil {
				close(s.gaveUp)
			}
		})
	}
}

// enter takes a seat, however often it is refused.
func (c *conversation) enter(s *sender) error {
	for {
		k, err := talk(c.t, c.pick().addr, c.room)
		if err == nil {
			err = c.isIn(k)
		}
		if err == nil {
			s.sits(k)
			return nil
		}
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if k != nil {
			k.hangUp()
			k.putAway()
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-time.After(again):
		}
	}
}

// isIn waits until the talker sees the room.
func (c *conversation) isIn(k *talker) error {
	ctx, cancel := context.WithTimeout(c.ctx, sshtest.Patience)
	defer cancel()
	_, err := k.sees(ctx, func(g glance) bool { return strings.Contains(g.header, c.room+"  ") })
	return err
}

func (c *conversation) speak(s *sender, mind *rand.Rand) error {
	for {
		select {
		case <-c.stop:
			return nil
		case <-c.ctx.Done():
			return nil
		case <-time.After(time.Duration(mind.Int64N(int64(c.pause)))):
		}
		k := s.now()
		if c.roams && mind.IntN(50) == 0 {
			k.types("\x03")
			<-k.Ended
			if err := c.enter(s); err != nil {
				return err
			}
			continue
		}
		text := c.numbers.next()
		s.sent = append(s.sent, text)
		out, err := k.say(c.ctx, text)
		s.refused += out.refused
		if out.confirmed {
			s.sure = append(s.sure, text)
			s.done.Add(1)
			continue
		}
		s.unsure = append(s.unsure, text)
		switch {
		case errors.Is(err, errSessionOver):
			s.lines = append(s.lines, k.lastLine())
			if err := c.enter(s); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("%s neither appeared nor came back: %w; the screen:\n%s", text, err, k.text())
		}
	}
}

// goesOn waits until every sender has said n messages more.
func (c *conversation) goesOn(n int64) {
	c.t.Helper()
	for _, s := range c.senders {
		want := s.done.Load() + n
		limit := time.After(settleLimit)
		tick := time.NewTicker(5 * time.Millisecond)
		for s.done.Load() < want {
			select {
			case <-tick.C:
			case <-s.gaveUp:
				c.t.Fatal(s.err)
			case <-limit:
				c.t.Fatalf("nothing can be said any more; a sender's screen:\n%s", s.now().text())
			}
		}
		tick.Stop()
	}
}
