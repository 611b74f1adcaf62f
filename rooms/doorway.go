package rooms

import (
	"maps"
	"slices"
	"time"
)

const (
	knockEvery = 4 * time.Second // a knock is repeated, for those who came since
	knockLasts = 3 * knockEvery  // after the last one, nobody is at the door any more
	maxKnocks  = 32              // at one door, as a process sees it

	// knocksEach bounds those of one network at a door, so that nobody fills it
	// alone. Others of that network wait, unheard, for a place.
	knocksEach = 2

	// minCooldown is how long a network is not heard after somebody of it was denied
	// or stopped knocking. It doubles with each denial, up to maxCooldown.
	minCooldown = 10 * time.Second
	maxCooldown = 5 * time.Minute

	maxCooldowns = 256 // remembered by a room
)

// doorway is who knocks at the door of a room, as this process knows it. The caller
// of its methods holds liveRoom.mu.
type doorway struct {
	knocks    map[string]knock    // by seat ID; at most maxKnocks
	cooldowns map[string]cooldown // by source and by identity; at most maxCooldowns
}

// knock is somebody who waits at the door.
type knock struct {
	seat  Seat
	since time.Time
	lapse *time.Timer
}

// cooldown is how long a network, or an identity, is not heard at a door.
type cooldown struct {
	until  time.Time
	length time.Duration
}

// source is what somebody at a door counts as: the network, or the identity alone
// if the network is not known.
func (s Seat) source() string {
	if s.Network != "" {
		return s.Network
	}
	return s.Identity
}

// add notes a knock, and reports whether it is news: otherwise somebody knocks again, or
// is not to be heard. If it is, lapsed is called in a goroutine of its own, knockLasts
// after the last knock of the seat.
func (d *doorway) add(s Seat, lapsed func(Seat)) bool {
	if k, ok := d.knocks[s.ID]; ok {
		k.lapse.Reset(knockLasts)
		return false
	}
	if !d.hears(s) {
		return false
	}
	d.knocks[s.ID] = knock{s, time.Now(), time.AfterFunc(knockLasts, func() { lapsed(s) })}
	return true
}

// hears reports whether somebody who knocks may be heard.
func (d *doorway) hears(s Seat) bool {
	now, same := time.Now(), 0
	for _, k := range d.knocks {
		if k.seat.source() == s.source() {
			same++
		}
	}
	cooling := func(key string) bool { return now.Before(d.cooldowns[key].until) }
	return len(d.knocks) < maxKnocks && same < knocksEach && !cooling(s.source()) && !cooling(s.Identity)
}

// removeKnocks removes those who match.
func (d *doorway) removeKnocks(match func(Seat) bool) {
	maps.DeleteFunc(d.knocks, func(_ string, k knock) bool {
		if !match(k.seat) {
			return false
		}
		k.lapse.Stop()
		return true
	})
}

// clear removes all who knock.
func (d *doorway) clear() {
	d.removeKnocks(func(Seat) bool { return true })
}

// coolDown keeps the network of somebody who left the door from being heard for a
// while and, if they were denied, the person from elsewhere, too.
func (d *doorway) coolDown(s Seat, denied bool) {
	now := time.Now()
	keys := []string{s.source()}
	if denied && s.Network != "" {
		keys = append(keys, s.Identity)
	}
	for _, key := range keys {
		length := minCooldown
		if last, ok := d.cooldowns[key]; ok && last.counts(now) {
			if length = last.length; denied {
				length = min(2*length, maxCooldown)
			}
		}
		if len(d.cooldowns) >= maxCooldowns {
			evict(d.cooldowns, maxCooldowns-1, func(_ string, c cooldown) bool { return !c.counts(now) })
		}
		d.cooldowns[key] = cooldown{now.Add(length), length}
	}
}

// counts reports whether the next cooldown of the same key is longer for this one.
func (c cooldown) counts(now time.Time) bool { return now.Before(c.until.Add(c.length)) }

// waiting returns those who knock, the longest waiting first. If somebody without a
// key has the alias of another there, the seat gets a Tag for this epoch, by which
// they can be told apart.
func (d *doorway) waiting(epoch string) []Seat {
	if len(d.knocks) == 0 {
		return nil
	}
	var seats []Seat
	owners := map[string]string{} // folded alias → identity; empty: several identities
	for _, k := range slices.SortedFunc(maps.Values(d.knocks), func(a, b knock) int { return a.since.Compare(b.since) }) {
		seats = append(seats, k.seat)
		fold := FoldAlias(k.seat.Alias)
		if other, ok := owners[fold]; ok && other != k.seat.Identity {
			owners[fold] = ""
		} else {
			owners[fold] = k.seat.Identity
		}
	}
	for i, s := range seats {
		if !s.Keyed && owners[FoldAlias(s.Alias)] == "" {
			seats[i].Tag = KeyTag(epoch, s.Identity)
		}
	}
	return seats
}

// applyDoor applies what happened at the door or to the lock, and reports whether
// anything changed that people see. The caller holds mu.
func (l *liveRoom) applyDoor(e Event) bool {
	switch e.Kind {
	case Locked, Unlocked:
		if !l.setLock(e.Kind == Locked, e.Lock, e.From.Alias) {
			return false
		}
	case Knocked:
		// In the State of members and in no transcript: strangers write none.
		return l.state.Locked && l.doorway.add(e.From, l.knockLapsed)
	case Admitted:
		l.doorway.removeKnocks(func(s Seat) bool { return s.Identity == e.From.Identity })
	case Denied:
		l.doorway.removeKnocks(func(s Seat) bool { return s.ID == e.From.ID })
		l.doorway.coolDown(e.From, true)
	case Kicked:
		if known := l.kick(Kick{e.From, e.By}); known {
			return false
		}
	}
	l.transcript.note(e)
	return true
}

// knockLapsed removes somebody who has stopped knocking.
func (l *liveRoom) knockLapsed(s Seat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doorway.removeKnocks(func(other Seat) bool { return other.ID == s.ID })
	if !l.over {
		l.doorway.coolDown(s, false)
	}
	l.wake()
}
