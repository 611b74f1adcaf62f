package sshapp

import (
	"iter"
	"math"

	"wick/rooms"
)

// cursor is a session's position in a room's transcript. It yields every event once
// and in order, however slowly the session reads. It holds none of the text. It is not
// safe for concurrent use.
type cursor struct {
	member *rooms.Member
	next   uint64 // position of the next event in the transcript
	seq    uint64 // number of the newest message that was read
	begun  bool   // seq is known: messages that are missing after it are reported
	missed uint64 // messages before the first, while seq is not known

	// The transcript starts over if the store loses some of its history. These
	// fingerprints are of the events that were read.
	told *fingerprints
}

// newCursor returns a cursor before the oldest event that the room remembers or, unless
// since is 0, after the message with that number.
func newCursor(m *rooms.Member, since uint64) *cursor {
	state := m.State()
	c := &cursor{member: m, told: newFingerprints(state.Room.History)}
	if since > 0 {
		c.seq, c.begun = min(since, state.Messages), true
		c.next = m.After(c.seq)
	}
	return c
}

// skip leaves out what the session has read of the transcript: everything before a
// position.
func (c *cursor) skip(to uint64) {
	for pos, e := range c.member.Since(0).All() {
		if pos >= to {
			break
		}
		switch e.Kind {
		case rooms.Missed:
			c.seq += e.Seq
		case rooms.Message, rooms.Withheld:
			c.seq, c.begun = e.Seq, true
		}
		c.told.add(*e)
	}
	c.next = to
}

// held returns how many bytes the cursor holds.
func (c *cursor) held() int64 { return c.told.held() }

// unread yields, in small parts, the events that the room has at this moment and that
// were not read yet.
func (c *cursor) unread() iter.Seq[[]rooms.Event] {
	return func(yield func([]rooms.Event) bool) {
		for end := uint64(math.MaxUint64); c.next < end; {
			p := c.member.Read(c.next, chunkSize)
			if len(p.Events) == 0 {
				return // there is nothing more, or the room has ended
			}
			end = min(end, p.End)
			if fresh := c.take(p); len(fresh) > 0 && !yield(fresh) {
				return
			}
		}
	}
}

// take returns the events of a part that were not read yet.
func (c *cursor) take(p rooms.Part) []rooms.Event {
	if len(p.Events) == 0 {
		return nil
	}
	if !c.begun {
		c.missed += p.Missed
	}
	if c.next > 0 && p.Oldest >= c.next {
		c.told.recall()
	}
	unread := p.Tail(c.next)
	c.next = p.Next()
	var fresh []rooms.Event
	for _, e := range unread.All() {
		switch e.Kind {
		case rooms.Missed:
			c.seq += e.Seq
		case rooms.Message, rooms.Withheld:
			missed := c.missed
			if c.begun {
				missed = max(e.Seq, c.seq+1) - c.seq - 1
			}
			if missed > 0 {
				fresh = append(fresh, rooms.Event{Kind: rooms.Missed, Epoch: e.Epoch, Time: e.Time, Seq: missed})
			}
			c.seq, c.begun, c.missed = e.Seq, true, 0
		}
		if e.Kind != rooms.Withheld && e.Kind != rooms.Private && c.told.add(*e) {
			fresh = append(fresh, *e)
		}
	}
	return fresh
}
