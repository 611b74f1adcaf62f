package sshd

import (
	"net/netip"
	"sync"
	"time"
)

// A source is penalized for connections that came to nothing, as with
// PerSourcePenalties of sshd_config(5): penalties add up and run off by a second per
// second. A source that reaches penaltyLimit is refused until its penalty has run
// off. One failure is never enough, and neither is a harmless one per second: people
// who mistype, look at a host key or reconnect quickly are not refused.
const (
	penaltyProbe = 250 * time.Millisecond // sent nothing, as load balancers do that check a port
	penaltyLeft  = time.Second            // left before a session began
	penaltyKeys  = 4 * time.Second        // offered keys that were refused, and got no further
	penaltySlow  = 5 * time.Second        // was cut because no session began in time
	penaltyFlood = 15 * time.Second       // was cut because it asked for too much
	penaltyQuota = 500 * time.Millisecond // went on after a quota was used up
	penaltyLimit = 20 * time.Second
)

// penalties are the penalties of the sources. A site gets one in siteShare of those
// of its sources. It is safe for concurrent use.
type penalties struct {
	most time.Duration // the longest penalty; 0 or less: there are none

	mu      sync.Mutex
	sources sourceMap[penalty]
}

// penalty is that of one source.
type penalty struct {
	until   time.Time // when it has run off
	refused bool      // until then
}

func newPenalties(most time.Duration) *penalties {
	return &penalties{most: most, sources: newSourceMap[penalty](max(most, penaltyLimit))}
}

// add adds d to the source's penalty.
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

// extend adds d to one penalty. The caller holds mu.
func (p *penalties) extend(source netip.Prefix, d time.Duration, now time.Time) {
	has := p.current(source, now)
	if !has.until.After(now) {
		has = penalty{until: now}
	}
	has.until = has.until.Add(d)
	if limit := now.Add(max(p.most, penaltyLimit)); has.until.After(limit) {
		has.until = limit
	}
	has.refused = has.refused || has.until.Sub(now) >= penaltyLimit
	p.sources.set(source, has)
}

// current returns the source's penalty if it has not run off. The caller holds mu.
func (p *penalties) current(source netip.Prefix, now time.Time) penalty {
	has, _ := p.sources.get(source)
	if !has.until.After(now) {
		return penalty{}
	}
	return has
}

// refuses reports whether the source is refused now.
func (p *penalties) refuses(source netip.Prefix) bool {
	if p.most <= 0 || !source.IsValid() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return p.current(source, now).refused || p.current(siteOf(source), now).refused
}
