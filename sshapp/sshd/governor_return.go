package sshd

import "time"

const (
	// returnInterval is the least time between two returns of memory to the
	// operating system: each costs a collection.
	returnInterval = 20 * time.Second
	// returnLeast is how many bytes more than after the last return the process must
	// have.
	returnLeast = 4 << 20
)

// memoryReturns decides when to return freed memory to the operating system: after
// a quarter of what was held is held no more. The runtime alone keeps it for
// minutes.
type memoryReturns struct {
	last   time.Time
	mapped int64      // what the process had after the last return
	peak   heldMemory // since then
}

// heldMemory is what is held, in bytes: as connections and the program count it, and
// as the last collection found it.
type heldMemory struct{ counted, live int64 }

// due reports whether to return memory now.
func (r *memoryReturns) due(now time.Time, held heldMemory, mapped int64) bool {
	if r.last.IsZero() {
		r.done(now, held, mapped)
	}
	r.peak.counted, r.peak.live = max(r.peak.counted, held.counted), max(r.peak.live, held.live)
	fell := held.counted <= r.peak.counted/4*3 || held.live <= r.peak.live/4*3
	return fell && mapped > r.mapped/10*11+returnLeast && now.Sub(r.last) >= returnInterval
}

// done notes that memory was returned.
func (r *memoryReturns) done(now time.Time, held heldMemory, mapped int64) {
	*r = memoryReturns{last: now, mapped: mapped, peak: held}
}
