package sshd

import "time"

const (
	// returnInterval is the least time between two returns of memory to the
	// operating system. Each costs a garbage collection.
	returnInterval = 20 * time.Second
	// returnLeast is how many bytes must have been freed since the last return.
	returnLeast = 4 << 20
	// spareLeast is how many bytes must be spare.
	spareLeast = 16 << 20
	// calmFor is how long a calm server takes, at least, to allocate an eighth of the
	// memory in use.
	calmFor = 10 * time.Second
)

// memoryReturns decides when to return freed memory to the operating system: once a
// quarter of the memory in use, and at least returnLeast, has been freed; or once an
// eighth, and at least spareLeast, is spare on a server that is calm, as after many have
// connected. By itself the runtime keeps it for minutes. A busy server keeps what is
// spare, since it would ask for it again.
type memoryReturns struct {
	last  time.Time  // when memory was returned
	peak  heldMemory // the most that was in use since then
	spare int64      // the least that was spare since then: a return does not give that back

	allocated int64     // at calm
	calm      time.Time // since then no more than an eighth of the memory in use was allocated
}

// heldMemory is the memory in use, in bytes.
type heldMemory struct {
	counted int64 // as connections and the program count it
	heapUse
}

// due reports whether to return memory now.
func (r *memoryReturns) due(now time.Time, held heldMemory) bool {
	if r.calm.IsZero() || held.allocated-r.allocated > held.live/8 {
		r.allocated, r.calm = held.allocated, now
	}
	r.spare = min(r.spare, held.spare)
	r.peak.counted, r.peak.live = max(r.peak.counted, held.counted), max(r.peak.live, held.live)
	fell := muchLess(held.counted, r.peak.counted) || muchLess(held.live, r.peak.live)
	spare := held.spare-r.spare >= max(held.live/8, spareLeast) && now.Sub(r.calm) >= calmFor
	return (fell || spare) && now.Sub(r.last) >= returnInterval
}

func muchLess(now, peak int64) bool { return peak-now >= max(peak/4, returnLeast) }

// done notes that memory was returned, and what is in use since then.
func (r *memoryReturns) done(now time.Time, held heldMemory) {
	*r = memoryReturns{last: now, peak: held, spare: held.spare, allocated: held.allocated, calm: now}
}
