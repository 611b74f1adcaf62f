package rooms

import (
	"sync/atomic"
	"time"
)

// Now returns the current instant of the clock by which rooms count down. It
// counts the time that the machine sleeps, which Go's monotonic clock leaves out,
// and a step of the wall clock does not move it. It never goes back.
//
// Compare its values only with each other: their wall clock readings are ahead
// after a sleep. People read the store's time, see Clock.
func Now() time.Time {
	now := time.Now()
	return now.Add(sleep.total())
}

// sleepStep is the least sleep that counts. Suspending takes longer, and below it
// Now stays exactly time.Now plus a constant.
const sleepStep = 50 * time.Millisecond

// sleep measures how long this machine has slept since the process started.
var sleep = newSleepClock(bootOffset)

// sleepClock measures sleep by an offset that grows only while the machine
// sleeps. It is safe for concurrent use.
type sleepClock struct {
	offset func() time.Duration // may be read too low, never too high
	base   time.Duration        // at the start
	slept  atomic.Int64         // since then, in nanoseconds; only grows
}

func newSleepClock(offset func() time.Duration) *sleepClock {
	c := &sleepClock{offset: offset, base: offset()}
	for range 10 { // the highest is the closest
		c.base = max(c.base, offset())
	}
	return c
}

// total returns how long the machine has slept, to within sleepStep.
func (c *sleepClock) total() time.Duration {
	slept := c.offset() - c.base
	for {
		known := c.slept.Load()
		if slept < time.Duration(known)+sleepStep {
			return time.Duration(known)
		}
		if c.slept.CompareAndSwap(known, int64(slept)) {
			return slept
		}
	}
}

// Clock converts between the store's clock and this process's: Store and Here are
// the same moment by each. The zero value is no clock.
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
