package rooms

import (
	"slices"
	"time"
)

// transcript is what this process has of a room's messages, in the order of their
// numbers, and of the notices between them. The caller of its methods holds
// liveRoom.mu. The zero value has no journal: nobody has entered yet.
type transcript struct {
	journal *journal // nil before the first member has entered, and after the end
	seq     uint64   // number of the newest message in the journal, or missing behind it
	gaps    uint64   // how often messages turned out to be missing for good
	partial bool     // lacks what was said before the first member came, who reads nothing

	placements placements
	fates      map[string]fate // by ID, of burning messages that the store may have lost

	expired   []Event // messages that burned here and may not have in the store; bounded by the journal
	burns     uint64  // Pulse.Burns of the last beat
	burnsSeen uint64  // the Pulse.Burns that the journal reflects
}

// fate is what became of a message that burns.
type fate struct {
	deadline time.Time // zero: nobody has looked at it
	burnt    bool
}

// addResult is what adding a message to a transcript did.
type addResult uint8

const (
	addNothing    addResult = iota // the message is here already
	addAppended                    // it is the next one
	addAmended                     // it is here, and what became of it was not known
	addUnreadable                  // it is the next one, and cannot be shown
	addGap                         // messages before it are missing
	addConflict                    // the store's history is another than the transcript
)

// start begins the transcript of a room with the message after seq.
func (t *transcript) start(history int, seq uint64) {
	t.journal, t.seq = newJournal(history), seq
}

// restart drops what is here, to begin again with the message after seq.
func (t *transcript) restart(seq uint64) {
	t.journal, t.seq = t.journal.replaced(nil), seq
}

// drop forgets everything but the number of the newest message.
func (t *transcript) drop() { t.journal, t.expired, t.fates = nil, nil, nil }

// add adds a message if it is the next one.
func (t *transcript) add(e Event) addResult {
	if e.Kind != Unreadable && t.replayed(e) {
		e = Event{Kind: Unreadable, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time}
	}
	switch {
	case e.Seq > t.seq+1:
		return addGap
	case e.Kind == Unreadable:
		if e.Seq > t.seq {
			return addUnreadable
		}
		return addNothing
	case e.Seq <= t.seq:
		if t.contradicts(e) {
			return addConflict
		}
		if t.applyBurn(e) {
			return addAmended
		}
		return addNothing
	case t.moved(e):
		return addConflict
	}
	t.journal.append(t.withFate(e))
	t.seq = e.Seq
	t.placements.note(e)
	return addAppended
}

// note appends an event that is no message.
func (t *transcript) note(e Event) { t.journal.append(e) }

// skip notes that the next n messages are missing for good.
func (t *transcript) skip(n uint64, epoch string, now time.Time) {
	t.journal.append(Event{Kind: Missed, Epoch: epoch, Time: now, Seq: n})
	t.seq += n
	t.gaps++
}

// has reports whether the message is in the journal under its number.
func (t *transcript) has(e Event) bool {
	known, ok := t.journal.message(e.Seq)
	return ok && known.ID == e.ID
}

// contradicts reports whether another message has the number.
func (t *transcript) contradicts(e Event) bool {
	known, ok := t.journal.message(e.Seq)
	return ok && known.ID != e.ID
}

// moved reports whether the message was here under another number: the store had
// lost it, and another process has restored it.
func (t *transcript) moved(e Event) bool {
	known, ok := t.placements.find(e.ID)
	return ok && known.seq != e.Seq
}

// replayed reports whether the message was here under another number and no process
// has restored it since: somebody who can write to the store has copied or moved it.
// A process that restores a message seals anew which number it had.
func (t *transcript) replayed(e Event) bool {
	known, ok := t.placements.find(e.ID)
	return ok && known.seq != e.Seq && (e.Again == 0 || e.Again == known.again)
}

// withFate returns the message with what was known here before the store lost it:
// its deadline, and that it has burned.
func (t *transcript) withFate(e Event) Event {
	known, ok := t.fates[e.ID]
	switch {
	case !ok:
	case known.burnt:
		e.Burnt, e.Text = true, ""
	case e.Deadline.IsZero() && !e.Burnt:
		e.Deadline = known.deadline
	}
	return e
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
		if e.burning() || e.Burnt {
			t.fates[e.ID] = fate{e.Deadline, e.Burnt}
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
			events = append(events, t.withFate(e))
		}
		t.placements.note(e)
	}
	t.journal = t.journal.replaced(events)
	for _, e := range stored {
		t.applyBurn(e)
	}
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

// applyBurn applies what became of a message that burns: it was revealed, or is gone.
// It reports whether that is news.
func (t *transcript) applyBurn(e Event) bool {
	if e.Burn == 0 || t.journal == nil {
		return false
	}
	pos, known, ok := t.journal.findRestricted(e.ID)
	switch {
	case !ok || known.Burnt:
		return false
	case e.Burnt:
		known.Burnt, known.Text = true, ""
	case !e.Deadline.IsZero() && (known.Deadline.IsZero() || e.Deadline.Before(known.Deadline)):
		known.Deadline = e.Deadline
	default:
		return false
	}
	t.journal.amend(pos, known)
	return true
}

// expire burns the messages that are due, and reports whether there were any. The
// store may still have them: see expired.
func (t *transcript) expire(due func(Event) bool) bool {
	if t.journal == nil {
		return false
	}
	var expired []Event
	for _, e := range t.journal.restricted {
		if due(e) {
			e.Burnt, e.Text = true, ""
			expired = append(expired, e)
		}
	}
	for _, e := range expired {
		t.applyBurn(e)
	}
	t.expired = append(t.expired, expired...)
	return len(expired) > 0
}

// nextExpired returns a message that burned here, for the store to burn it, too.
func (t *transcript) nextExpired() (Event, bool) {
	if len(t.expired) == 0 {
		return Event{}, false
	}
	return t.expired[0], true
}

// removeExpired notes that the store has burned the message.
func (t *transcript) removeExpired(id string) {
	t.expired = slices.DeleteFunc(t.expired, func(e Event) bool { return e.ID == id })
}

// nextBurn returns how long it is until the next message burns, if less than limit.
func (t *transcript) nextBurn(limit time.Duration, until func(time.Time) time.Duration) time.Duration {
	if t.journal == nil {
		return limit
	}
	for _, e := range t.journal.restricted {
		if e.burning() {
			limit = min(limit, max(until(e.Deadline), 0))
		}
	}
	return limit
}

// held returns how many bytes the events take, roughly, with their texts or without.
func (t *transcript) held(texts bool) int64 {
	if t.journal == nil {
		return 0
	}
	n := int64(len(t.journal.events)) * eventCost
	if texts {
		n += t.journal.text
	}
	return n
}

// hidden returns the oldest message whose text the member has not revealed.
func (t *transcript) hidden(m *Member) (Event, bool) {
	var oldest Event
	if t.journal == nil {
		return Event{}, false
	}
	for pos, e := range t.journal.restricted {
		if pos < m.start {
			continue // said before what the member may see
		}
		view, _ := e.viewFor(m)
		if view.Burn > 0 && !e.Burnt && view.Text == "" && (oldest.Seq == 0 || e.Seq < oldest.Seq) {
			oldest = e
		}
	}
	return oldest, oldest.Seq > 0
}
