//go:build linux

package sshapp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

const (
	honestRooms  = 4
	honestSeats  = 5                      // of each room that are taken
	honestEvery  = 800 * time.Millisecond // between two messages of one person, on average
	honestPerIP  = 2                      // people of one household
	honestSettle = 10 * time.Second       // for what was said to arrive when the attack is over
)

// The screens of the crowd: tall enough that no message scrolls out of sight
// before a server that is late for seconds draws it.
var honestScreen = sshtest.Pty(80, 60)

// crowd is twenty people who talk in four rooms, three on screens, one in plain
// lines and one who follows as JSON in each.
type crowd struct {
	w      *siege
	names  [honestRooms]string
	people []*person
	stop   context.CancelFunc
	talk   sync.WaitGroup

	mu   sync.Mutex
	sent [honestRooms][]sending // by number
	lags []lag
}

// sending is when a message was sent, and by whom.
type sending struct {
	at int64
	by *person
}

// lag is how long one message took to be shown to one person.
type lag struct{ sent, took int64 }

// person is one of the crowd.
type person struct {
	crowd  *crowd
	room   int
	kind   kind
	s      *sshtest.Session
	screen *uitest.Terminal // of the first of a room; nil: the bytes are only searched

	mu    sync.Mutex
	carry []byte      // the end of what was searched
	seen  map[int]int // how often, by number
}

type kind int

const (
	onScreen kind = iota
	inLines
	followsJSON
)

func (k kind) String() string { return [...]string{"a screen", "plain lines", "follow --json"}[k] }

// newCrowd brings everybody in and has them talk.
func newCrowd(ctx context.Context, w *siege) (*crowd, error) {
	c := &crowd{w: w}
	for room := range honestRooms {
		for i := range honestSeats {
			p := &person{crowd: c, room: room, seen: map[int]int{}}
			switch i {
			case honestSeats - 2:
				p.kind = inLines
			case honestSeats - 1:
				p.kind = followsJSON
			}
			if err := p.come(ctx, i == 0); err != nil {
				return nil, fmt.Errorf("honest person %d of room %d, on %v: %w", i, room, p.kind, err)
			}
			c.people = append(c.people, p)
		}
	}
	talking, stop := context.WithCancel(ctx)
	c.stop = stop
	for i, p := range c.people {
		if p.kind != followsJSON {
			dice := w.dice(uint64(1000 + i))
			c.talk.Go(func() { p.talks(talking, dice) })
		}
	}
	return c, nil
}

// come connects, and lights the room if the person is its first.
func (p *person) come(ctx context.Context, first bool) error {
	n := len(p.crowd.people)
	user, o := p.crowd.names[p.room], sshtest.Options{Stdout: onOutput(p.took), Keep: keptText}
	switch p.kind {
	case onScreen:
		o.Pty = honestScreen
	case followsJSON:
		o.Command = "follow --json"
	}
	if first {
		user = "new+1h"
		p.screen = uitest.New(int(honestScreen.Width), int(honestScreen.Height))
		p.crowd.w.t.Cleanup(func() { p.screen.Close() })
	}
	client, err := sshtest.Connect(ctx, honestAddr(n/honestPerIP), p.crowd.w.server.addr, user, p.crowd.w.key(uint64(n)))
	if err != nil {
		return err
	}
	if p.s, err = sshtest.Start(client, o); err != nil || p.kind == followsJSON {
		return err
	}
	text, err := p.s.Sees(ctx, "room", generated.MatchString)
	if first {
		p.crowd.names[p.room] = generated.FindString(text)
	}
	return err
}

// talks says numbered messages until ctx ends.
func (p *person) talks(ctx context.Context, dice *rand.Rand) {
	enter := map[kind]string{onScreen: "\r", inLines: "\n"}[p.kind]
	pause := time.NewTimer(time.Duration(dice.Int64N(int64(honestEvery))))
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-p.s.Ended:
			return
		case <-ctx.Done():
			return
		}
		if p.s.Types("good evening "+p.crowd.next(p)+enter) != nil {
			return
		}
		pause.Reset(honestEvery/2 + time.Duration(dice.Int64N(int64(honestEvery))))
	}
}

// next is the token of the next message, which counts as sent now.
func (c *crowd) next(p *person) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[p.room] = append(c.sent[p.room], sending{sinceStart(), p})
	return token(p.room, len(c.sent[p.room])-1)
}

// took searches what came to one person.
func (p *person) took(b []byte) {
	now := sinceStart()
	if p.screen != nil {
		p.screen.Write(b)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh := len(p.carry)
	all := append(p.carry, b...)
	tokens(all, fresh, func(room, seq int) {
		if room != p.room {
			return
		}
		if p.seen[seq]++; p.seen[seq] == 1 {
			p.crowd.arrived(p, seq, now)
		}
	})
	p.carry = append([]byte(nil), all[max(len(all)-tokenSize+1, 0):]...)
}

// arrived notes how long a message took. What senders see of their own they
// have typed themselves.
func (c *crowd) arrived(p *person, seq int, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq < len(c.sent[p.room]) && c.sent[p.room][seq].by != p {
		at := c.sent[p.room][seq].at
		c.lags = append(c.lags, lag{at, now - at})
	}
}

// latency returns the percentiles of what was sent from one moment to another,
// and of how many deliveries they are.
func (c *crowd) latency(from, to int64) (p50, p99 time.Duration, n int) {
	c.mu.Lock()
	var took []int64
	for _, l := range c.lags {
		if l.sent >= from && l.sent < to {
			took = append(took, l.took)
		}
	}
	c.mu.Unlock()
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return time.Duration(took[(len(took)-1)*percent/100]) }
	return at(50), at(99), len(took)
}

// end has everybody fall silent, waits for what is under way, and returns what
// was not as it has to be.
func (c *crowd) end(ctx context.Context) (sent int, faults []string) {
	c.stop()
	c.talk.Wait()
	for _, s := range c.sent {
		sent += len(s)
	}
	late := time.NewTimer(honestSettle)
	defer late.Stop()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for c.missing() > 0 {
		select {
		case <-poll.C:
			continue
		case <-late.C:
		case <-ctx.Done():
		}
		break
	}
	var lost, twice, all int
	for i, p := range c.people {
		l, d := p.check()
		lost, twice, all = lost+l, twice+d, all+len(c.sent[p.room])
		select {
		case <-p.s.Ended:
			faults = append(faults, fmt.Sprintf("honest person %d, on %v: the session ended: %q", i, p.kind, p.s.Why()))
		default:
		}
	}
	if lost > 0 {
		faults = append(faults, fmt.Sprintf("%d of %d deliveries to the honest did not come", lost, all))
	}
	if twice > 0 {
		faults = append(faults, fmt.Sprintf("%d of %d deliveries to the honest came twice", twice, all))
	}
	return sent, faults
}

func (c *crowd) missing() (n int) {
	for _, p := range c.people {
		p.mu.Lock()
		n += len(c.sent[p.room]) - len(p.seen)
		p.mu.Unlock()
	}
	return n
}

// check returns how many messages one person did not see, or saw twice. On a
// screen a message may be drawn again: there only what stands on it at last is
// counted.
func (p *person) check() (lost, twice int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var text string
	if p.screen != nil {
		text = p.screen.Text()
	}
	for seq := range p.crowd.sent[p.room] {
		switch n := p.seen[seq]; {
		case n == 0:
			lost++
		case n > 1 && p.kind != onScreen, strings.Count(text, token(p.room, seq)) > 1:
			twice++
		}
	}
	return lost, twice
}
