package rooms

import (
	"context"
	"maps"
	"slices"
	"time"
)

const (
	// TypingEvery is how often a session whose person goes on writing tells others.
	TypingEvery = 4 * time.Second

	typingLasts = TypingEvery * 3 / 2 // without news, nobody is writing any more
	maxTypists  = crowd
)

// typist is somebody who is writing.
type typist struct {
	seat  Seat
	since time.Time
	over  *time.Timer // drops it, unless it is renewed
}

// Typing tells the others in the room that this member is writing something. It
// does nothing where nobody else is there, where more than a few are, or so soon
// after the last time. Nobody depends on it: what fails is not told again.
func (m *Member) Typing(ctx context.Context) error {
	l := m.live
	l.mu.Lock()
	ref, seat := l.room.Ref, m.seat
	idle := l.over || len(l.roster) < 2 || len(l.roster) > crowd || time.Since(m.typed) < TypingEvery/2
	if !idle {
		m.typed = time.Now()
	}
	l.mu.Unlock()
	if idle || !l.hub.pace.typing(seat) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	return l.hub.store.Typing(ctx, ref, seat)
}

// types notes, under mu, who is writing: shown once, then only renewed.
func (l *live) types(e Event) {
	id := e.From.ID
	if t, again := l.typists[id]; again {
		t.over.Reset(typingLasts)
		return
	}
	if len(l.typists) == maxTypists || len(l.roster) > crowd {
		return
	}
	l.typists[id] = typist{e.From, time.Now(), time.AfterFunc(typingLasts, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.stopped(id)
	})}
	l.whisper()
}

// stopped forgets, under mu, that somebody was writing.
func (l *live) stopped(id string) {
	if t, there := l.typists[id]; there {
		t.over.Stop()
		delete(l.typists, id)
		l.whisper()
	}
}

// whisper wakes the members for who is writing: a little later, together with
// other such news.
func (l *live) whisper() {
	if l.murmur == nil && !l.over {
		l.murmur = time.AfterFunc(stirGap, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.murmur = nil
			l.wake()
		})
	}
}

// quiet ends, under mu, what runs for who is writing.
func (l *live) quiet() {
	for _, t := range l.typists {
		t.over.Stop()
	}
	clear(l.typists)
	if l.murmur != nil {
		l.murmur.Stop()
	}
}

// typing are those who are writing beside the member.
func (l *live) typing(m *Member) []Seat {
	var all []Seat
	for _, t := range slices.SortedFunc(maps.Values(l.typists), func(a, b typist) int { return a.since.Compare(b.since) }) {
		if t.seat.Identity != m.seat.Identity {
			all = append(all, t.seat)
		}
	}
	return all
}
