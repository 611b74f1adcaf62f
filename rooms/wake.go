package rooms

import (
	"slices"
	"time"
)

// If more than crowdSize sit in a room, its members are not woken for everybody
// who comes and goes: if a thousand enter, that would be half a million wakes.
const (
	crowdSize = 32
	wakeDelay = 250 * time.Millisecond // of what need not be shown at once
)

// wakeBatch is how many members are woken at once. If a thousand were, a session of
// another room would wait behind all of them each time that one of its goroutines wakes
// another.
const wakeBatch = 16

// signal wakes the reader of c, whose capacity is one; a pending wake is enough.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wake tells every member that there is news. The caller holds mu.
func (l *liveRoom) wake() {
	for m := range l.members {
		l.wakeInTurn(m)
	}
}

// wakeInTurn wakes a member; of more than wakeBatch, the room's goroutine does so in the
// order in which they became due. The caller holds mu.
func (l *liveRoom) wakeInTurn(m *Member) {
	if len(l.members) <= wakeBatch || l.over {
		m.wake()
		return
	}
	if !m.due {
		m.due = true
		l.due = append(l.due, m)
		signal(l.turn)
	}
}

// wakeNext wakes the members whose turn it is, without mu: they are about to want it.
func (l *liveRoom) wakeNext() {
	l.mu.Lock()
	n := min(len(l.due), wakeBatch)
	next := slices.Clone(l.due[:n])
	for _, m := range next {
		m.due = false
	}
	if l.due = slices.Delete(l.due, 0, n); len(l.due) > 0 {
		signal(l.turn)
	}
	l.mu.Unlock()
	for _, m := range next {
		m.wake()
	}
}

// wakeForMessages tells every member who reads of n messages, the oldest of which
// reached this process at that time. The caller holds mu.
func (l *liveRoom) wakeForMessages(n uint64, arrived time.Time) {
	for m := range l.members {
		if m.writeOnly {
			continue
		}
		if m.unread == 0 {
			m.arrived = arrived
		}
		m.unread += n
		l.wakeInTurn(m)
	}
}

// wakeForRoster tells every member that somebody came or went; in a crowd a little
// later. The caller holds mu.
func (l *liveRoom) wakeForRoster() {
	if len(l.members) <= crowdSize {
		l.wake()
	} else {
		l.wakeSoon()
	}
}

// wakeSoon tells every member a little later that there is news, together with other
// changes. The caller holds mu.
func (l *liveRoom) wakeSoon() {
	if l.wakeTimer == nil && !l.over {
		l.wakeTimer = time.AfterFunc(wakeDelay, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.wakeTimer = nil
			l.wake()
		})
	}
}
