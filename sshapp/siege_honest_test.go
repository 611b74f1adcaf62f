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
	honestSeats  = 5                      // taken of each room
	honestEvery  = 800 * time.Millisecond // between two messages of one person, on average
	honestLead   = 25 * time.Millisecond  // from the last letter to Enter; at once it could be a paste
	honestPerIP  = 2                      // people of one household
	honestSettle = 10 * time.Second       // for messages to arrive when the attack is over
	crowdTick    = 5 * time.Millisecond   // between two looks at how late the process itself is
)

// honestScreen is tall enough that no message scrolls out of sight before a
// server that is late by seconds draws it.
var honestScreen = sshtest.Pty(80, 60)

// crowd is twenty people who talk in four rooms: in each room, three people on
// screens, one in plain lines and one who follows as JSON.
type crowd struct {
	generator
	server string // address
	names  [honestRooms]string
	people []*person
	stop   context.CancelFunc
	talk   sync.WaitGroup // of those who talk, and of the clock

	mu   sync.Mutex
	sent [honestRooms][]sending // by number
	lags []lag                  // of messages, each as one other person saw it
	own  []lag                  // of this process
}

// sending is a message that was sent.
type sending struct {
	at int64 // Unix nanoseconds
	by *person
}

// lag is how long something took that was due at a moment, in Unix nanoseconds.
type lag struct {
	due  int64
	took time.Duration
}

// person is one of the crowd.
type person struct {
	crowd  *crowd
	room   int
	kind   kind
	s      *sshtest.Session
	screen *uitest.Terminal // of the first person of a room; nil: the bytes are only searched

	mu    sync.Mutex
	carry []byte      // the last bytes that were searched
	seen  map[int]int // how often a message came, by number
}

type kind int

const (
	onScreen kind = iota
	inLines
	followsJSON
)

func (k kind) String() string { return [...]string{"a screen", "plain lines", "follow --json"}[k] }

// newCrowd returns a crowd that talks until its end, or until ctx ends.
func newCrowd(ctx context.Context, server string, g generator) (*crowd, error) {
	c := &crowd{generator: g, server: server}
	for room := range honestRooms {
		for i := range honestSeats {
			p := &person{crowd: c, room: room, seen: map[int]int{}}
			switch i {
			case honestSeats - 2:
				p.kind = inLines
			case honestSeats - 1:
				p.kind = followsJSON
			}
			if err := p.enter(ctx, i == 0); err != nil {
				return nil, fmt.Errorf("honest person %d of room %d, on %v: %w", i, room, p.kind, err)
			}
			c.people = append(c.people, p)
		}
	}
	talking, stop := context.WithCancel(ctx)
	c.stop = stop
	for i, p := range c.people {
		if p.kind != followsJSON {
			dice := c.dice(uint64(1000 + i))
			c.talk.Go(func() { p.talk(talking, dice) })
		}
	}
	c.talk.Go(func() { c.clock(talking) })
	return c, nil
}

// clock notes how much later than due this process gets to run, until ctx ends.
func (c *crowd) clock(ctx context.Context) {
	for ctx.Err() == nil {
		due := unixNow() + int64(crowdTick)
		pause(ctx, crowdTick)
		late := time.Duration(unixNow() - due)
		c.mu.Lock()
		c.own = append(c.own, lag{due, late})
		c.mu.Unlock()
	}
}

// enter connects, and lights the room if the person is its first.
func (p *person) enter(ctx context.Context, first bool) error {
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
	}
	client, err := sshtest.Connect(ctx, honestAddr(n/honestPerIP), p.crowd.server, user, p.crowd.key(uint64(n)))
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

// talk sends numbered messages until ctx or the session ends.
func (p *person) talk(ctx context.Context, dice *rand.Rand) {
	enter := map[kind]string{onScreen: "\r", inLines: "\n"}[p.kind]
	next := time.NewTimer(time.Duration(dice.Int64N(int64(honestEvery))))
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-p.s.Ended:
			return
		case <-ctx.Done():
			return
		}
		word, n := p.crowd.next(p)
		if p.s.Types("good evening "+word) != nil {
			return
		}
		pause(ctx, honestLead)
		p.crowd.entered(p.room, n)
		if p.s.Types(enter) != nil {
			return
		}
		next.Reset(honestEvery/2 + time.Duration(dice.Int64N(int64(honestEvery))))
	}
}

// next returns the token of the next message, which counts as sent now, and its number.
func (c *crowd) next(p *person) (word string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n = len(c.sent[p.room])
	c.sent[p.room] = append(c.sent[p.room], sending{unixNow(), p})
	return token(p.room, n), n
}

// entered notes that a message counts as sent now.
func (c *crowd) entered(room, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[room][n].at = unixNow()
}

// took searches output for messages that the person has not seen yet.
func (p *person) took(b []byte) {
	now := unixNow()
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

// arrived notes how long a message took to reach somebody other than its sender,
// who sees it while typing it.
func (c *crowd) arrived(p *person, seq int, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq < len(c.sent[p.room]) && c.sent[p.room][seq].by != p {
		at := c.sent[p.room][seq].at
		c.lags = append(c.lags, lag{at, time.Duration(now - at)})
	}
}

// latency returns the percentiles of the lags from one moment until before
// another, in Unix nanoseconds.
func (c *crowd) latency(from, to int64) (l crowdLags) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.P50, l.P99, l.Deliveries = percentiles(c.lags, from, to)
	_, l.Own, _ = percentiles(c.own, from, to)
	return l
}

// percentiles returns those of the lags from one moment until before another,
// and the number of these lags.
func percentiles(all []lag, from, to int64) (p50, p99 time.Duration, n int) {
	var took []time.Duration
	for _, l := range all {
		if l.due >= from && l.due < to {
			took = append(took, l.took)
		}
	}
	if len(took) == 0 {
		return 0, 0, 0
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[(len(took)-1)*percent/100] }
	return at(50), at(99), len(took)
}

// end silences everybody, waits for messages under way, and returns the result.
func (c *crowd) end(ctx context.Context) (r crowdResult) {
	c.stop()
	c.talk.Wait()
	for _, s := range c.sent {
		r.Sent += len(s)
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
			r.Faults = append(r.Faults, fmt.Sprintf("honest person %d, on %v: the session ended: %q", i, p.kind, p.s.Why()))
		default:
		}
	}
	if lost > 0 {
		r.Faults = append(r.Faults, fmt.Sprintf("%d of %d deliveries to the honest did not come", lost, all))
	}
	if twice > 0 {
		r.Faults = append(r.Faults, fmt.Sprintf("%d of %d deliveries to the honest came twice", twice, all))
	}
	return r
}

// missing returns how many deliveries are still to come.
func (c *crowd) missing() (n int) {
	for _, p := range c.people {
		p.mu.Lock()
		n += len(c.sent[p.room]) - len(p.seen)
		p.mu.Unlock()
	}
	return n
}

// check returns how many messages the person did not see, and how many twice. A
// screen may draw a message again, so only its final content is counted there.
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
