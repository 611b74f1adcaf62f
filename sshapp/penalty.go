package sshapp

import (
	"net/netip"
	"sync"
	"time"
)

// Penalties are what a source gets for connections that came to nothing, as
// PerSourcePenalties of sshd_config(5) has them: they add up, and run off a
// second per second. A source with penaltyFrom or more is not let in until they
// have run off. One failure is never enough, and neither is one a second of the
// harmless kinds: people who mistype, look at a host key, or reconnect quickly
// are not kept out.
const (
	penaltyProbe  = 250 * time.Millisecond // sent nothing, as load balancers do that look for a port
	penaltyLeft   = time.Second            // left before a session began
	penaltyKeys   = 4 * time.Second        // offered keys that were refused, and got no further
	penaltySlow   = 5 * time.Second        // was cut because no session began in time
	penaltyFlood  = 15 * time.Second       // was cut because it asked for too much
	penaltyTries  = 500 * time.Millisecond // went on after a limit per minute had been reached
	penaltyFrom   = 20 * time.Second
	penaltyMemory = 1 << 14 // sources; the longest without another penalty are forgotten first
)

// penalties are those of each source. A customer with many IPv6 networks gets
// a siteShare of them for all, besides. They are safe for concurrent use.
type penalties struct {
	most time.Duration // how long a source is kept out; 0 or less: never

	mu     sync.Mutex
	recent map[netip.Prefix]penalty
	before map[netip.Prefix]penalty // not added to since recent was begun
	turned time.Time
	memory int // of each map
}

// penalty is what a source has got.
type penalty struct {
	until time.Time // when it has run off
	kept  bool      // out, until then
}

func newPenalties(most time.Duration) *penalties {
	return &penalties{most: most, memory: penaltyMemory / 2}
}

// add adds d to the source's penalties.
func (p *penalties) add(source netip.Prefix, d time.Duration) {
	if p.most <= 0 || !source.IsValid() || d <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.extend(source, d, now)
	if site := siteOf(source); site.IsValid() {
		p.extend(site, d/siteShare, now)
	}
}

// The caller holds mu.
func (p *penalties) extend(source netip.Prefix, d time.Duration, now time.Time) {
	has := p.of(source, now)
	if now.Sub(p.turned) > max(p.most, penaltyFrom) || len(p.recent) >= p.memory {
		p.before, p.recent, p.turned = p.recent, make(map[netip.Prefix]penalty), now
	}
	if !has.until.After(now) {
		has = penalty{until: now}
	}
	has.until = has.until.Add(d)
	if limit := now.Add(max(p.most, penaltyFrom)); has.until.After(limit) {
		has.until = limit
	}
	has.kept = has.kept || has.until.Sub(now) >= penaltyFrom
	p.recent[source] = has
}

// of returns what is left of the source's penalty. The caller holds mu.
func (p *penalties) of(source netip.Prefix, now time.Time) penalty {
	has, ok := p.recent[source]
	if !ok {
		has = p.before[source]
	}
	if !has.until.After(now) {
		return penalty{}
	}
	return has
}

// keepsOut reports whether the source is not to be let in now.
func (p *penalties) keepsOut(source netip.Prefix) bool {
	if p.most <= 0 || !source.IsValid() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return p.of(source, now).kept || p.of(siteOf(source), now).kept
}
