package rooms

import (
	"slices"
	"time"
)

// Where more than crowd sit in a room, nobody is woken for everyone who comes
// and goes: if a thousand enter, that is half a million wakes.
const (
	crowd   = 32
	stirGap = 250 * time.Millisecond // between two wakes for the roster alone
)

// stir tells every member that somebody came or went; in a crowd a little
// later, together with others.
func (l *live) stir() {
	if len(l.members) <= crowd {
		l.wake()
		return
	}
	if l.stirred == nil {
		l.stirred = time.AfterFunc(stirGap, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.stirred = nil
			l.wake()
		})
	}
}

// replaceRoster adopts the store's roster, and tells what changed. The caller
// holds mu.
func (l *live) replaceRoster(roster []Seat, version uint64, mark string) {
	now := l.now()
	was := make(map[string]Seat, len(l.roster))
	for _, s := range l.roster {
		was[s.ID] = s
	}
	next := make([]Seat, 0, len(roster))
	is := make(map[string]Seat, len(roster))
	for _, s := range roster {
		if s, ok := l.admissible(s, was[s.ID]); ok {
			is[s.ID] = s
		}
	}
	for _, s := range l.roster { // whoever stays keeps their place in the order
		n, ok := is[s.ID]
		if !ok {
			l.depart(s)
			l.journal.append(Event{Kind: Left, Epoch: l.room.Epoch, Time: now, From: s})
			continue
		}
		next = append(next, n)
		switch {
		case n.Alias != s.Alias:
			l.journal.append(Event{Kind: Renamed, Epoch: l.room.Epoch, Time: now, From: n, Was: s.Alias})
		case n.Away && !s.Away:
			l.journal.append(Event{Kind: Away, Epoch: l.room.Epoch, Time: now, From: n})
		case s.Away && !n.Away:
			l.journal.append(Event{Kind: Back, Epoch: l.room.Epoch, Time: now, From: n})
		}
	}
	for _, s := range roster {
		s, ok := is[s.ID]
		if _, before := was[s.ID]; ok && !before {
			next = append(next, s)
			l.journal.append(Event{Kind: Joined, Epoch: l.room.Epoch, Time: now, From: s})
		}
	}
	l.roster, l.version, l.mark = next, version, mark
	l.nameOwn()
}

// admissible returns the state of a seat to show, given the one that the store
// has and the one that was known: the later one. It returns false for somebody
// who was shown out, and for an old state of somebody who has left: it is in the
// store again because a failover lost that, or somebody put it back.
func (l *live) admissible(s, was Seat) (Seat, bool) {
	if _, kicked := l.kicks[s.Identity]; kicked {
		l.loose = true
		return Seat{}, false
	}
	if s.Rev < was.Rev {
		return was, true
	}
	if was.ID == "" && slices.ContainsFunc(l.departed, func(d Seat) bool { return d.ID == s.ID && s.Rev <= d.Rev }) {
		return Seat{}, false
	}
	return s, true
}

// maxDeparted bounds whose old states are told from new ones.
const maxDeparted = 512

// depart notes that a seat was given up. The caller holds mu.
func (l *live) depart(s Seat) {
	if len(l.departed) >= maxDeparted {
		l.departed = slices.Delete(l.departed, 0, maxDeparted/4)
	}
	l.departed = append(l.departed, Seat{ID: s.ID, Rev: s.Rev})
}

// nameOwn gives the members here the aliases of the roster: the answer to a
// change may have been lost. The caller holds mu.
func (l *live) nameOwn() {
	own := make(map[string]*Member, len(l.members))
	for m := range l.members {
		own[m.seat.ID] = m
	}
	for _, s := range l.roster {
		if m := own[s.ID]; m != nil && s.Rev >= m.seat.Rev && (s.Alias != m.seat.Alias || s.Marked != m.seat.Marked) {
			m.seat.Alias, m.seat.Marked, m.seat.Rev = s.Alias, s.Marked, s.Rev
			m.wake()
		}
	}
}

// setPresence applies one change of the roster. It returns false if changes
// before it were missed.
func (l *live) setPresence(e Event) bool {
	if e.Roster <= l.version && (e.Roster < l.version || e.Mark == l.mark) {
		return true
	}
	if e.Roster != l.version+1 || e.Before != l.mark {
		return false
	}
	l.version, l.mark = e.Roster, e.Mark
	at := slices.IndexFunc(l.roster, func(s Seat) bool { return s.ID == e.From.ID })
	var was Seat
	if at >= 0 {
		was = l.roster[at]
	}
	if e.Kind == Left {
		if at < 0 {
			return true // it was not shown
		}
		l.depart(was)
		l.roster = slices.Delete(slices.Clone(l.roster), at, at+1)
	} else {
		s, ok := l.admissible(e.From, was)
		if !ok || s.Rev != e.From.Rev {
			return !l.loose
		}
		if at >= 0 && s.Rev == was.Rev {
			return true // it is known: somebody has published it again
		}
		next := slices.Clone(l.roster)
		if at >= 0 {
			next[at] = s
		} else {
			next = append(next, s)
		}
		l.roster = next
		if e.Kind == Renamed {
			l.nameOwn()
		}
	}
	if e.Kind == Left || e.Kind == Away {
		l.stopped(e.From.ID)
	}
	l.journal.append(e)
	return true
}
