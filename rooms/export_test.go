package rooms

import "time"

// Suspend makes Now go on as if the machine had slept. It does not go back after
// the test.
func Suspend(d time.Duration) { sleep.slept.Add(int64(d)) }

// Asleep returns a function that measures sleep by an offset.
func Asleep(offset func() time.Duration) func() time.Duration {
	return newSleepClock(offset).read
}

// AsleepAt returns a function that does so when the monotonic clock, and the wall
// clock, may tell that the machine slept.
func AsleepAt(offset func() time.Duration) func(mono time.Duration, wall time.Time) time.Duration {
	return newSleepClock(offset).at
}

// CompareSeats returns how many seats of the member's room nobody sits in, and
// how many members have no seat.
func CompareSeats(m *Member) (orphans, unseated int) {
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	o, l := m.room.compareSeats()
	return len(o), len(l)
}

// Len returns how many rooms are remembered.
func (x *LitIndex) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.keyOf)
}
