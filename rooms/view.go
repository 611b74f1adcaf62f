package rooms

import (
	"iter"
	"slices"
	"time"
)

// Transcript is what a room remembers, or the end of it. Each event has a
// position. Positions count, from 1, everything this process saw of the room;
// they rise, and those of events that were dropped are missing. Events and
// Positions are shared by all readers and must not be changed. They hold nothing
// that is hidden from some members: At returns an event as this member sees it.
type Transcript struct {
	From      uint64   // position of Events[0], or of the next event if there is none
	Events    []*Event // in order
	Positions []uint64 // of Events; nil: From, From+1, …

	// Missed counts the messages that were dropped before this member read them,
	// since the last call of Since. They would stand before all other messages
	// that are new to the member.
	Missed uint64

	// Came is when the oldest message that the member had not read yet arrived,
	// by this machine's clock; zero if there is none.
	Came time.Time

	views map[uint64]*Event // by position: events that this member sees otherwise; never changed
}

// Next returns the position after the last event.
func (t *Transcript) Next() uint64 {
	if n := len(t.Events); n > 0 {
		return t.Pos(n-1) + 1
	}
	return t.From
}

// Pos returns the position of Events[i].
func (t *Transcript) Pos(i int) uint64 {
	if t.Positions == nil {
		return t.From + uint64(i)
	}
	return t.Positions[i]
}

// Index returns the index in Events of the event at the position, and whether
// there is one. If there is none, i is the index of the first event after it.
func (t *Transcript) Index(pos uint64) (i int, found bool) {
	switch next := t.Next(); {
	case pos >= next:
		return len(t.Events), false
	case next-pos <= uint64(len(t.Events)): // usually no position is missing after it
		if i = len(t.Events) - int(next-pos); t.Pos(i) == pos {
			return i, true
		}
	}
	if t.Positions == nil {
		return 0, false
	}
	return slices.BinarySearch(t.Positions, pos)
}

// At returns the event at a position of the transcript as this member sees it: a
// direct message if it is from or to the member, otherwise Withheld; a message
// that burns without its Text until the member has revealed it. The event is zero
// if there is none at the position. It must not be changed.
func (t *Transcript) At(pos uint64) *Event {
	if e, ok := t.views[pos]; ok {
		return e
	}
	if i, ok := t.Index(pos); ok {
		return t.Events[i]
	}
	return new(Event)
}

// All returns the positions and events, as At returns them.
func (t Transcript) All() iter.Seq2[uint64, *Event] {
	return func(yield func(uint64, *Event) bool) {
		for i := range t.Events {
			pos := t.Pos(i)
			e, ok := t.views[pos]
			if !ok {
				e = t.Events[i]
			}
			if !yield(pos, e) {
				return
			}
		}
	}
}

// Tail returns the part of the transcript from position pos on.
func (t Transcript) Tail(pos uint64) Transcript {
	next := t.Next()
	i, _ := t.Index(pos)
	t.Events = slices.Clip(t.Events[i:])
	switch {
	case len(t.Events) == 0:
		t.From, t.Positions = next, nil
	case t.Positions == nil:
		t.From += uint64(i)
	default:
		t.Positions = slices.Clip(t.Positions[i:])
		t.From = t.Positions[0]
	}
	return t
}
