package rooms

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// What those of one network may do in a room together, as a multiple of what one
// member may: enough for an office, and not for a flood. What they say is not
// counted here.
const (
	networkRate  = 2
	networkBurst = 4
)

// speechRate is how much those of one source, an address, may say in all rooms
// together, and at once, as a multiple of what one member may: to clean a message
// that was made for it takes a millisecond.
const speechRate = 16

// enterWait is how long somebody waits who enters too often, before they are refused.
const enterWait = 5 * time.Second

// pace limits what people do in rooms beside speaking, by identity and by network. Who
// leaves and comes back, or has several seats, has no more of it.
type pace struct {
	acts, networkActs       *buckets
	entries, networkEntries *buckets
	networkTyping           *buckets

	said *buckets // what those who left had left to say at once

	speech *buckets // by source
}

func newPace(r rate.Limit, burst int) *pace {
	one := func() *buckets { return newBuckets(r, burst) }
	network := func() *buckets { return newBuckets(networkRate*r, networkBurst*burst) }
	if r == rate.Inf {
		network = one
	}
	speech := newBuckets(speechRate*r, speechRate*burst)
	if r == rate.Inf {
		speech = one()
	}
	return &pace{one(), network(), one(), network(), network(), one(), speech}
}

// act counts one more change of a room by somebody in it, and reports whether that is
// within the limits. An identity, as a network, is one room's alone.
func (p *pace) act(s Seat) bool {
	return p.acts.take(s.Identity) && p.networkActs.take(s.Network)
}

// typing is act for somebody who is writing.
func (p *pace) typing(s Seat) bool { return p.networkTyping.take(s.Network) }

// enter waits until the guest may enter. It answers ErrTooFast if that takes long.
func (p *pace) enter(ctx context.Context, g Guest) error {
	own, ok1 := p.entries.reserve(g.Identity, enterWait)
	all, ok2 := p.networkEntries.reserve(g.Network, enterWait)
	if !ok1 || !ok2 {
		return ErrTooFast
	}
	wait := max(own, all)
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// limiter returns what a guest may say who enters: no more at once than the one of
// theirs who left had left. Who has no key counts as the network.
func (p *pace) limiter(g Guest) *rate.Limiter {
	l := rate.NewLimiter(p.said.rate, p.said.burst)
	if left := p.said.peek(g.key()); left < float64(p.said.burst) {
		l.AllowN(time.Now(), p.said.burst-int(max(left, 0)))
	}
	return l
}

// left notes what somebody who leaves could still say at once.
func (p *pace) left(key string, l *rate.Limiter) { p.said.lower(key, l.Tokens()) }

// speak counts one more message from a source.
func (p *pace) speak(source string) bool { return p.speech.take(source) }

// key is what a guest is known by when they come back.
func (g Guest) key() string {
	if g.Returns {
		return g.Identity
	}
	return g.Network
}

// peek returns how many tokens there are for the key.
func (b *buckets) peek(key string) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left(key, time.Now())
}

// lower leaves the key no more than so many tokens.
func (b *buckets) lower(key string, tokens float64) {
	if key == "" || b.rate == rate.Inf {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if tokens < b.left(key, now) {
		b.put(key, bucket{tokens, now})
	}
}
