package sshd

import "time"

const (
	// returnInterval is the least time between two returns of memory to the
	// operating system. Each costs a garbage collection.
	returnInterval = 20 * time.Second
	// returnGrowth is how many bytes, and a tenth more, the process must have gained
	// since the last return.
	returnGrowth = 4 << 20
)

// memoryReturns decides when to return freed memory to the operating system: once a
// quarter of the memory in use has been freed. By itself the runtime keeps freed
// memory for minutes.
type memoryReturns struct {
	last   time.Time  // when memory was returned
	mapped int64      // bytes that the process had from the system then
	peak   heldMemory // the most that was in use since then
}

// heldMemory is the memory in use, in bytes.
type heldMemory struct {
	counted int64 // as connections and the program count it
	live    int64 // as the last garbage collection found it
}

// due reports whether to return memory now, when the process has mapped bytes from
// the system.
func (r *memoryReturns) due(now time.Time, held heldMemory, mapped int64) bool {
	if r.last.IsZero() {
		r.done(now, held, mapped)
	}
	r.peak.counted, r.peak.live = max(r.peak.counted, held.counted), max(r.peak.live, held.live)
	fell := held.counted <= r.peak.counted/4*3 || held.live <= r.peak.live/4*3
	return fell && mapped > r.mapped/10*11+returnGrowth && now.Sub(r.last) >= returnInterval
}

// done notes that memory was returned.
func (r *memoryReturns) done(now time.Time, held heldMemory, mapped int64) {
	*r = memoryReturns{last: now, mapped: mapped, peak: held}
}
