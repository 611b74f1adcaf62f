package memory

import (
	"context"
	"maps"
	"time"

	"wick/rooms"
)

// Lock implements rooms.Store.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	return s.in(ctx, "lock", ref, func(sl *slot, now time.Time) error {
		setLock(sl, locked, sl.room.Lock+1, by.Alias, now)
		return nil
	})
}

// setLock adopts a newer state of the lock, and publishes it.
func setLock(sl *slot, locked bool, version uint64, by string, now time.Time) {
	kind := rooms.Unlocked
	if locked {
		kind = rooms.Locked
	}
	r := sl.room
	r.Locked, r.Lock, r.lockedBy = locked, version, by
	e := r.event(kind, now, rooms.Seat{Alias: by})
	e.Lock = version
	sl.publish(e)
}

// Assert implements rooms.Store. This store loses nothing that it was told, but
// keeps the same contract as those that do.
func (s *Store) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	return s.in(ctx, "assert", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		for _, k := range p.Kicks {
			if !r.kicked(k.Seat.Identity) && len(r.kicks) < rooms.MaxKicks {
				s.kick(sl, k, now)
			}
		}
		for _, identity := range p.Welcome {
			if s.letIn(r, identity) != nil {
				break // too many are let in: the rest holds all the same
			}
		}
		if p.Lock > r.Lock {
			setLock(sl, p.Locked, p.Lock, p.LockedBy, now)
		}
		if p.Ends.Before(r.Ends) {
			deadline := r.Clock.Instant(p.Ends)
			if !now.Before(deadline) {
				s.wipe(sl)
				return rooms.ErrNoRoom
			}
			s.shorten(sl, p.ShortenedBy, now, deadline)
		}
		return nil
	})
}

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat, ring bool) (open bool, err error) {
	err = s.at(ctx, "knock", name, func(sl *slot, now time.Time) error {
		r := sl.room
		if r == nil {
			return rooms.ErrNoRoom
		}
		if r.kicked(seat.Identity) {
			return rooms.ErrKicked
		}
		if open = r.welcome[seat.Identity] || r.OwnedBy(seat.Identity) || !r.Locked; !open && ring {
			sl.publish(r.event(rooms.Knocked, now, seat))
		}
		return nil
	})
	return open, err
}

// Decide implements rooms.Store.
func (s *Store) Decide(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat, admit bool) error {
	return s.in(ctx, "decide", ref, func(sl *slot, now time.Time) error {
		e := sl.room.event(rooms.Denied, now, guest)
		if admit {
			if err := s.letIn(sl.room, guest.Identity); err != nil {
				return err
			}
			e.Kind = rooms.Admitted
		}
		e.By = by.Alias
		sl.publish(e)
		return nil
	})
}

// letIn notes that the identity may enter, unless it was kicked.
func (s *Store) letIn(r *room, identity string) error {
	if r.welcome[identity] || r.kicked(identity) {
		return nil
	}
	if len(r.welcome) >= rooms.MaxWelcome || !s.take(r, identityCost) {
		return rooms.ErrStoreFull
	}
	r.welcome[identity] = true
	return nil
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	return s.in(ctx, "kick", ref, func(sl *slot, now time.Time) error {
		if r := sl.room; !r.kicked(guest.Identity) && len(r.kicks) >= rooms.MaxKicks {
			return rooms.ErrTooManyKicks
		}
		s.kick(sl, rooms.Kick{Seat: guest, By: by.Alias}, now)
		return nil
	})
}

func (s *Store) kick(sl *slot, k rooms.Kick, now time.Time) {
	r := sl.room
	if r.kicks[k.Seat.Identity] = k; r.welcome[k.Seat.Identity] {
		delete(r.welcome, k.Seat.Identity)
		s.take(r, -identityCost)
	}
	e := r.event(rooms.Kicked, now, k.Seat)
	e.By = k.By
	sl.publish(e)
	var out []rooms.Seat
	for _, seat := range r.seats {
		if seat.Identity == k.Seat.Identity {
			s.spoke(r, seat, now) // a name that was shown out is remembered, too
			out = append(out, seat)
		}
	}
	s.giveUp(sl, out, now)
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	return s.in(ctx, "invite", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		if len(r.invites) >= rooms.MaxInvites {
			before := len(r.invites)
			maps.DeleteFunc(r.invites, func(_ string, till time.Time) bool { return !now.Before(till) })
			s.take(r, int64(len(r.invites)-before)*identityCost)
		}
		switch {
		case len(r.invites) >= rooms.MaxInvites:
			return rooms.ErrTooManyInvites
		case !s.take(r, identityCost):
			return rooms.ErrStoreFull
		}
		r.invites[token] = now.Add(valid)
		return nil
	})
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	return s.at(ctx, "redeem", name, func(sl *slot, now time.Time) error {
		if sl.room == nil {
			return rooms.ErrNoRoom
		}
		till, open := sl.room.invites[token]
		if !open || !now.Before(till) {
			return rooms.ErrSpent
		}
		if err := s.letIn(sl.room, identity); err != nil {
			return err // and the invitation is still good
		}
		delete(sl.room.invites, token)
		s.take(sl.room, -identityCost)
		return nil
	})
}

// Remains implements rooms.Store: a wiped room is not held by anything.
func (s *Store) Remains(ctx context.Context, ref rooms.Ref) (n int, err error) {
	err = s.at(ctx, "remains", ref.Name, func(sl *slot, _ time.Time) error {
		if sl.room != nil && sl.room.Epoch == ref.Epoch {
			n = 1
		}
		return nil
	})
	return n, err
}
