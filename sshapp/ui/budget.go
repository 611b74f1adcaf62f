package ui

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of the CPU time that one session may spend on drawing. A screen of chat takes
// a tenth of a millisecond, so people who type and read stay far below. Somebody who
// keeps redrawing a costly room gets fewer frames.
const (
	drawShare = 20                     // 1/20 of a core on average
	drawBurst = 100 * time.Millisecond // at once, beyond the average
	drawPause = time.Second            // the longest that a frame is held back
)

// The same for all sessions of one address together. Only sessions that drew a
// costly screen within the last addressPause are held back for it.
const (
	addressShare = 4
	addressBurst = time.Second
	addressPause = 10 * time.Second
	drawCostly   = 2 * time.Millisecond // twenty screens of chat
)

// Budget bounds the drawing of all sessions of one address. It is safe for
// concurrent use.
type Budget struct {
	mu sync.Mutex
	debt
}

// NewBudget returns a budget that is all unspent.
func NewBudget() *Budget {
	return &Budget{debt: debt{share: addressShare, burst: addressBurst, pause: addressPause}}
}

// budget bounds the drawing of one session, in its model and its painter. It is safe
// for concurrent use. A nil budget bounds nothing.
type budget struct {
	shared  *Budget      // nil: none
	wall    bool         // count wall time rather than CPU time: for tests with synctest
	watches atomic.Int32 // how often more CPU time is to be measured; 0 or less: not at all

	mu     sync.Mutex
	own    debt
	costly time.Time // of the last costly drawing
}

func newBudget(shared *Budget) *budget {
	return &budget{own: debt{share: drawShare, burst: drawBurst, pause: drawPause}, shared: shared}
}

// Asking the system for CPU time costs as much as half a screen of chat. So a session is
// only asked about after something took it longer than people's screens do, which may
// also mean that it waited for a processor.
const (
	drawQuick   = time.Millisecond // of wall time, which is charged as it is
	drawWatches = 8                // how often CPU time is measured after more than that
)

// work is a piece of drawing that is being measured.
type work struct {
	began   time.Time
	watched bool          // CPU time is measured
	cpu     time.Duration // CPU time of the thread by then
	known   bool          // the system tells cpu
}

// begin starts to measure drawing. It may lock the goroutine to its thread until spend.
func (b *budget) begin() work {
	w := work{began: time.Now()}
	if b != nil && !b.wall && b.takeWatch() {
		runtime.LockOSThread()
		w.watched = true
		w.cpu, w.known = threadTime()
	}
	return w
}

// spend charges the CPU time that the work took, as far as it is known. The first work
// for a while that takes longer than drawQuick is charged no more than that.
func (b *budget) spend(w work) {
	now := time.Now()
	took := now.Sub(w.began)
	switch {
	case b == nil:
		return
	case w.watched:
		if cpu, ok := threadTime(); ok && w.known {
			took = min(took, cpu-w.cpu)
		}
		runtime.UnlockOSThread()
	case took > drawQuick && !b.wall:
		if _, tells := threadTime(); tells {
			took = drawQuick
		}
	}
	if took >= drawQuick {
		b.watches.Store(drawWatches)
	}
	b.charge(took, now)
}

// takeWatch reports whether CPU time is to be measured once more.
func (b *budget) takeWatch() bool { return b.watches.Load() > 0 && b.watches.Add(-1) >= 0 }

// measure runs paint and charges the time that it took.
func (b *budget) measure(paint func()) {
	defer b.spend(b.begin())
	paint()
}

// charge adds the time that drawing took.
func (b *budget) charge(took time.Duration, now time.Time) {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.own.add(took, now)
	if took >= drawCostly {
		b.costly = now
	}
	b.mu.Unlock()
	if b.shared != nil {
		b.shared.mu.Lock()
		b.shared.add(took, now)
		b.shared.mu.Unlock()
	}
}

// wait returns how long the next frame is held back.
func (b *budget) wait(now time.Time) time.Duration {
	b.mu.Lock()
	wait, costly := b.own.wait(now), now.Sub(b.costly) < addressPause
	b.mu.Unlock()
	if costly && b.shared != nil {
		b.shared.mu.Lock()
		wait = max(wait, b.shared.wait(now))
		b.shared.mu.Unlock()
	}
	return wait
}

// debt is a leaky bucket of CPU time: the debt shrinks by 1/share of the time that
// passes. Whoever has it guards it.
type debt struct {
	share        time.Duration
	burst, pause time.Duration

	owed time.Duration // at when
	when time.Time
}

func (d *debt) add(took time.Duration, now time.Time) {
	d.pay(now)
	d.owed = min(d.owed+took, d.burst+d.pause/d.share)
}

// wait returns how long it takes until the debt is down to the burst.
func (d *debt) wait(now time.Time) time.Duration {
	d.pay(now)
	return max(d.owed-d.burst, 0) * d.share
}

// pay reduces the debt by the time that passed.
func (d *debt) pay(now time.Time) {
	if past := now.Sub(d.when); past > 0 {
		d.owed = max(d.owed-past/d.share, 0)
		d.when = now
	}
}
