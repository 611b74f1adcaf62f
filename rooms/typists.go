package rooms

import (
	"context"
	"maps"
	"slices"
	"time"
)

const (
	// TypingEvery is how often a session whose person goes on writing says so.
	TypingEvery = 4 * time.Second

	typingLasts = TypingEvery * 3 / 2 // without news, nobody is writing any more
	maxTypists  = crowdSize
)

// typists are those who are writing in a room. The caller of its methods holds
// liveRoom.mu.
type typists struct {
	bySeat map[string]typist // by seat ID; at most maxTypists
}

type typist struct {
	seat  Seat
	since time.Time
	lapse *time.Timer
}

// add notes that somebody is writing, and reports whether that is news. If so, lapsed is
// called in a goroutine of its own, typingLasts after the last news of the typist.
func (t *typists) add(s Seat, lapsed func(seatID string)) bool {
	if known, ok := t.bySeat[s.ID]; ok {
		known.lapse.Reset(typingLasts)
		return false
	}
	if len(t.bySeat) >= maxTypists {
		return false
	}
	t.bySeat[s.ID] = typist{s, time.Now(), time.AfterFunc(typingLasts, func() { lapsed(s.ID) })}
	return true
}

// remove notes that somebody has stopped writing, and reports whether that is news.
func (t *typists) remove(seatID string) bool {
	known, ok := t.bySeat[seatID]
	if ok {
		known.lapse.Stop()
		delete(t.bySeat, seatID)
	}
	return ok
}

// clear removes all.
func (t *typists) clear() {
	for _, known := range t.bySeat {
		known.lapse.Stop()
	}
	clear(t.bySeat)
}

// except returns those of other identities, the longest writing first.
func (t *typists) except(identity string) []Seat {
	if len(t.bySeat) == 0 {
		return nil
	}
	var seats []Seat
	for _, known := range slices.SortedFunc(maps.Values(t.bySeat), func(a, b typist) int { return a.since.Compare(b.since) }) {
		if known.seat.Identity != identity {
			seats = append(seats, known.seat)
		}
	}
	return seats
}

// Typing tells the others in the room that this member is writing something. It
// does nothing if nobody else is there, if more than a few are, or so soon after
// the last time. Nobody depends on it: what fails is not sent again.
func (m *Member) Typing(ctx context.Context) error {
	l := m.room
	l.mu.Lock()
	ref, seat := l.state.Ref, m.seat
	skip := l.over || len(l.roster.seats) < 2 || l.roster.crowded() || time.Since(m.typed) < TypingEvery/2
	if !skip {
		m.typed = time.Now()
	}
	l.mu.Unlock()
	if skip || !l.hub.limits.allowTyping(seat) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return l.hub.store.Typing(ctx, ref, seat)
}

// startedTyping shows members who is writing. The caller holds mu.
func (l *liveRoom) startedTyping(s Seat) {
	if !l.roster.crowded() && l.typists.add(s, l.typingLapsed) {
		l.wakeSoon()
	}
}

// stoppedTyping is the opposite of startedTyping. The caller holds mu.
func (l *liveRoom) stoppedTyping(seatID string) {
	if l.typists.remove(seatID) {
		l.wakeSoon()
	}
}

// typingLapsed is stoppedTyping for a timer.
func (l *liveRoom) typingLapsed(seatID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stoppedTyping(seatID)
}
