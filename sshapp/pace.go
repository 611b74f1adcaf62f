package sshapp

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// sourceBurst is how many seconds' worth of bytes a source may send at once.
const sourceBurst = 16

// paces bound how fast each source sends, whatever it sends and on however many
// connections: that is the bound on everything that costs as much as its bytes,
// such as what the SSH library answers by itself. What is here is of sources that
// have no connection just now. They are safe for concurrent use.
type paces struct {
	limit int // bytes per second; 0 or less: none

	mu     sync.Mutex
	recent map[netip.Prefix]*rate.Limiter
	before map[netip.Prefix]*rate.Limiter // not kept again since recent was begun
	turned time.Time
}

// pacedSources bounds how many are remembered. Whoever is forgotten has a full
// bucket again, which it would have anyway a minute later.
const (
	pacedSources = 1 << 14
	paceSpan     = time.Minute
)

func newPaces(limit int) *paces { return &paces{limit: limit} }

// of is the limiter of a source, which has times the limit; nil: there is none.
func (p *paces) of(from netip.Prefix, times int) *rate.Limiter {
	if p.limit <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.recent[from]
	if !ok {
		l, ok = p.before[from]
	}
	if !ok {
		l = rate.NewLimiter(rate.Limit(times*p.limit), times*sourceBurst*p.limit)
	}
	return l
}

// keep remembers the limiter of a source that has no connection left.
func (p *paces) keep(from netip.Prefix, l *rate.Limiter) {
	if l == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.turned) > paceSpan || len(p.recent) >= pacedSources/2 {
		p.before, p.recent, p.turned = p.recent, make(map[netip.Prefix]*rate.Limiter), now
	}
	p.recent[from] = l
}
