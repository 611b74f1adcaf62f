package sshapp

import (
	"hash/maphash"
	"slices"

	"wick/rooms"
)

// maxNotices is how many events other than messages a cursor recognizes: twice as many
// as a room keeps.
const maxNotices = 500

// fingerprints are hashes of the newest events that a session was shown. They keep it
// from showing an event twice if the room's transcript starts over. Nothing of an
// event can be read from them.
type fingerprints struct {
	seed     maphash.Seed
	messages ring
	notices  ring
	recalled []uint64 // sorted: those of events shown before the transcript started over
}

func newFingerprints(history int) *fingerprints {
	// A room keeps a little more than its history.
	return &fingerprints{seed: maphash.MakeSeed(), messages: ring{limit: 2*history + 100}, notices: ring{limit: maxNotices}}
}

// add adds an event that is about to be shown. It reports false if the event was shown
// before the transcript started over.
func (f *fingerprints) add(e rooms.Event) bool {
	r, sum := &f.notices, uint64(0)
	if e.Kind == rooms.Message {
		// The ID, as the message may have another number now.
		r, sum = &f.messages, maphash.String(f.seed, e.ID)
	} else {
		e.To = nil // a pointer, which differs when the event is made again
		sum = maphash.Comparable(f.seed, e)
	}
	if _, again := slices.BinarySearch(f.recalled, sum); again {
		return false
	}
	r.add(sum)
	return true
}

// recall notes that the transcript starts over: add reports false for everything that
// was added so far.
func (f *fingerprints) recall() {
	f.recalled = slices.Concat(f.messages.sums, f.notices.sums)
	slices.Sort(f.recalled)
}

// held returns how many bytes the fingerprints take.
func (f *fingerprints) held() int64 {
	const each = 8
	return each * int64(cap(f.messages.sums)+cap(f.notices.sums)+cap(f.recalled))
}

// ring keeps the newest sums.
type ring struct {
	sums   []uint64
	limit  int
	oldest int // index, once the ring is full
}

func (r *ring) add(sum uint64) {
	if len(r.sums) < r.limit {
		r.sums = append(r.sums, sum)
		return
	}
	r.sums[r.oldest] = sum
	r.oldest = (r.oldest + 1) % r.limit
}
