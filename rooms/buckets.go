package rooms

import (
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds how many keys are told apart. Most are full again after a few
// seconds, and are forgotten then.
const maxBuckets = 4096

// buckets are token buckets by key, all alike and full at first. They belong to
// keys rather than to sessions: whoever leaves and comes back finds what was left.
// Safe for concurrent use.
type buckets struct {
	rate  rate.Limit // rate.Inf: no limit
	burst int

	mu  sync.Mutex
	all map[string]bucket
}

type bucket struct {
	left float64 // below 0: taken ahead of time
	at   time.Time
}

func newBuckets(r rate.Limit, burst int) *buckets {
	return &buckets{rate: r, burst: burst, all: map[string]bucket{}}
}

// take takes a token, and reports whether there was one. An empty key has no limit.
func (b *buckets) take(key string) bool {
	_, ok := b.reserve(key, 0)
	return ok
}

// reserve takes a token that is there within the time, and returns how long the
// caller has to wait for it. It takes none if it would be longer.
func (b *buckets) reserve(key string, within time.Duration) (wait time.Duration, ok bool) {
	if key == "" || b.rate == rate.Inf {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	have := b.left(key, now)
	if have < 1 {
		wait = time.Duration((1 - have) / float64(b.rate) * float64(time.Second))
	}
	if wait > within {
		return 0, false
	}
	b.put(key, bucket{have - 1, now})
	return wait, true
}

// left returns how many tokens there are for the key. The caller holds mu.
func (b *buckets) left(key string, now time.Time) float64 {
	k, ok := b.all[key]
	if !ok {
		return float64(b.burst)
	}
	return min(k.left+now.Sub(k.at).Seconds()*float64(b.rate), float64(b.burst))
}

// put notes the bucket of a key. If there are too many, those that are full are
// forgotten, or else any. The caller holds mu.
func (b *buckets) put(key string, k bucket) {
	if _, known := b.all[key]; !known && len(b.all) >= maxBuckets {
		maps.DeleteFunc(b.all, func(key string, _ bucket) bool { return b.left(key, k.at) >= float64(b.burst) })
		for other := range b.all {
			if len(b.all) <= maxBuckets*3/4 {
				break
			}
			delete(b.all, other)
		}
	}
	b.all[key] = k
}
