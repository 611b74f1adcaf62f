package rooms

import "time"

// Now returns the current instant of the clock in which rooms count down. Its
// values are compared with each other only: what people read is the store's
// time, see Clock.
func Now() time.Time { return time.Now() }

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
