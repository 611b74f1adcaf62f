package rooms

import (
	"sync/atomic"
	"time"
)

// roomState is the room itself as this process knows it: what was fixed at
// lighting, the store's clock, and the promises, which only tighten. The caller
// of its methods holds liveRoom.mu, except for timeLeft.
type roomState struct {
	Room                               // zero until the first member has entered
	deadline atomic.Pointer[time.Time] // Deadline, for timeLeft; nil until then

	shortenedBy, lockedBy string          // see Promises
	kicks                 map[string]Kick // by identity; at most MaxKicks
	mustAssert            bool            // the store has lost a promise
}

// entered reports whether somebody has entered, so that the room is known.
func (s *roomState) entered() bool { return s.Epoch != "" }

// setRoom sets the room, when the first member has entered.
func (s *roomState) setRoom(r Room) {
	s.Room = r
	s.setDeadline(r.Deadline)
}

// timeLeft is Left. A thousand sessions ask for it at every tick, so it takes no lock.
func (s *roomState) timeLeft() time.Duration {
	if d := s.deadline.Load(); d != nil {
		return Room{Deadline: *d}.Left()
	}
	return 0
}

// now returns the store's time.
func (s *roomState) now() time.Time {
	if s.Clock == (Clock{}) {
		return time.Now().Truncate(time.Millisecond)
	}
	return s.Clock.Now()
}

// until returns how long it is until the store's time.
func (s *roomState) until(store time.Time) time.Duration { return s.Clock.Instant(store).Sub(Now()) }

// setClock adopts a newer reading of the store's clock. It never moves the
// deadline away: a clock that was set back prolongs nothing.
func (s *roomState) setClock(c Clock) {
	if c == (Clock{}) {
		return
	}
	s.Clock = c
	s.advanceDeadline()
}

// shorten moves the deadline if ends is before it, and reports whether it did.
func (s *roomState) shorten(ends time.Time, by string) bool {
	if !ends.Before(s.Ends) {
		return false
	}
	s.Ends, s.shortenedBy = ends, by
	s.advanceDeadline()
	return true
}

func (s *roomState) advanceDeadline() {
	if d := s.Clock.Instant(s.Ends); d.Before(s.Deadline) {
		s.setDeadline(d)
	}
}

func (s *roomState) setDeadline(d time.Time) {
	s.Deadline = d
	s.deadline.Store(&d)
}

// setLock adopts a state of the lock if it is newer, and reports whether it is,
// and whether the room was not locked or unlocked already.
func (s *roomState) setLock(locked bool, version uint64, by string) (newer, changed bool) {
	if version <= s.Lock {
		return false, false
	}
	changed = s.Locked != locked
	s.Locked, s.Lock, s.lockedBy = locked, version, by
	return true, changed
}

// kick notes who was kicked, and reports whether it was known.
func (s *roomState) kick(k Kick) (known bool) {
	if s.kicked(k.Seat.Identity) {
		return true
	}
	if len(s.kicks) < MaxKicks {
		s.kicks[k.Seat.Identity] = k
	}
	return false
}

func (s *roomState) kicked(identity string) bool {
	_, kicked := s.kicks[identity]
	return kicked
}

// promises returns the promises that this process knows.
func (s *roomState) promises() Promises {
	p := Promises{Ends: s.Ends, ShortenedBy: s.shortenedBy, Locked: s.Locked, Lock: s.Lock, LockedBy: s.lockedBy}
	for _, k := range s.kicks {
		p.Kicks = append(p.Kicks, k)
	}
	return p
}

// compare sets mustAssert if the store's promises, which were adopted before, are
// weaker than those known here. stored is when the store will end the room.
func (s *roomState) compare(p Promises, stored time.Time) {
	lost := stored.After(s.Ends) || p.Lock < s.Lock
	if p.Kicks != nil && !lost {
		stored := make(map[string]bool, len(p.Kicks))
		for _, k := range p.Kicks {
			stored[k.Seat.Identity] = true
		}
		for identity := range s.kicks {
			lost = lost || !stored[identity]
		}
	}
	s.mustAssert = s.mustAssert || lost
}

// weaker reports whether the store let somebody in despite a lock that this
// process knows and the store has lost.
func (s *roomState) weaker(entry Entry) bool {
	return s.Epoch == entry.Room.Epoch && s.Locked && entry.Room.Lock < s.Lock && !entry.Welcome
}
