package ui

import (
	"sync"
	"time"
)

// Bounds of what the drawing of one session takes. A screen of chat takes a tenth
// of a millisecond, so people who type and read stay far below; who has a costly
// room drawn anew all the time sees fewer frames of it.
const (
	drawShare = 50                     // one part of a core in so many, on average
	drawBurst = 100 * time.Millisecond // what may be taken at once beyond that
	drawPause = time.Second            // the longest that a frame waits for it
)

// budget is the time that a session's drawing took and has not made up for: the
// model's and the painter's. It is safe for concurrent use. The zero value has
// all of the burst; a nil budget is not spent.
type budget struct {
	mu   sync.Mutex
	debt time.Duration
	at   time.Time // when debt was right
}

// spend notes what drawing took since it began.
func (b *budget) spend(began time.Time) {
	if b == nil {
		return
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pay(now)
	b.debt = min(b.debt+now.Sub(began), drawBurst+drawPause/drawShare)
}

// wait is how long the next frame has to wait.
func (b *budget) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pay(now)
	return max(b.debt-drawBurst, 0) * drawShare
}

// pay makes up for the time that passed. The caller holds mu.
func (b *budget) pay(now time.Time) {
	if past := now.Sub(b.at); past > 0 {
		b.debt = max(b.debt-past/drawShare, 0)
		b.at = now
	}
}
