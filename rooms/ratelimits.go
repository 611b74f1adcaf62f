package rooms

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// What the members of one network may do in a room together, as a multiple of
// what one member may: enough for an office, and not for a flood. Their messages
// are not counted here.
const (
	networkRate  = 2
	networkBurst = 4
)

// speechRate is how much one source may say in all rooms together, as a multiple
// of what one member may, per second and at once: cleaning a message that was
// made for it takes a millisecond.
const speechRate = 16

// maxEnterWait is how long a guest who enters too often waits before being refused.
const maxEnterWait = 5 * time.Second

// rateLimits bound what people do in rooms, by identity, by network and by
// source. Whoever leaves and comes back, or has several seats, may do no more.
// They are safe for concurrent use.
type rateLimits struct {
	acts, networkActs       *buckets
	entries, networkEntries *buckets
	networkTyping           *buckets

	messages *buckets // by Guest.limitKey: what those who left could still say at once
	speech   *buckets // by source
}

func newRateLimits(r rate.Limit, burst int) *rateLimits {
	// A multiple of rate.Inf is not rate.Inf, so it would be a limit.
	times := func(rates, bursts int) *buckets {
		if r == rate.Inf {
			return newBuckets(r, burst)
		}
		return newBuckets(rate.Limit(rates)*r, bursts*burst)
	}
	return &rateLimits{
		acts:           times(1, 1),
		networkActs:    times(networkRate, networkBurst),
		entries:        times(1, 1),
		networkEntries: times(networkRate, networkBurst),
		networkTyping:  times(networkRate, networkBurst),
		messages:       times(1, 1),
		speech:         times(speechRate, speechRate),
	}
}

// allowAct counts one more change of a room by somebody in it, and reports
// whether that is within the limits. Identities and networks differ from room to
// room.
func (r *rateLimits) allowAct(s Seat) bool {
	return r.acts.take(s.Identity) && r.networkActs.take(s.Network)
}

// allowTyping is allowAct for somebody who is writing.
func (r *rateLimits) allowTyping(s Seat) bool { return r.networkTyping.take(s.Network) }

// allowSpeech counts one more message of a source, and reports whether that is
// within the limit.
func (r *rateLimits) allowSpeech(source string) bool { return r.speech.take(source) }

// waitToEnter waits until the guest may enter. It returns ErrTooFast if that
// would take longer than maxEnterWait.
func (r *rateLimits) waitToEnter(ctx context.Context, g Guest) error {
	own, ok1 := r.entries.reserve(g.Identity, maxEnterWait)
	network, ok2 := r.networkEntries.reserve(g.Network, maxEnterWait)
	if !ok1 || !ok2 {
		return ErrTooFast
	}
	wait := max(own, network)
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

// messageLimiter returns the limiter for the messages of a guest who enters. It
// begins with what the one of the same key who left last could still say.
func (r *rateLimits) messageLimiter(g Guest) *rate.Limiter {
	l := rate.NewLimiter(r.messages.rate, r.messages.burst)
	if tokens := r.messages.tokens(g.limitKey()); tokens < float64(r.messages.burst) {
		l.AllowN(time.Now(), r.messages.burst-int(max(tokens, 0)))
	}
	return l
}

// noteLeft notes what somebody who leaves could still say at once.
func (r *rateLimits) noteLeft(key string, l *rate.Limiter) { r.messages.lower(key, l.Tokens()) }

// limitKey returns what a guest is known by when they come back. People without a
// key count as their network.
func (g Guest) limitKey() string {
	if g.Returns {
		return g.Identity
	}
	return g.Network
}
