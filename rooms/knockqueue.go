package rooms

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// knockTurn is how long somebody keeps a place at the door if another waits
	// for it.
	knockTurn = 2 * time.Minute

	// silentKnockEvery is how often somebody without a place asks whether the door is
	// open: mostly what is published tells.
	silentKnockEvery = 30 * time.Second

	// maxQueue bounds those who wait at one door in turn. Others get no turn.
	maxQueue = 1024
)

// knockQueues are the doors at which somebody waits in this process. They decide
// who may knock, so that neither the store nor other processes carry what would
// not be heard. They are safe for concurrent use.
type knockQueues struct {
	rate *buckets // knocks of a network, also of those who come and go

	mu    sync.Mutex
	queue map[Name][]*knocker // in the order of their turns; never empty
}

// knocker is somebody who waits at a door.
type knocker struct {
	source string
	since  time.Time // when its turn began; zero: it has not
}

func newKnockQueues() *knockQueues {
	return &knockQueues{rate: newBuckets(rate.Every(knockEvery/knocksEach), knocksEach), queue: map[Name][]*knocker{}}
}

// mayKnock reports whether it is the turn of k, which is queued if there is room.
func (q *knockQueues) mayKnock(name Name, k *knocker) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	queue := q.queue[name]
	if !slices.Contains(queue, k) {
		if len(queue) >= maxQueue {
			return false
		}
		queue = append(queue, k)
		q.queue[name] = queue
	}
	placed, wanted := findPlace(queue, k)
	switch {
	case !placed:
		return false
	case k.since.IsZero():
		k.since = time.Now()
	case wanted && time.Since(k.since) >= knockTurn:
		k.since = time.Time{}
		i := slices.Index(queue, k)
		q.queue[name] = append(slices.Delete(queue, i, i+1), k)
		return false
	}
	return q.rate.take(name.String() + "\x00" + k.source)
}

// findPlace reports whether k has a place at the door, and whether somebody waits who
// could have it.
func findPlace(queue []*knocker, k *knocker) (placed, wanted bool) {
	total, bySource := 0, map[string]int{}
	for _, other := range queue {
		switch {
		case bySource[other.source] == knocksEach:
			wanted = wanted || other.source == k.source
		case total == maxKnocks:
			wanted = true
		default:
			total++
			bySource[other.source]++
			placed = placed || other == k
		}
	}
	return placed, wanted
}

// leave takes k out of the queue.
func (q *knockQueues) leave(name Name, k *knocker) {
	q.mu.Lock()
	defer q.mu.Unlock()
	queue := slices.DeleteFunc(q.queue[name], func(other *knocker) bool { return other == k })
	if len(queue) == 0 {
		delete(q.queue, name)
		return
	}
	q.queue[name] = queue
}
