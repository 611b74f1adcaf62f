package sshapp

import (
	"hash/maphash"
	"slices"

	"wick/rooms"
)

// maxNotices is how many events that are no messages a cursor knows again: as
// many as a room keeps of them, twice.
const maxNotices = 500

// fingerprints are of the newest events that a session was told, so that none of
// them is told again after the room's transcript began anew. They hold nothing
// of the events.
type fingerprints struct {
	seed     maphash.Seed
	messages ring
	notices  ring
	recalled []uint64 // sorted: those told before the transcript began anew
}

func newFingerprints(history int) *fingerprints {
	// A room keeps somewhat more than its history.
	return &fingerprints{seed: maphash.MakeSeed(), messages: ring{most: 2*history + 100}, notices: ring{most: maxNotices}}
}

// add notes that the event is told, and reports whether it was not told before
// the transcript began anew.
func (f *fingerprints) add(e rooms.Event) bool {
	r, sum := &f.notices, uint64(0)
	if e.Kind == rooms.Message {
		// It may have another number now.
		r, sum = &f.messages, maphash.String(f.seed, e.ID)
	} else {
		sum = maphash.Comparable(f.seed, e)
	}
	if _, again := slices.BinarySearch(f.recalled, sum); again {
		return false
	}
	r.add(sum)
	return true
}

// recall has everything that was told so far known again.
func (f *fingerprints) recall() {
	f.recalled = slices.Concat(f.messages.sums, f.notices.sums)
	slices.Sort(f.recalled)
}

func (f *fingerprints) held() int64 {
	const each = 8
	return each * int64(cap(f.messages.sums)+cap(f.notices.sums)+cap(f.recalled))
}

// ring keeps the newest of what is added.
type ring struct {
	sums []uint64
	most int
	at   int // of the oldest, once there are as many as there may be
}

func (r *ring) add(sum uint64) {
	if len(r.sums) < r.most {
		r.sums = append(r.sums, sum)
		return
	}
	r.sums[r.at] = sum
	r.at = (r.at + 1) % r.most
}
