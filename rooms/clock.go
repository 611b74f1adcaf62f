package rooms

import (
	"sync/atomic"
	"time"
)

// Now returns the current instant of the clock in which rooms count down. It
// counts the time that the machine sleeps, which Go's monotonic clock leaves
// out, and a step of the wall clock does not move it. It never goes back.
//
// Its values are only compared with each other. Their wall clock readings are
// ahead after a sleep: what people read is the store's time, see Clock.
func Now() time.Time {
	now := time.Now()
	return now.Add(machine.asleep())
}

// sleepStep is the least sleep that counts. Suspending takes longer, and below
// it Now stays exactly time.Now plus a constant.
const sleepStep = 50 * time.Millisecond

// machine tells how long this machine has slept since the process started.
var machine = newSleepClock(bootOffset)

// sleepClock measures sleep by an offset that grows while the machine sleeps,
// and only then. It is safe for concurrent use.
type sleepClock struct {
	offset func() time.Duration // may be read too low, never too high
	base   time.Duration        // at the start
	total  atomic.Int64         // slept since then, in nanoseconds; only grows
}

func newSleepClock(offset func() time.Duration) *sleepClock {
	c := &sleepClock{offset: offset, base: offset()}
	for range 10 { // the highest is the closest
		c.base = max(c.base, offset())
	}
	return c
}

// asleep returns how long the machine has slept, to within sleepStep.
func (c *sleepClock) asleep() time.Duration {
	slept := c.offset() - c.base
	for {
		known := c.total.Load()
		if slept < time.Duration(known)+sleepStep {
			return time.Duration(known)
		}
		if c.total.CompareAndSwap(known, int64(slept)) {
			return slept
		}
	}
}

// Clock ties the store's clock to this process's: Store and Here are the same
// moment by each. The zero value is no clock.
type Clock struct {
	Store time.Time // the store's time, without a monotonic reading
	Here  time.Time // by Now
}

// At returns the store's time at an instant of this process.
func (c Clock) At(here time.Time) time.Time { return c.Store.Add(here.Sub(c.Here)) }

// Now returns the store's time, to the millisecond.
func (c Clock) Now() time.Time { return c.At(Now()).Truncate(time.Millisecond) }

// Instant returns the instant of this process at the store's time.
func (c Clock) Instant(store time.Time) time.Time { return c.Here.Add(store.Sub(c.Store)) }
