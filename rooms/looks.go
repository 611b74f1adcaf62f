package rooms

import "slices"

// The sender of a message that burns learns who looked at it. The store keeps that with
// the message, so that a sender who comes back learns it as well, on any server. In a
// transcript, each look is an event behind the message, or where it was heard of; all
// but the sender find Private in its place.

// looks returns who looked at a message.
func (e Event) looks() []Look {
	if e.Looks == nil {
		return nil
	}
	return *e.Looks
}

// lookedAt reports whether somebody looked at the message.
func (e Event) lookedAt(identity string) bool {
	return slices.ContainsFunc(e.looks(), func(l Look) bool { return l.By.Identity == identity })
}

// looked returns the message with more looks. It leaves out those that are known, that
// of the sender, and those beyond MaxLooks.
func (e Event) looked(more ...Look) Event {
	all := e.looks()
	for _, l := range more {
		if len(all) < MaxLooks && l.By.Identity != e.From.Identity && !e.lookedAt(l.By.Identity) {
			all = append(slices.Clip(all), l)
			e.Looks = &all
		}
	}
	return e
}

// lookEvent returns the event of a look at a message.
func (e Event) lookEvent(l Look) Event {
	return Event{Kind: Looked, Epoch: e.Epoch, Seq: e.Seq, Time: l.Time, From: l.By, Said: e.Time,
		To: &Seat{Identity: e.From.Identity, Alias: e.From.Alias}}
}

// withLooks returns the message, and behind it an event for each look.
func withLooks(e Event) []Event {
	events := []Event{e}
	for _, l := range e.looks() {
		events = append(events, e.lookEvent(l))
	}
	return events
}

// addLooks adds looks at the message with the ID, and reports whether any is news.
func (t *transcript) addLooks(id string, more ...Look) bool {
	if len(more) == 0 || t.journal == nil {
		return false
	}
	pos, before, ok := t.journal.findRestricted(id)
	if !ok {
		return false
	}
	e := before.looked(more...)
	news := e.looks()[len(before.looks()):]
	if len(news) == 0 {
		return false
	}
	t.journal.amend(pos, e)
	for _, l := range news {
		t.journal.append(e.lookEvent(l))
	}
	return true
}

// applyLook applies a Looked event. The caller holds mu.
func (l *liveRoom) applyLook(e Event) {
	if e.ID != "" && l.transcript.addLooks(e.ID, Look{e.From, e.Time}) {
		l.wake()
	}
}
