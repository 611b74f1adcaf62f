package ui

import (
	"wick/rooms"
	"wick/sshapp/wording"
)

// unfolded is the longest run, of foldable events of one class in a row, whose
// events are drawn one by one. Of a longer run the last event is drawn, and above it
// one line for all the others. The whole run is drawn in the place of its last event:
// so what is drawn for an event changes only once, when another follows.
const unfolded = 2

// runOf returns the class in which an event may be folded. The event of a person
// under a name that somebody else had before is never folded: people must read that.
func runOf(e *rooms.Event) wording.RunKind {
	if e.From.Marked && wording.Doubtful(*e) {
		return wording.NoRun
	}
	return wording.RunOf(e.Kind)
}

// runAt is runOf for a position, which may be outside of the transcript.
func (t *transcript) runAt(pos uint64) wording.RunKind {
	i, ok := t.log.Index(pos)
	if !ok {
		return wording.NoRun
	}
	return runOf(t.log.Events[i])
}

// shared returns the event at a position of the transcript that all sessions share.
func (t *transcript) shared(pos uint64) *rooms.Event {
	i, _ := t.log.Index(pos)
	return t.log.Events[i]
}

// skipped reports whether nothing is drawn for the item: it is withheld, told by the row
// of a message, or folded into the last event of its run.
func (t *transcript) skipped(it item) bool {
	if it.note {
		return false
	}
	e := t.shared(it.id)
	switch e.Kind {
	case rooms.Withheld, rooms.Private:
		kind := t.log.At(it.id).Kind
		return kind == e.Kind || kind == rooms.Unsaid
	case rooms.Unsaid: // the row of the message says so
		return true
	}
	kind := runOf(e)
	if kind == wording.NoRun || t.runAt(it.id+1) != kind {
		return false
	}
	n := 2
	for pos := it.id; n <= unfolded && t.runAt(pos-1) == kind; pos-- {
		n++
	}
	for pos := it.id + 1; n <= unfolded && t.runAt(pos+1) == kind; pos++ {
		n++
	}
	return n > unfolded
}

// stampOf returns the stamp of an item that is not skipped. If the room drops events
// before the item, its stamp changes, and its rows are laid out again.
func (t *transcript) stampOf(it item) (st stamp) {
	if it.note {
		return st
	}
	if i, _ := t.whole.Index(it.id); i > 0 {
		st.before = t.whole.Pos(i - 1)
	}
	st.unsaid = t.log.At(it.id).Unsaid
	kind := t.runAt(it.id)
	if kind == wording.NoRun {
		return st
	}
	for pos := it.id; t.runAt(pos) == kind; pos-- {
		st.run++
	}
	if st.run <= unfolded {
		st.run = 0
	}
	return st
}

// layRun lays out the run that ends with the event at a position, of n events.
func (t *transcript) layRun(pos uint64, n int) []row {
	last, _ := t.log.Index(pos)
	sign, text := wording.Folded(t.log.Events[last-n+1 : last])
	e := t.log.At(pos)
	return append(t.layHappened(t.theme.own(sign)+" "+text, e.Time), t.laySystem(e)...)
}
