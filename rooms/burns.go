package rooms

import (
	"slices"
	"time"
)

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

// burningAt returns the message at a position if it burns, is not gone, and is somebody
// else's that the member may see.
func (t *transcript) burningAt(m *Member, pos uint64) (Event, bool) {
	if t.journal == nil || pos < m.start {
		return Event{}, false
	}
	e, ok := t.journal.restricted[pos]
	return e, ok && e.Burn > 0 && !e.Burnt && e.From.Identity != m.seat.Identity &&
		(e.To == nil || e.To.Identity == m.seat.Identity)
}
