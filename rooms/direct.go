package rooms

import "context"

// Direct messages are numbered, sealed and wiped like others. But a process hands
// them only to the two people that they are from and to. Everybody else finds
// Withheld in their place, which tells nothing but that there is something.

// restricted reports whether the event is hidden from some members.
func (e Event) restricted() bool {
	switch e.Kind {
	case Message:
		return e.To != nil || e.Burn > 0
	case Looked, Unsaid:
		return e.To != nil
	}
	return false
}

// redacted returns what every member may see of the event.
func (e Event) redacted() Event {
	switch {
	case !e.restricted():
	case e.Kind != Message:
		e = Event{Kind: Private, Epoch: e.Epoch, Time: e.Time}
	case e.To != nil:
		e = Event{Kind: Withheld, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time, ID: e.ID}
	default:
		e.Text, e.Looks = "", nil
	}
	return e
}

// viewFor returns what the member sees of a restricted event, and whether that
// differs from the redacted one.
func (e Event) viewFor(m *Member) (view Event, differs bool) {
	sender := e.From.Identity == m.seat.Identity && e.Kind != Looked
	e.Looks = nil
	switch {
	case e.To != nil && e.To.Identity != m.seat.Identity && !sender:
		return Event{}, false
	case e.Burn > 0 && !sender && !m.revealed[e.ID]:
		e.Text = ""
		return e, e.To != nil
	}
	return e, true
}

// viewsFor returns, by position, the events that the member sees otherwise than
// redacted. The map is never changed once returned.
func (t *transcript) viewsFor(m *Member) map[uint64]*Event {
	j := t.journal
	if len(j.restricted) == 0 {
		m.views = nil
		return nil
	}
	if m.viewsRevision == j.revision {
		return m.views
	}
	m.views, m.viewsRevision = nil, j.revision
	for pos, e := range j.restricted {
		if view, differs := e.viewFor(m); differs {
			if m.views == nil {
				m.views = map[uint64]*Event{}
			}
			m.views[pos] = &view
		}
		if e.gone() {
			delete(m.revealed, e.ID)
		}
	}
	return m.views
}

// Tell says something to one person in the room alone, by alias or key tag: to
// all their sessions, and to this member's. It returns ErrNobody, ErrAmbiguous,
// ErrYourself, and the errors of Post.
func (m *Member) Tell(ctx context.Context, name, text string) error {
	if name == "" {
		return ErrNobody // and not everybody
	}
	return m.Say(ctx, text, Saying{To: name})
}
