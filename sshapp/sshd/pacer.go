package sshd

import (
	"context"
	"net/netip"
	"runtime"

	"golang.org/x/time/rate"
)

// A key exchange and the start of a session take some milliseconds of a processor. If
// hundreds began at once, whoever is talking would wait behind all of them at every
// step of a message.
const (
	startsPerCPU = 30 // connections, and further sessions on them, that begin per second and processor
	startBurst   = 4  // that begin at once
	promptStarts = 3  // of a source, at once and again per minute, that begin without waiting for others
)

// pacer spreads the starts of connections and sessions. A nil pacer lets everybody
// begin at once. It is safe for concurrent use.
type pacer struct {
	prompt *Quota
	turns  *rate.Limiter
}

// newPacer returns nil if the connections of a source are not limited.
func newPacer(maxConnects int) *pacer {
	if maxConnects <= 0 {
		return nil
	}
	perSecond := rate.Limit(startsPerCPU * runtime.GOMAXPROCS(0))
	return &pacer{prompt: newQuota(promptStarts, nil), turns: rate.NewLimiter(perSecond, startBurst)}
}

// wait waits for the source's turn, or until ctx ends. The order is that of the calls,
// except that a source that came seldom does not wait behind one that came often.
func (p *pacer) wait(ctx context.Context, source netip.Prefix) error {
	if p == nil {
		return nil
	}
	if p.prompt.Take(source) {
		p.turns.Allow()
		return nil
	}
	return p.turns.Wait(ctx)
}
