package memory

import "wick/rooms"

// ring is a history of bounded length. It grows up to that, then goes round.
type ring struct {
	events []rooms.Event // the message numbered n is at (n-1) % keep
	keep   int           // messages at most
	seq    uint64        // number of the newest message; 0 for none
}

// add numbers the message, adds it, and returns it so.
func (h *ring) add(e rooms.Event) rooms.Event {
	at := h.seq % uint64(h.keep)
	h.seq++
	e.Seq = h.seq
	if at == uint64(len(h.events)) {
		h.events = append(h.events, e)
	} else {
		h.events[at] = e
	}
	return e
}

// displaced is the message that the next one takes the place of; false while
// there is place.
func (h *ring) displaced() (rooms.Event, bool) {
	if len(h.events) < h.keep {
		return rooms.Event{}, false
	}
	return h.events[h.seq%uint64(h.keep)], true
}

// since copies the messages after the given number, oldest first.
func (h *ring) since(after uint64) []rooms.Event {
	after = max(after, h.seq-uint64(len(h.events)))
	if after >= h.seq {
		return nil
	}
	out := make([]rooms.Event, 0, h.seq-after)
	for n := after; n < h.seq; n++ {
		out = append(out, h.events[n%uint64(h.keep)])
	}
	return out
}

// at is the message of that number, which is held.
func (h *ring) at(seq uint64) *rooms.Event { return &h.events[(seq-1)%uint64(h.keep)] }

// find is the number of the message with that ID; 0 where it is not held.
func (h *ring) find(id string) uint64 {
	for _, e := range h.events {
		if e.ID == id {
			return e.Seq
		}
	}
	return 0
}
