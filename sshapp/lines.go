package sshapp

import "wick/rooms"

// reading is how far a session has read a room: every event comes once, in
// order, however slowly they are taken. For one goroutine.
type reading struct {
	member *rooms.Member
	read   rooms.Transcript // as it was last
	next   uint64           // position
	seq    uint64           // of the newest message that came
	begun  bool             // seq is known: what is missing after it is told

	// Once a store has lost some of what it had, the transcript begins anew:
	// what was read before is in these.
	ids    map[string]bool // of messages
	events map[rooms.Event]bool
}

// readRoom reads all that the room remembers; with since, only what came after the
// message of that number.
func readRoom(m *rooms.Member, since uint64) *reading {
	r := &reading{member: m}
	if since > 0 {
		r.skip(m.Since(0), min(since, m.State().Messages))
	}
	return r
}

// skip takes everything up to the message of that number for read.
func (r *reading) skip(t rooms.Transcript, seq uint64) {
	r.seq, r.begun = seq, true
	for pos, e := range t.All() {
		if numbered(e) && e.Seq <= seq {
			r.next = pos + 1
		}
	}
}

// more are the events that came since the last call.
func (r *reading) more() []rooms.Event { return r.take(r.member.Since(0)) }

func (r *reading) take(t rooms.Transcript) []rooms.Event {
	if len(t.Events) == 0 {
		return nil // nothing yet, or the end
	}
	r.begun = r.begun || t.Missed > 0
	if len(r.read.Events) > 0 && t.From >= r.read.Next() {
		r.remember()
	}
	unread := t.Tail(r.next)
	r.read, r.next = t, t.Next()
	var fresh []rooms.Event
	for _, e := range unread.All() {
		switch e.Kind {
		case rooms.Missed:
			r.seq += e.Seq
		case rooms.Message, rooms.Withheld:
			if r.begun && e.Seq > r.seq+1 {
				fresh = append(fresh, rooms.Event{Kind: rooms.Missed, Epoch: e.Epoch, Time: e.Time, Seq: e.Seq - r.seq - 1})
			}
			r.seq, r.begun = e.Seq, true
		}
		if e.Kind == rooms.Withheld || r.ids[e.ID] && e.Kind == rooms.Message || r.events[e] {
			continue
		}
		fresh = append(fresh, e)
	}
	return fresh
}

// numbered tells whether the event is one of those that are numbered.
func numbered(e rooms.Event) bool { return e.Kind == rooms.Message || e.Kind == rooms.Withheld }

// remember keeps what was read from coming again.
func (r *reading) remember() {
	r.ids, r.events = map[string]bool{}, map[rooms.Event]bool{}
	for _, e := range r.read.Events {
		if e.Kind == rooms.Message {
			r.ids[e.ID] = true
		} else {
			r.events[e] = true
		}
	}
}
