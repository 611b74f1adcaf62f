package rooms

import (
	"context"
	"time"
)

// Promises are what a room's members were told and what only tightens: the deadline,
// the lock, and who was kicked. A store that failed over to a replica may have lost
// some; every process that knew them then has the store adopt them again, see
// Store.Assert.
type Promises struct {
	Ends        time.Time // Room.Ends
	ShortenedBy string    // the alias of the member who moved it there; empty if nobody did

	Locked   bool
	Lock     uint64 // the version of Locked: of two, the higher counts
	LockedBy string // the alias of the member who locked or unlocked it

	Kicks []Kick

	// Welcome are identities that a lock does not keep out, as they were let in
	// before the store lost their seats. For Assert only.
	Welcome []string
}

// Kick says that somebody was kicked, for the room's life.
type Kick struct {
	Seat Seat
	By   string // the alias of the owner then
}

// Bounds of what every store remembers about a room, so that no member can grow
// it without end.
const (
	MaxNames     = 1024 // aliases with their first owners: beyond MaxNamesEach, one network has no more than are free; those only tried are forgotten first
	MaxNamesEach = 8    // of one identity: beyond it Rename returns ErrTooManyNames
	MaxWelcome   = 1024 // identities that get through a lock; further ones have to knock
	MaxKicks     = 256  // identities shown out: beyond it Kick returns ErrTooManyKicks
	MaxInvites   = 16   // open invitations: beyond it Invite returns ErrTooManyInvites
	MaxRuledOut  = 256  // messages that are refused if they arrive, see Store.Resolve
	MaxLooks     = 32   // people who looked at a message that burns, see Store.Reveal
)

// Bounds of the seats of a room that one network may take, in every store, so
// that nobody fills a room alone: as many as a Household, and beyond that
// NetworkShare times as many as are free. Of 16 seats that is 12.
const (
	Household    = 4
	NetworkShare = 3
)

// MaxBeside is how many seats of a room may be Beside those that it has.
const MaxBeside = 16

// NameHeld is how long somebody must have an alias until it is remembered as
// theirs, if they say nothing under it. An alias that was only tried is nobody's:
// otherwise somebody could try many and make their later owners look like
// impostors.
const NameHeld = time.Minute

// AppendLimit is how long after it was sent a message may still arrive at the
// store. A later one is refused, so that Resolve need not remember for longer
// what it ruled out.
const AppendLimit = 30 * time.Second

// adopt adopts the promises that are tighter than what this process knows, and notes
// whether the store has lost any, so that they are to be asserted. stored is when the
// store will end the room. The caller holds mu.
func (l *liveRoom) adopt(p Promises, stored time.Time) {
	if p.Ends.Before(l.state.Ends) {
		l.shorten(Event{Kind: Shortened, Epoch: l.state.Epoch, Time: l.state.now(), Deadline: p.Ends, From: Seat{Alias: p.ShortenedBy}})
	}
	l.setLock(p.Locked, p.Lock, p.LockedBy)
	for _, k := range p.Kicks {
		l.kick(k)
	}
	l.state.compare(p, stored)
}

// setLock adopts a state of the lock if it is newer, and reports whether the room was
// locked or unlocked by it. The caller holds mu.
func (l *liveRoom) setLock(locked bool, version uint64, by string) (changed bool) {
	newer, changed := l.state.setLock(locked, version, by)
	if newer && !locked {
		l.doorway.clear()
	}
	return changed
}

// kick notes who was kicked, ends the stay of that person's members here, and reports
// whether it was known. The caller holds mu.
func (l *liveRoom) kick(k Kick) (known bool) {
	known = l.state.kick(k)
	for m := range l.members {
		if m.seat.Identity == k.Seat.Identity {
			l.endStay(m, End{Reason: ShownOut, By: k.By})
		}
	}
	return known
}

// endStay ends the stay of one member, unless it has ended. The caller holds mu.
func (l *liveRoom) endStay(m *Member, end End) {
	if m.end != nil {
		return
	}
	end.Time, end.Messages = l.state.now(), l.transcript.seq
	m.end = &end
	m.wake()
}

// assert has the store adopt the promises that this process knows. It returns
// false if the store did not reply.
func (l *liveRoom) assert(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	l.mu.Lock()
	ref, p := l.state.Ref, l.state.promises()
	l.mu.Unlock()
	return l.noteReply(l.hub.store.Assert(ctx, ref, p))
}

// welcome has the store let in somebody who sits in the room, as this process knows.
func (l *liveRoom) welcome(ctx context.Context, identity string) error {
	l.mu.Lock()
	ref, p := l.state.Ref, l.state.promises()
	l.mu.Unlock()
	p.Welcome = []string{identity}
	return l.hub.store.Assert(ctx, ref, p)
}

// restoreLock has the store adopt the lock that this process knows, if it has
// lost it: whoever the store lets in meanwhile gets through the lock from then
// on.
func (l *liveRoom) restoreLock(ctx context.Context) error {
	known := l.current()
	if !known.Locked {
		return nil
	}
	room, err := l.hub.store.Find(ctx, l.name)
	if err != nil || room.Epoch != known.Epoch || room.Lock >= known.Lock {
		return err
	}
	if !l.assert(ctx) {
		return ErrUnavailable
	}
	return nil
}

// kicked reports whether somebody was kicked, as far as this process knows: the store
// may have lost it.
func (l *liveRoom) kicked(identity string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.kicked(identity)
}
