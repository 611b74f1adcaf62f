package sshd

import (
	"net/netip"
	"sync"
	"time"
)

// quotaSpan is the time in which a quota fills up.
const quotaSpan = time.Minute

// Quota bounds how often each source may do something: limit times at once, and as
// often again per minute; a site eight times as often. Unlike rate.Limiter it takes
// refunds. It remembers at most 16,384 sources, those that used it last. It is made by
// [Server.NewQuota] and safe for concurrent use.
type Quota struct {
	limit    int                // 0 or less: none
	exceeded func(netip.Prefix) // called with a source that has nothing left; may be nil

	mu      sync.Mutex
	buckets sourceMap[bucket]
}

// bucket is what a source has left.
type bucket struct {
	left float64
	at   time.Time
}

func newQuota(limit int, exceeded func(netip.Prefix)) *Quota {
	return &Quota{limit: limit, exceeded: exceeded, buckets: newSourceMap[bucket](quotaSpan)}
}

// Take reports whether the source may do it once more, and counts that.
func (q *Quota) Take(source netip.Prefix) bool {
	if q.limit <= 0 || !source.IsValid() {
		return true
	}
	ok := q.add(source, -1)
	if !ok && q.exceeded != nil {
		q.exceeded(source)
	}
	return ok
}

// Refund gives back what a Take counted.
func (q *Quota) Refund(source netip.Prefix) {
	if q.limit > 0 && source.IsValid() {
		q.add(source, 1)
	}
}

// add adds n to what the source and its site have left. It reports false, and
// changes nothing, if one of them has not enough.
func (q *Quota) add(source netip.Prefix, n float64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, limit := time.Now(), float64(q.limit)
	if !q.addTo(source, limit, n, now) {
		return false
	}
	site := siteOf(source)
	if !site.IsValid() || q.addTo(site, siteShare*limit, n, now) {
		return true
	}
	q.addTo(source, limit, -n, now)
	return false
}

// addTo adds n to one bucket, unless that leaves less than nothing. The caller
// holds mu.
func (q *Quota) addTo(source netip.Prefix, limit, n float64, now time.Time) bool {
	b, ok := q.buckets.get(source)
	if !ok {
		b = bucket{limit, now}
	}
	b.left += limit * float64(now.Sub(b.at)) / float64(quotaSpan)
	b.left, b.at = min(b.left, limit), now
	enough := b.left+n >= 0
	if enough {
		b.left = min(b.left+n, limit)
	}
	q.buckets.set(source, b)
	return enough
}
