package rooms

import (
	"slices"
	"time"
)

// fate is what became of a message that burns.
type fate struct {
	deadline time.Time // zero: nobody has looked at it
	burnt    bool
	looks    []Look
}

// withFate returns the message with what was known here before the store lost it: that
// it was taken back, its deadline, that it has burned, and who looked at it.
func (t *transcript) withFate(e Event) Event {
	known, ok := t.fates[e.ID]
	switch {
	case e.Unsaid:
	case t.placements.isUnsaid(e.ID):
		e = e.unsaid(time.Time{})
	case !ok:
	case known.burnt:
		e.Burnt, e.Text = true, ""
	case !e.Burnt && (e.Deadline.IsZero() || known.deadline.Before(e.Deadline)):
		e.Deadline = known.deadline
	}
	return e.looked(known.looks...)
}

// storeHistory is a room's history as the store returned it.
type storeHistory struct {
	events         []Event
	oldest, newest uint64          // numbers; oldest is newest+1 if the store has none
	ids            map[string]bool // of events
}

// newStoreHistory takes newest as the number of the newest message if there are no
// events.
func newStoreHistory(events []Event, newest uint64) storeHistory {
	h := storeHistory{events: events, oldest: newest + 1, newest: newest, ids: make(map[string]bool, len(events))}
	if len(events) > 0 {
		h.oldest, h.newest = events[0].Seq, events[len(events)-1].Seq
	}
	for _, e := range events {
		h.ids[e.ID] = true
	}
	return h
}

// adopt makes the store's history the room's, from the first message on that differs.
// It returns the events that were here from there on.
func (t *transcript) adopt(h storeHistory) (replaced []Event) {
	// What cannot be read contradicts nothing: only another message does, or none.
	stored := slices.DeleteFunc(slices.Clone(h.events), func(e Event) bool { return e.Kind == Unreadable || t.replayed(e) })
	old := t.journal.full()
	t.fates = map[string]fate{}
	for _, e := range old {
		if e.Kind == Message && e.Burn > 0 && (e.burning() || e.Burnt || e.Looks != nil) {
			t.fates[e.ID] = fate{e.Deadline, e.Burnt, e.looks()}
		}
	}
	kept := old[:commonPrefix(old, stored, h.oldest, h.newest)]
	keptIDs := map[string]bool{}
	t.seq = 0
	for _, e := range kept {
		switch e.Kind {
		case Message:
			t.seq = e.Seq
			keptIDs[e.ID] = true
		case Missed:
			t.seq += e.Seq
		}
	}
	events := slices.Clone(kept)
	for _, e := range stored {
		if e.Seq <= t.seq {
			continue
		}
		if e.Seq > t.seq+1 && t.seq > 0 {
			events = append(events, Event{Kind: Missed, Epoch: e.Epoch, Time: e.Time, Seq: e.Seq - 1 - t.seq})
			t.gaps++
		}
		if t.seq = e.Seq; !keptIDs[e.ID] {
			events = append(events, withLooks(t.withFate(e))...)
		}
		t.placements.note(e)
	}
	t.journal = t.journal.replaced(events)
	for _, e := range stored {
		t.applyFate(e)
	}
	t.compare(stored)
	return old[len(kept):]
}

// commonPrefix returns how many of the old events the stored messages do not
// contradict. Messages older than the oldest stored one cannot be compared, and were
// there long before. No message and no gap reaches beyond the newest stored one.
func commonPrefix(old, stored []Event, oldest, newest uint64) int {
	ids := map[uint64]string{}
	for _, e := range stored {
		ids[e.Seq] = e.ID
	}
	seq := uint64(0)
	for i, e := range old {
		switch e.Kind {
		case Message:
			if id, ok := ids[e.Seq]; e.Seq >= oldest && (e.Seq > newest || ok && id != e.ID) {
				return i
			}
			seq = e.Seq
		case Missed:
			if seq += e.Seq; seq > newest {
				return i
			}
		}
	}
	return len(old)
}
