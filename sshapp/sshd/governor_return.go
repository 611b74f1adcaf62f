package sshd

import "time"

const (
	// returnInterval is the least time between two returns of memory to the
	// operating system. Each costs a garbage collection.
	returnInterval = 20 * time.Second
	// returnLeast is how many bytes must have been freed since the last return.
	returnLeast = 4 << 20
)

// memoryReturns decides when to return freed memory to the operating system: once a
// quarter of the memory in use, and at least returnLeast, has been freed. By itself
// the runtime keeps freed memory for minutes.
type memoryReturns struct {
	last time.Time  // when memory was returned
	peak heldMemory // the most that was in use since then
}

// heldMemory is the memory in use, in bytes.
type heldMemory struct {
	counted int64 // as connections and the program count it
	live    int64 // as the last garbage collection found it
}

// due reports whether to return memory now.
func (r *memoryReturns) due(now time.Time, held heldMemory) bool {
	if r.last.IsZero() {
		r.done(now, held)
	}
	r.peak.counted, r.peak.live = max(r.peak.counted, held.counted), max(r.peak.live, held.live)
	fell := muchLess(held.counted, r.peak.counted) || muchLess(held.live, r.peak.live)
	return fell && now.Sub(r.last) >= returnInterval
}

func muchLess(now, peak int64) bool { return peak-now >= max(peak/4, returnLeast) }

// done notes that memory was returned, and what is in use since then.
func (r *memoryReturns) done(now time.Time, held heldMemory) {
	*r = memoryReturns{last: now, peak: held}
}
