package rooms

import "time"

// transcript is what this process has of a room's messages, in the order of their
// numbers, and of the notices between them. The caller of its methods holds
// liveRoom.mu. The zero value has no journal: nobody has entered yet.
type transcript struct {
	journal *journal // nil before the first member has entered, and after the end
	seq     uint64   // number of the newest message, in the journal or missing for good
	gaps    uint64   // how often messages turned out to be missing for good
	partial bool     // without earlier messages, as the first member reads nothing

	placements placements
	fates      map[string]fate // by ID, of messages that the store may have lost

	toWipe    []Event // messages that are gone here, and that the store may still have; bounded by the journal
	burns     uint64  // Pulse.Burns of the last beat
	burnsSeen uint64  // the Pulse.Burns that the journal reflects
	doubtful  bool    // the store may have lost what became of messages
}

// addResult is what adding a message to a transcript did.
type addResult uint8

const (
	addNothing    addResult = iota // the message is here already
	addAppended                    // it is the next one
	addAmended                     // it is here, and what became of it was not known
	addUnreadable                  // it is the next one, and cannot be shown
	addGap                         // messages before it are missing
	addConflict                    // the store's history contradicts the transcript
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
func (t *transcript) drop() { t.journal, t.toWipe, t.fates = nil, nil, nil }

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
		if t.applyFate(e) {
			return addAmended
		}
		return addNothing
	case t.moved(e):
		return addConflict
	}
	t.seq = e.Seq
	t.placements.note(e)
	for _, e := range withLooks(t.withFate(e)) {
		t.journal.append(e)
	}
	return addAppended
}

// note appends an event that is not a message.
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
// A process that restores a message seals anew which number it had. What has no number
// is not a message, see Store.Unsay.
func (t *transcript) replayed(e Event) bool {
	known, ok := t.placements.find(e.ID)
	return ok && known.seq != e.Seq && (e.Again == 0 || e.Again == known.again) && e.Seq != 0
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
