package rooms

import "time"

// Suspend makes Now go on as if the machine had slept. It does not go back
// after the test.
func Suspend(d time.Duration) { machine.total.Add(int64(d)) }

// Asleep returns how a clock measures sleep whose offset is read like that.
func Asleep(offset func() time.Duration) func() time.Duration {
	return newSleepClock(offset).asleep
}

// CompareSeats returns how many seats nobody sits in, and how many members have
// no seat, as the member's room finds.
func CompareSeats(m *Member) (orphans, lost int) {
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	o, l := m.room.compareSeats()
	return len(o), len(l)
}
