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

// setRoster replaces the roster by a newer one, and tells what changed.
func (l *live) setRoster(roster []Seat, version uint64) {
	if version > l.version {
		l.replaceRoster(roster, version)
	}
}

func (l *live) replaceRoster(roster []Seat, version uint64) {
	now := time.Now()
	was := make(map[string]Seat, len(l.roster))
	for _, s := range l.roster {
		was[s.ID] = s
	}
	next := make([]Seat, 0, len(roster))
	is := make(map[string]Seat, len(roster))
	for _, s := range roster {
		is[s.ID] = s
	}
	for _, s := range l.roster { // whoever stays keeps their place in the order
		if n, ok := is[s.ID]; ok {
			next = append(next, n)
			switch {
			case n.Alias != s.Alias:
				l.journal.append(Event{Kind: Renamed, Epoch: l.room.Epoch, Time: now, From: n, Was: s.Alias})
			case n.Away && !s.Away:
				l.journal.append(Event{Kind: Away, Epoch: l.room.Epoch, Time: now, From: n})
			case s.Away && !n.Away:
				l.journal.append(Event{Kind: Back, Epoch: l.room.Epoch, Time: now, From: n})
			}
		} else {
			l.journal.append(Event{Kind: Left, Epoch: l.room.Epoch, Time: now, From: s})
		}
	}
	for _, s := range roster {
		if _, ok := was[s.ID]; !ok {
			next = append(next, s)
			l.journal.append(Event{Kind: Joined, Epoch: l.room.Epoch, Time: now, From: s})
		}
	}
	l.roster, l.version = next, version
}

// setPresence applies one change of the roster. It answers false where changes
// before it were missed.
func (l *live) setPresence(e Event) bool {
	if e.Roster <= l.version {
		return true
	}
	if e.Roster != l.version+1 {
		return false
	}
	next := slices.Clone(l.roster)
	at := slices.IndexFunc(next, func(s Seat) bool { return s.ID == e.From.ID })
	switch {
	case e.Kind == Left && at >= 0:
		next = slices.Delete(next, at, at+1)
	case e.Kind != Left && at >= 0:
		next[at] = e.From
	case e.Kind != Left:
		next = append(next, e.From)
	}
	l.roster, l.version = next, e.Roster
	if e.Kind == Left || e.Kind == Away {
		l.stopped(e.From.ID)
	}
	l.journal.append(e)
	return true
}
