package rooms

import "slices"

// maxDeparted bounds the seats that a roster remembers after they were given up.
const maxDeparted = 512

// roster is who sits in a room, as this process knows it. The caller of its
// methods holds liveRoom.mu.
type roster struct {
	seats    []Seat // in the order of arrival; replaced, never changed, as readers hold it
	version  uint64
	mark     string // see Entry.Mark
	departed []Seat // those given up lately, ID and Rev alone: their old states bring nobody back
}

// rosterUpdate is what an event did to a roster.
type rosterUpdate uint8

const (
	rosterUnchanged rosterUpdate = iota // the event is old, or about a seat that is not shown
	rosterChanged
	rosterGap    // changes before the event are missing
	rosterBarred // the store seats somebody who was shown out
)

// apply applies a published change. kicked reports whether an identity was shown
// out.
func (r *roster) apply(e Event, kicked func(identity string) bool) rosterUpdate {
	if e.Roster <= r.version && (e.Roster < r.version || e.Mark == r.mark) {
		return rosterUnchanged
	}
	if e.Roster != r.version+1 || e.Before != r.mark {
		return rosterGap
	}
	r.version, r.mark = e.Roster, e.Mark
	i := slices.IndexFunc(r.seats, func(s Seat) bool { return s.ID == e.From.ID })
	var old Seat
	if i >= 0 {
		old = r.seats[i]
	}
	if e.Kind == Left {
		if i < 0 {
			return rosterUnchanged
		}
		r.depart(old)
		r.seats = slices.Delete(slices.Clone(r.seats), i, i+1)
		return rosterChanged
	}
	if kicked(e.From.Identity) {
		return rosterBarred
	}
	seat, ok := r.latest(e.From, old)
	if !ok || seat.Rev != e.From.Rev || i >= 0 && seat.Rev == old.Rev {
		return rosterUnchanged // published before, or again
	}
	next := slices.Clone(r.seats)
	if i >= 0 {
		next[i] = seat
	} else {
		next = append(next, seat)
	}
	r.seats = next
	return rosterChanged
}

// replace adopts the store's roster. It returns what changed, as events without epoch
// and time, and whether the store seats somebody who was kicked.
func (r *roster) replace(seats []Seat, version uint64, mark string, kicked func(identity string) bool) (changes []Event, barred bool) {
	old := make(map[string]Seat, len(r.seats))
	for _, s := range r.seats {
		old[s.ID] = s
	}
	latest := make(map[string]Seat, len(seats))
	for _, s := range seats {
		if kicked(s.Identity) {
			barred = true
		} else if s, ok := r.latest(s, old[s.ID]); ok {
			latest[s.ID] = s
		}
	}
	next := make([]Seat, 0, len(seats))
	for _, s := range r.seats { // whoever stays keeps their place in the order
		n, ok := latest[s.ID]
		if !ok {
			r.depart(s)
			changes = append(changes, Event{Kind: Left, From: s})
			continue
		}
		next = append(next, n)
		switch {
		case n.Alias != s.Alias:
			changes = append(changes, Event{Kind: Renamed, From: n, Was: s.Alias})
		case n.Away && !s.Away:
			changes = append(changes, Event{Kind: Away, From: n})
		case s.Away && !n.Away:
			changes = append(changes, Event{Kind: Back, From: n})
		}
	}
	for _, s := range seats {
		s, ok := latest[s.ID]
		if _, before := old[s.ID]; ok && !before {
			next = append(next, s)
			changes = append(changes, Event{Kind: Joined, From: s})
		}
	}
	r.seats, r.version, r.mark = next, version, mark
	return changes, barred
}

// latest returns the later of two states of a seat, the store's and the one known
// here, which is zero for none. It returns false if the store's is an old state of
// a seat that was given up: a failover lost that, or somebody put it back.
func (r *roster) latest(stored, old Seat) (Seat, bool) {
	if stored.Rev < old.Rev {
		return old, true
	}
	departed := func(d Seat) bool { return d.ID == stored.ID && stored.Rev <= d.Rev }
	if old.ID == "" && slices.ContainsFunc(r.departed, departed) {
		return Seat{}, false
	}
	return stored, true
}

func (r *roster) depart(s Seat) {
	if len(r.departed) >= maxDeparted {
		r.departed = slices.Delete(r.departed, 0, maxDeparted/4)
	}
	r.departed = append(r.departed, Seat{ID: s.ID, Rev: s.Rev})
}

// is reports whether the roster has this version and mark.
func (r *roster) is(version uint64, mark string) bool { return r.version == version && r.mark == mark }

// crowded reports whether so many sit here that not every change is worth a wake.
func (r *roster) crowded() bool { return len(r.seats) > crowdSize }

// replaceRoster adopts the store's roster, and tells the members what changed. The
// caller holds mu.
func (l *liveRoom) replaceRoster(seats []Seat, version uint64, mark string) {
	changes, barred := l.roster.replace(seats, version, mark, l.state.kicked)
	now := l.state.now()
	for _, e := range changes {
		e.Epoch, e.Time = l.state.Epoch, now
		l.notePresence(e)
	}
	if barred {
		l.state.mustAssert = true
	}
	l.syncSeats()
}

// applyPresence applies one change of the roster. It returns false if changes before it
// were missed, or the store has lost a kick. The caller holds mu.
func (l *liveRoom) applyPresence(e Event) bool {
	switch l.roster.apply(e, l.state.kicked) {
	case rosterGap:
		return false
	case rosterBarred:
		l.state.mustAssert = true
		return false
	case rosterUnchanged:
		return true
	}
	switch e.Kind {
	case Renamed:
		l.syncSeats()
	case Away:
		l.syncSeats()
		l.stoppedTyping(e.From.ID)
	case Left:
		l.stoppedTyping(e.From.ID)
	}
	l.notePresence(e)
	return true
}

// notePresence adds a change of the roster to the transcript, unless it is about
// somebody who says something and goes: what they say is enough. The caller holds mu.
func (l *liveRoom) notePresence(e Event) {
	if !e.From.Writer {
		l.transcript.note(e)
	}
}

// syncSeats gives the members here the aliases of the roster: the reply to a change
// may have been lost. It ends the stay of those whose seat was passed on. The caller
// holds mu.
func (l *liveRoom) syncSeats() {
	own := make(map[string]*Member, len(l.members))
	for m := range l.members {
		if m.end == nil { // otherwise somebody may have taken the seat over
			own[m.seat.ID] = m
		}
	}
	for _, s := range l.roster.seats {
		m := own[s.ID]
		if m != nil && s.Rev > m.seat.Rev && s.Node != l.hub.node {
			l.endStay(m, End{Reason: TakenOver})
		} else if m != nil && s.Rev >= m.seat.Rev && (s.Alias != m.seat.Alias || s.Marked != m.seat.Marked) {
			m.seat.Alias, m.seat.Marked, m.seat.Rev = s.Alias, s.Marked, s.Rev
			m.wake()
		}
	}
}

// compareSeats returns the seats of this process in which nobody sits, because the
// reply to an entry was lost, and its members without a seat, whose lease ran out
// while this process stood still. The caller holds mu.
func (l *liveRoom) compareSeats() (orphans []Seat, unseated []*Member) {
	seated := make(map[string]bool, len(l.roster.seats))
	for _, s := range l.roster.seats {
		seated[s.ID] = true
	}
	held := make(map[string]bool, len(l.members))
	for m := range l.members {
		held[m.seat.ID] = true
		if m.end == nil && !seated[m.seat.ID] {
			unseated = append(unseated, m)
		}
	}
	for _, s := range l.roster.seats {
		if s.Node == l.hub.node && !held[s.ID] && l.entering[s.Identity] == 0 {
			orphans = append(orphans, s)
		}
	}
	return orphans, unseated
}
