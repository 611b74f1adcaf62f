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
	return now.Add(sleep.at(now.Sub(sleep.started), now))
}

const (
	// sleepStep is the least sleep that counts. Suspending takes longer, and below it
	// Now stays exactly time.Now plus a constant.
	sleepStep = 50 * time.Millisecond

	// While the machine sleeps, the wall clock goes on and the monotonic clock does
	// not. If they have gone on alike, give or take sleepDrift, it has not slept. The
	// offset, which costs two system calls, is read then, and every sleepCheck at least.
	sleepDrift = 10 * time.Millisecond
	sleepCheck = 100 * time.Millisecond
)

// sleep measures how long this machine has slept since the process started.
var sleep = newSleepClock(bootOffset)

// sleepClock measures sleep by an offset that grows only while the machine
// sleeps. It is safe for concurrent use.
type sleepClock struct {
	offset  func() time.Duration // may be read too low, never too high
	started time.Time
	base    time.Duration // the offset then
	slept   atomic.Int64  // since then, in nanoseconds; only grows

	// When the offset was last read, in nanoseconds: by the monotonic clock since
	// started, and by how much the wall clock was ahead of that.
	readAt, ahead atomic.Int64
}

func newSleepClock(offset func() time.Duration) *sleepClock {
	c := &sleepClock{offset: offset, started: time.Now(), base: offset()}
	for range 10 { // the highest is the closest
		c.base = max(c.base, offset())
	}
	return c
}

// at returns how long the machine had slept, to within sleepStep, at a moment by the
// monotonic clock since started and by the wall clock.
func (c *sleepClock) at(mono time.Duration, wall time.Time) time.Duration {
	ahead := wall.UnixNano() - int64(mono)
	drift := time.Duration(ahead - c.ahead.Load()).Abs()
	age := mono - time.Duration(c.readAt.Load())
	if drift <= sleepDrift && age >= 0 && age < sleepCheck {
		return time.Duration(c.slept.Load())
	}
	slept := c.read()
	c.readAt.Store(int64(mono))
	c.ahead.Store(ahead) // the last: whoever sees it sees slept
	return slept
}

// read returns how long the machine has slept by the offset.
func (c *sleepClock) read() time.Duration {
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
// the same moment by each. The zero value is not a clock.
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
