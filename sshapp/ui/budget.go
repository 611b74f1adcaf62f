package ui

import (
	"runtime"
	"sync"
	"time"
)

// Bounds of the CPU time that drawing takes in one session. A screen of chat takes
// a tenth of a millisecond, so people who type and read stay far below. Somebody
// who has a costly room redrawn all the time gets fewer frames.
const (
	drawShare = 20                     // 1/20 of a core on average
	drawBurst = 100 * time.Millisecond // at once, beyond the average
	drawPause = time.Second            // the longest that a frame is held back
)

// The same for all sessions of one address together. This holds back only those
// that drew something costly within the last addressPause, where costly is twenty
// times a screen of chat.
const (
	addressShare = 4
	addressBurst = time.Second
	addressPause = 10 * time.Second
	drawCostly   = 2 * time.Millisecond
)

// Budget bounds the drawing of all sessions of one address. It is safe for
// concurrent use.
type Budget struct{ debt }

// NewBudget returns a budget of which nothing is spent.
func NewBudget() *Budget {
	return &Budget{debt{share: addressShare, burst: addressBurst, pause: addressPause}}
}

// budget bounds the drawing of one session, by its model and its painter. A nil
// budget bounds nothing. It is safe for concurrent use.
type budget struct {
	own    debt
	shared *Budget // nil: none
	wall   bool    // count wall time rather than CPU time: for tests in a bubble

	mu     sync.Mutex
	costly time.Time // of the last costly drawing
}

func newBudget(shared *Budget) *budget {
	return &budget{own: debt{share: drawShare, burst: drawBurst, pause: drawPause}, shared: shared}
}

// work is drawing under way.
type work struct {
	began time.Time
	cpu   time.Duration // of the thread at that time
	known bool          // cpu is known
}

// beginWork starts to measure drawing. The goroutine is tied to its thread until
// it calls budget.spend.
func beginWork() work {
	runtime.LockOSThread()
	w := work{began: time.Now()}
	w.cpu, w.known = threadTime()
	return w
}

// spend charges the CPU time that work took, or the wall time if the system does
// not tell.
func (b *budget) spend(w work) {
	now := time.Now()
	took := now.Sub(w.began)
	if cpu, ok := threadTime(); ok && w.known && (b == nil || !b.wall) {
		took = min(took, cpu-w.cpu)
	}
	runtime.UnlockOSThread()
	b.charge(took, now)
}

// measure runs paint and charges what it took.
func (b *budget) measure(paint func()) {
	defer b.spend(beginWork())
	paint()
}

// charge adds what drawing took.
func (b *budget) charge(took time.Duration, now time.Time) {
	if b == nil {
		return
	}
	b.own.add(took, now)
	if b.shared == nil {
		return
	}
	b.shared.add(took, now)
	if took >= drawCostly {
		b.mu.Lock()
		b.costly = now
		b.mu.Unlock()
	}
}

// wait returns how long the next frame is held back.
func (b *budget) wait(now time.Time) time.Duration {
	wait := b.own.wait(now)
	if b.shared == nil {
		return wait
	}
	b.mu.Lock()
	costly := now.Sub(b.costly) < addressPause
	b.mu.Unlock()
	if costly {
		wait = max(wait, b.shared.wait(now))
	}
	return wait
}

// debt is a leaky bucket of CPU time: what is owed shrinks by 1/share of the time
// that passes. It is safe for concurrent use.
type debt struct {
	share        time.Duration
	burst, pause time.Duration

	mu   sync.Mutex
	owed time.Duration // at when
	when time.Time
}

func (d *debt) add(took time.Duration, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pay(now)
	d.owed = min(d.owed+took, d.burst+d.pause/d.share)
}

// wait returns how long it takes until no more than the burst is owed.
func (d *debt) wait(now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pay(now)
	return max(d.owed-d.burst, 0) * d.share
}

// pay reduces what is owed for the time that passed. The caller holds mu.
func (d *debt) pay(now time.Time) {
	if past := now.Sub(d.when); past > 0 {
		d.owed = max(d.owed-past/d.share, 0)
		d.when = now
	}
}
