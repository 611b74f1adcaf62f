package memory

import "wick/rooms"

// ring is a history of bounded length. It grows up to that, then overwrites the
// oldest message.
type ring struct {
	events []rooms.Event // the message numbered n is at (n-1) % keep
	keep   int           // messages at most
	seq    uint64        // number of the newest message; 0 for none
}

// add numbers the message, adds it, and returns it with its number.
func (r *ring) add(e rooms.Event) rooms.Event {
	at := r.seq % uint64(r.keep)
	r.seq++
	e.Seq = r.seq
	if at == uint64(len(r.events)) {
		r.events = append(r.events, e)
	} else {
		r.events[at] = e
	}
	return e
}

// displaced returns the message that the next one overwrites, and false while
// there is room.
func (r *ring) displaced() (rooms.Event, bool) {
	if len(r.events) < r.keep {
		return rooms.Event{}, false
	}
	return r.events[r.seq%uint64(r.keep)], true
}

// since returns copies of the messages after the given number, oldest first.
func (r *ring) since(after uint64) []rooms.Event {
	after = max(after, r.seq-uint64(len(r.events)))
	if after >= r.seq {
		return nil
	}
	out := make([]rooms.Event, 0, r.seq-after)
	for n := after; n < r.seq; n++ {
		out = append(out, r.events[n%uint64(r.keep)])
	}
	return out
}

// at returns the message of that number, which must be held.
func (r *ring) at(seq uint64) *rooms.Event { return &r.events[(seq-1)%uint64(r.keep)] }

// find returns the number of the message with that ID; 0 if it is not held.
func (r *ring) find(id string) uint64 {
	for _, e := range r.events {
		if e.ID == id {
			return e.Seq
		}
	}
	return 0
}
