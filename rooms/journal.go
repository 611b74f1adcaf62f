package rooms

import (
	"math"
	"slices"
)

const (
	noticeCap = 200 // notices that a journal keeps beside its messages
	minSlack  = 50  // events of a class beyond that before the oldest are dropped; or a quarter, if more
)

// eventClass is a kind of events with a bound of its own. Dropping the oldest of one
// class drops none of another: whoever comes and goes, or takes one name after the
// other, pushes out no message.
type eventClass uint8

const (
	classMessage eventClass = iota // what the store keeps: Room.History of them
	classGap                       // Missed: they go with the messages around them
	classNotice                    // everything else
	classCount
)

func (e Event) class() eventClass {
	switch e.Kind {
	case Message, Withheld:
		return classMessage
	case Missed:
		return classGap
	default:
		return classNotice
	}
}

// messageCount returns how many messages the event stands for.
func (e Event) messageCount() uint64 {
	switch e.class() {
	case classMessage:
		return 1
	case classGap:
		return e.Seq
	default:
		return 0
	}
}

// journal holds the newest events of a room by position. Events are appended and
// never changed, so that readers hold slices of it without a copy. Of each class it
// keeps at least keep, and at most minSlack or a quarter more. Events that some
// members may not see are kept aside, and readers share only their redacted form.
type journal struct {
	events    []*Event
	positions []uint64 // of events
	next      uint64   // position of the next event

	held [classCount]int
	keep [classCount]int
	text int64 // bytes of text in events and restricted

	total   uint64 // messages ever appended or missed
	dropped uint64 // of those, the oldest, which are not here any more

	restricted map[uint64]Event // in full, by position
	revision   uint64           // of restricted; never the same again
}

func newJournal(history int) *journal {
	keep := [classCount]int{classMessage: history, classGap: history, classNotice: noticeCap}
	return &journal{next: 1, keep: keep, restricted: map[uint64]Event{}}
}

func (j *journal) append(e Event) {
	c := e.class()
	if j.held[c]-j.keep[c] >= max(j.keep[c]/4, minSlack) {
		j.compact()
	}
	if e.restricted() {
		j.restricted[j.next] = e
		j.revision++
	}
	j.events = append(j.events, new(e.redacted()))
	j.positions = append(j.positions, j.next)
	j.next++
	j.held[c]++
	j.text += int64(len(e.Text))
	j.total += e.messageCount()
}

// compact drops the oldest events of each class beyond its bound. It makes new
// arrays, so that readers keep what they hold and dropped events are freed.
func (j *journal) compact() {
	var excess [classCount]int
	for c := range excess {
		excess[c] = max(j.held[c]-j.keep[c], 0)
	}
	events, positions := make([]*Event, 0, len(j.events)), make([]uint64, 0, len(j.events))
	leading := j.dropped > 0 || excess[classMessage] > 0 // no message before this one is kept
	for i, e := range j.events {
		c, pos := e.class(), j.positions[i]
		// A gap among messages that were dropped is of no interest.
		if excess[c] > 0 || c == classGap && leading {
			excess[c]--
			j.held[c]--
			j.dropped += e.messageCount()
			text := e.Text
			if full, ok := j.restricted[pos]; ok {
				text = full.Text
				delete(j.restricted, pos)
				j.revision++
			}
			j.text -= int64(len(text))
			continue
		}
		leading = leading && c != classMessage
		events, positions = append(events, e), append(positions, pos)
	}
	j.events, j.positions = events, positions
}

// amend replaces an event by another one that is as restricted. Readers keep what they
// hold.
func (j *journal) amend(pos uint64, e Event) {
	i := j.index(pos)
	before := j.events[i].Text
	if e.restricted() {
		before = j.restricted[pos].Text
		j.restricted[pos] = e
		j.revision++
	}
	j.text += int64(len(e.Text) - len(before))
	j.events = slices.Clone(j.events)
	j.events[i] = new(e.redacted())
}

// index returns the index of the first event at the position or after it.
func (j *journal) index(pos uint64) int {
	i, _ := slices.BinarySearch(j.positions, pos)
	return i
}

// find returns the message with the ID, in full.
func (j *journal) find(id string) (pos uint64, e Event, ok bool) {
	if pos, e, ok := j.findRestricted(id); ok {
		return pos, e, true
	}
	for i, e := range slices.Backward(j.events) {
		if e.Kind == Message && e.ID == id {
			return j.positions[i], *e, true
		}
	}
	return 0, Event{}, false
}

// findRestricted returns the restricted message with the ID.
func (j *journal) findRestricted(id string) (pos uint64, e Event, ok bool) {
	for pos, e := range j.restricted {
		if e.ID == id {
			return pos, e, true
		}
	}
	return 0, Event{}, false
}

// full returns a copy of all events, none of them redacted.
func (j *journal) full() []Event {
	events := make([]Event, len(j.events))
	for i, e := range j.events {
		events[i] = *e
	}
	for pos, e := range j.restricted {
		events[j.index(pos)] = e
	}
	return events
}

// since returns the events from the position on.
func (j *journal) since(pos uint64) Transcript {
	t := Transcript{From: j.next}
	if i := j.index(pos); i < len(j.events) {
		t.From, t.Events, t.Positions = j.positions[i], slices.Clip(j.events[i:]), slices.Clip(j.positions[i:])
	}
	return t
}

// after returns the position from which on the journal has the messages numbered
// higher than seq, and how many those are, without a gap before them.
func (j *journal) after(seq uint64) (pos, n uint64) {
	following := uint64(math.MaxUint64) // number of the message after the event
	for i, e := range slices.Backward(j.events) {
		switch {
		case e.class() == classMessage && e.Seq <= seq, e.class() == classGap && following-1 <= seq:
			return j.positions[i] + 1, n
		case e.class() == classMessage:
			following = e.Seq
		}
		n += e.messageCount()
	}
	return 0, n
}

// message returns the redacted message with the number, if the journal still has it.
func (j *journal) message(seq uint64) (Event, bool) {
	for _, e := range slices.Backward(j.events) {
		if e.class() == classMessage && e.Seq <= seq {
			return *e, e.Seq == seq
		}
	}
	return Event{}, false
}

// hasFile reports whether the journal tells of the same file that it was put, or removed.
func (j *journal) hasFile(e Event) bool {
	for _, known := range slices.Backward(j.events) {
		if known.Kind == e.Kind && known.File != nil && e.File != nil && known.File.Blob == e.File.Blob {
			return true
		}
	}
	return false
}

// replaced returns a journal of other events at the positions after this one's:
// readers take all of it for new. Its messages take the places of those that were
// here, so whoever has read these has missed none of them.
func (j *journal) replaced(events []Event) *journal {
	r := &journal{next: j.next, keep: j.keep, total: j.dropped, dropped: j.dropped, restricted: map[uint64]Event{}, revision: j.revision + 1}
	for _, e := range events {
		r.append(e)
	}
	return r
}
