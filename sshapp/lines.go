package sshapp

import (
	"iter"
	"math"

	"wick/rooms"
)

// reading is how far a session has read a room: every event comes once, in
// order, however slowly they are taken. It holds a position and fingerprints,
// and nothing of what was said. For one goroutine.
type reading struct {
	member *rooms.Member
	next   uint64 // position
	seq    uint64 // of the newest message that came
	begun  bool   // seq is known: what is missing after it is told
	missed uint64 // before the first message, while seq is not known

	// Once a store has lost some of what it had, the transcript begins anew:
	// what was told before is in these.
	told *fingerprints
}

// readRoom reads all that the room remembers; with since, only what came after the
// message of that number.
func readRoom(m *rooms.Member, since uint64) *reading {
	state := m.State()
	r := &reading{member: m, told: newFingerprints(state.Room.History)}
	if since > 0 {
		r.seq, r.begun = min(since, state.Messages), true
		r.next = m.After(r.seq)
	}
	return r
}

// held is how much the reading keeps, in bytes.
func (r *reading) held() int64 { return r.told.held() }

// unread yields, in small parts, the events that the room had at this moment and
// that did not come yet.
func (r *reading) unread() iter.Seq[[]rooms.Event] {
	return func(yield func([]rooms.Event) bool) {
		for end := uint64(math.MaxUint64); r.next < end; {
			p := r.member.Read(r.next, portion)
			if len(p.Events) == 0 {
				return // nothing more, or the room's end
			}
			end = min(end, p.End)
			if fresh := r.take(p); len(fresh) > 0 && !yield(fresh) {
				return
			}
		}
	}
}

// take returns what of a part did not come yet.
func (r *reading) take(p rooms.Part) []rooms.Event {
	if len(p.Events) == 0 {
		return nil
	}
	if !r.begun {
		r.missed += p.Missed
	}
	if r.next > 0 && p.Oldest >= r.next {
		r.told.recall()
	}
	unread := p.Tail(r.next)
	r.next = p.Next()
	var fresh []rooms.Event
	for _, e := range unread.All() {
		switch e.Kind {
		case rooms.Missed:
			r.seq += e.Seq
		case rooms.Message, rooms.Withheld:
			missed := r.missed
			if r.begun {
				missed = max(e.Seq, r.seq+1) - r.seq - 1
			}
			if missed > 0 {
				fresh = append(fresh, rooms.Event{Kind: rooms.Missed, Epoch: e.Epoch, Time: e.Time, Seq: missed})
			}
			r.seq, r.begun, r.missed = e.Seq, true, 0
		}
		if e.Kind != rooms.Withheld && r.told.add(e) {
			fresh = append(fresh, e)
		}
	}
	return fresh
}
