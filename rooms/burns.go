package rooms

import (
	"slices"
	"time"
)

// applyFate applies what became of a message: it was taken back, revealed or looked at,
// or has burned. It reports whether that is news.
func (t *transcript) applyFate(e Event) bool {
	if t.journal == nil || e.ID == "" {
		return false
	}
	if e.Unsaid {
		return t.applyUnsaid(e)
	}
	burns := t.applyBurn(e)
	return t.addLooks(e.ID, e.looks()...) || burns
}

// applyBurn is applyFate for messages that burn.
func (t *transcript) applyBurn(e Event) bool {
	if e.Burn == 0 {
		return false
	}
	pos, known, ok := t.journal.findRestricted(e.ID)
	switch {
	case !ok || known.gone():
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
// store may still have them: see toWipe.
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
	t.toWipe = append(t.toWipe, expired...)
	return len(expired) > 0
}

// compare notes the messages of the store's history that are gone here, for the store
// to wipe them, too: it failed over to a replica that lags, or somebody put them back.
func (t *transcript) compare(stored []Event) {
	if t.journal == nil {
		return
	}
	for _, e := range stored {
		if e.Kind != Message || e.gone() || slices.ContainsFunc(t.toWipe, func(w Event) bool { return w.ID == e.ID }) {
			continue
		}
		e = t.withFate(e)
		if e.Burn > 0 && !e.gone() {
			_, known, ok := t.journal.findRestricted(e.ID)
			e.Burnt = ok && known.Burnt
		}
		if e.gone() {
			e.Text = ""
			t.toWipe = append(t.toWipe, e)
		}
	}
}

// hasGone reports whether a text is gone here that the store may have again.
func (t *transcript) hasGone() bool {
	if t.journal == nil {
		return false
	}
	for _, e := range t.journal.restricted {
		if e.gone() {
			return true
		}
	}
	return t.placements.taken > 0
}

// nextToWipe returns a message that is gone here, for the store to wipe it, too.
func (t *transcript) nextToWipe() (Event, bool) {
	if len(t.toWipe) == 0 {
		return Event{}, false
	}
	return t.toWipe[0], true
}

// wiped notes that the store has no text of the message any more.
func (t *transcript) wiped(id string) {
	t.toWipe = slices.DeleteFunc(t.toWipe, func(e Event) bool { return e.ID == id })
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

// burningAt returns the message at a position if it burns, is not gone, and is somebody
// else's that the member may see.
func (t *transcript) burningAt(m *Member, pos uint64) (Event, bool) {
	if t.journal == nil || pos < m.start {
		return Event{}, false
	}
	e, ok := t.journal.restricted[pos]
	return e, ok && e.Burn > 0 && !e.gone() && e.From.Identity != m.seat.Identity &&
		(e.To == nil || e.To.Identity == m.seat.Identity)
}
