package sshd

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// sourceBurst is how many seconds' worth of bytes a source may send at once.
const sourceBurst = 16

// throttleSpan is how long the limiter of a source without a connection is kept. By
// then it is full again, as a new one is.
const throttleSpan = time.Minute

// throttles bound how fast each source sends, whatever it sends and over however
// many connections. That bounds all work that costs as much as its bytes, such as the
// replies of the SSH library. A source with connections holds its own limiter; those of
// other sources are kept here. It is safe for concurrent use.
type throttles struct {
	limit int // bytes per second; 0 or less: none

	mu   sync.Mutex
	kept sourceMap[*rate.Limiter]
}

func newThrottles(limit int) *throttles {
	return &throttles{limit: limit, kept: newSourceMap[*rate.Limiter](throttleSpan)}
}

// get returns the limiter of a source, with factor times the limit; nil if there is
// no limit.
func (t *throttles) get(source netip.Prefix, factor int) *rate.Limiter {
	if t.limit <= 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, ok := t.kept.get(source); ok {
		return l
	}
	return rate.NewLimiter(rate.Limit(factor*t.limit), factor*sourceBurst*t.limit)
}

// keep keeps the limiter, which may be nil, of a source without connections.
func (t *throttles) keep(source netip.Prefix, l *rate.Limiter) {
	if l == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept.set(source, l)
}
