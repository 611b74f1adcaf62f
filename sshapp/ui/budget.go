package ui

import (
	"runtime"
	"sync"
	"time"
)

// Bounds of what the drawing of one session takes. A screen of chat takes a tenth
// of a millisecond, so people who type and read stay far below; who has a costly
// room drawn anew all the time sees fewer frames of it.
const (
	drawShare = 20                     // one part of a core in so many, on average
	drawBurst = 100 * time.Millisecond // what may be taken at once beyond that
	drawPause = time.Second            // the longest that a frame waits for it
)

// The same of all sessions of one address together. It holds back those alone that
// drew something costly within addressPause: twenty times what a screen of chat is.
const (
	addressShare = 4
	addressBurst = time.Second
	addressPause = 10 * time.Second
	drawCostly   = 2 * time.Millisecond
)

// Budget is the time that the drawing of an address' sessions took and has not made
// up for. It is safe for concurrent use.
type Budget struct{ debt }

// NewBudget returns a budget that nothing was spent of.
func NewBudget() *Budget {
	return &Budget{debt{share: addressShare, burst: addressBurst, pause: addressPause}}
}

// budget is that of one session: the model's and the painter's drawing. A nil budget
// is not spent. It is safe for concurrent use.
type budget struct {
	own    debt
	shared *Budget // nil: none
	wall   bool    // all time counts that passes: for tests with a clock of their own

	mu     sync.Mutex
	costly time.Time // when drawing last was
}

func newBudget(shared *Budget) *budget {
	return &budget{own: debt{share: drawShare, burst: drawBurst, pause: drawPause}, shared: shared}
}

// work is drawing under way.
type work struct {
	began time.Time
	cpu   time.Duration // of the thread, when it began
	known bool          // cpu is
}

// beginWork is to be followed by budget.spend, on the same goroutine.
func beginWork() work {
	runtime.LockOSThread()
	w := work{began: time.Now()}
	w.cpu, w.known = threadTime()
	return w
}

// spend notes what work took: of a machine that is busy with something else only
// what it used itself.
func (b *budget) spend(w work) {
	now := time.Now()
	took := now.Sub(w.began)
	if cpu, ok := threadTime(); ok && w.known && (b == nil || !b.wall) {
		took = min(took, cpu-w.cpu)
	}
	runtime.UnlockOSThread()
	b.charge(took, now)
}

// charge notes what drawing took.
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

// wait is how long the next frame has to wait.
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

// debt is time that was taken and is made up for by time that passes: one part in
// share.
type debt struct {
	share        time.Duration
	burst, pause time.Duration

	mu   sync.Mutex
	owed time.Duration
	when time.Time // when owed was right
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

// pay makes up for the time that passed. The caller holds mu.
func (d *debt) pay(now time.Time) {
	if past := now.Sub(d.when); past > 0 {
		d.owed = max(d.owed-past/d.share, 0)
		d.when = now
	}
}
