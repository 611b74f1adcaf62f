package rooms

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds how many keys are remembered. Most buckets are full again after
// a few seconds, and need not be.
const maxBuckets = 4096

// buckets are token buckets by key, all of one rate and full at first. They belong
// to keys rather than to sessions, so leaving and coming back does not refill them.
// They are safe for concurrent use.
type buckets struct {
	rate  rate.Limit // rate.Inf: no limit
	burst int

	mu    sync.Mutex
	byKey map[string]bucket
}

type bucket struct {
	tokens float64 // below 0: some were taken ahead of time
	at     time.Time
}

func newBuckets(r rate.Limit, burst int) *buckets {
	return &buckets{rate: r, burst: burst, byKey: map[string]bucket{}}
}

// take takes a token, and reports whether there was one. An empty key has no limit.
func (b *buckets) take(key string) bool {
	_, ok := b.reserve(key, 0)
	return ok
}

// reserve takes a token, and returns how long the caller has to wait for it. It
// takes none and returns false if that is longer than maxWait.
func (b *buckets) reserve(key string, maxWait time.Duration) (wait time.Duration, ok bool) {
	if key == "" || b.rate == rate.Inf {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	tokens := b.tokensAt(key, now)
	if tokens < 1 {
		wait = time.Duration((1 - tokens) / float64(b.rate) * float64(time.Second))
	}
	if wait > maxWait {
		return 0, false
	}
	b.set(key, bucket{tokens - 1, now})
	return wait, true
}

// tokens returns how many tokens there are for the key.
func (b *buckets) tokens(key string) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tokensAt(key, time.Now())
}

// lower leaves the key at most the given number of tokens.
func (b *buckets) lower(key string, tokens float64) {
	if key == "" || b.rate == rate.Inf {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if tokens < b.tokensAt(key, now) {
		b.set(key, bucket{tokens, now})
	}
}

// tokensAt returns the tokens of the key at the time now. The caller holds mu.
func (b *buckets) tokensAt(key string, now time.Time) float64 {
	k, ok := b.byKey[key]
	if !ok {
		return float64(b.burst)
	}
	return min(k.tokens+now.Sub(k.at).Seconds()*float64(b.rate), float64(b.burst))
}

// set sets the bucket of a key. If there are too many, it forgets those that are
// full, and others if that is not enough. The caller holds mu.
func (b *buckets) set(key string, k bucket) {
	if _, known := b.byKey[key]; !known && len(b.byKey) >= maxBuckets {
		evict(b.byKey, maxBuckets*3/4, func(key string, _ bucket) bool { return b.tokensAt(key, k.at) >= float64(b.burst) })
	}
	b.byKey[key] = k
}
