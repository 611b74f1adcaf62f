package rooms

import "context"

// Direct words are messages like others: they have their number in the one
// order, and are sealed and wiped as others are. But a process hands them to
// those alone that they are from and to. Everybody else finds Withheld in their
// place, which tells nothing but that there is something.

// guarded tells whether not every member sees the event.
func (e Event) guarded() bool { return e.Kind == Message && (e.To != nil || e.Burn > 0) }

// public is what every member may see of the event.
func (e Event) public() Event {
	switch {
	case !e.guarded():
	case e.To != nil:
		e = Event{Kind: Withheld, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time, ID: e.ID}
	default:
		e.Text = ""
	}
	return e
}

// seenBy is what the member sees of an event that stands apart, and whether that
// is another thing than what every member does.
func (e Event) seenBy(m *Member) (Event, bool) {
	mine := e.From.Identity == m.seat.Identity
	switch {
	case e.To != nil && e.To.Identity != m.seat.Identity && !mine:
		return Event{}, false
	case e.Burn > 0 && !mine && !m.revealed[e.ID]:
		e.Text = ""
		return e, e.To != nil
	}
	return e, true
}

// own is what the member sees otherwise than the room's transcript has it, by
// position. Never changed once answered.
func (l *live) own(m *Member) map[uint64]Event {
	if len(l.journal.apart) == 0 {
		m.own = nil
		return nil
	}
	if m.ownOf == l.journal.changes {
		return m.own
	}
	m.own, m.ownOf = nil, l.journal.changes
	for pos, e := range l.journal.apart {
		if seen, other := e.seenBy(m); other {
			if m.own == nil {
				m.own = map[uint64]Event{}
			}
			m.own[pos] = seen
		}
		if e.Burnt {
			delete(m.revealed, e.ID)
		}
	}
	return m.own
}

// Tell says something to one person in the room alone, by alias or key tag: to
// every session of theirs, and to this member's. It answers ErrNobody,
// ErrAmbiguous, ErrYourself, and what Post answers.
func (m *Member) Tell(ctx context.Context, name, text string) error {
	to, err := m.live.find(name, false)
	if err != nil {
		return err
	}
	if _, you := m.live.place(m); to.Identity == you.Identity {
		return ErrYourself
	}
	return m.say(ctx, Words{Text: text, To: to.Identity, ToAlias: to.Alias})
}
