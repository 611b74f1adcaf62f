package rooms

import (
	"context"
	"time"
)

// Promises are what a room's members were told and what can only tighten: the
// deadline, the lock, and who was shown out. A store that failed over to a
// replica may have lost some; every process that knew them then has the store
// adopt them again, see Store.Assert.
type Promises struct {
	Ends        time.Time // Room.Ends
	ShortenedBy string    // the alias of who moved it there; empty if nobody did

	Locked   bool
	Lock     uint64 // the version of Locked: of two, the higher counts
	LockedBy string // the alias of who locked or unlocked

	Kicks []Kick

	// Welcome are identities that a lock does not keep out, for they were let
	// in before: those whose seats the store lost. For Assert only.
	Welcome []string
}

// Kick is somebody who was shown out for the room's life.
type Kick struct {
	Seat Seat
	By   string // the alias of who did
}

// How many things of a kind a store remembers about a room, so that nobody who
// is in it can have it grow without end. Both stores keep to them.
const (
	MaxNames     = 1024 // aliases with who had them first: one network has no more than are free, beyond MaxNamesEach, and those only tried are forgotten first
	MaxNamesEach = 8    // of one identity: Rename answers ErrTooManyNames beyond it
	MaxWelcome   = 1024 // identities that get through a lock; further ones have to knock
	MaxKicks     = 256  // identities shown out: Kick answers ErrTooManyKicks beyond it
	MaxInvites   = 16   // open invitations: Invite answers ErrTooManyInvites beyond it
	MaxRuledOut  = 256  // messages that must not come any more, see Store.Resolve
)

// How many of a room's seats one network may take, so that nobody fills a room
// alone: a household any, up to its size, and beyond that NetworkShare times as
// many as are free. Of 16 seats that is 12. Both stores keep to them.
const (
	Household    = 4
	NetworkShare = 3
)

// NameHeld is how long somebody has an alias until it is remembered as theirs,
// though they said nothing under it. An alias that was only tried is nobody's, so
// that nobody can try all there are and have others be taken for impostors.
const NameHeld = time.Minute

// AppendLimit is how long after it was sent a message may still arrive at the
// store. One that comes later is refused, so that Resolve need not remember for
// longer what it ruled out.
const AppendLimit = 30 * time.Second

// promises returns what this process knows. The caller holds mu.
func (l *live) promises() Promises {
	p := Promises{
		Ends:        l.room.Ends,
		ShortenedBy: l.shortenedBy,
		Locked:      l.room.Locked,
		Lock:        l.room.Lock,
		LockedBy:    l.lockedBy,
	}
	for _, k := range l.kicks {
		p.Kicks = append(p.Kicks, k)
	}
	return p
}

// adopt takes over the promises that are tighter than what this process knows,
// and reports whether the store has lost any, so that they are to be asserted.
// The caller holds mu.
func (l *live) adopt(p Promises, stored time.Time) (lost bool) {
	if p.Ends.Before(l.room.Ends) {
		l.setDeadline(Event{Kind: Shortened, Epoch: l.room.Epoch, Time: l.now(), Deadline: p.Ends, From: Seat{Alias: p.ShortenedBy}})
	}
	if p.Lock > l.room.Lock {
		l.setLock(p.Locked, p.Lock, p.LockedBy)
	}
	known := make(map[string]bool, len(p.Kicks))
	for _, k := range p.Kicks {
		known[k.Seat.Identity] = true
		l.setKick(k)
	}
	lost = stored.After(l.room.Ends) || p.Lock < l.room.Lock
	for identity := range l.kicks {
		lost = lost || p.Kicks != nil && !known[identity]
	}
	return lost
}

// setLock adopts a newer state of the lock. The caller holds mu.
func (l *live) setLock(locked bool, version uint64, by string) {
	l.room.Locked, l.room.Lock, l.lockedBy = locked, version, by
	l.hush(func(Seat) bool { return !locked })
}

// setKick notes who was shown out, and ends the stay of those here who are that
// person. The caller holds mu.
func (l *live) setKick(k Kick) {
	identity := k.Seat.Identity
	if _, known := l.kicks[identity]; !known && len(l.kicks) < MaxKicks {
		l.kicks[identity] = k
	}
	for m := range l.members {
		if m.seat.Identity == identity && m.end == nil {
			m.end = &End{Reason: ShownOut, Time: l.now(), By: k.By, Messages: l.seq}
			m.wake()
		}
	}
}

// assert has the store adopt what this process knows. It returns false if the
// store did not answer.
func (l *live) assert(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	l.mu.Lock()
	ref, p := l.room.Ref, l.promises()
	l.mu.Unlock()
	return l.answered(l.hub.store.Assert(ctx, ref, p))
}
