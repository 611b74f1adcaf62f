package memory

import (
	"context"
	"maps"
	"time"

	"wick/rooms"
)

// Lock implements rooms.Store.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	return s.withRoom(ctx, "lock", ref, func(sl *slot, now time.Time) error {
		setLock(sl, locked, sl.room.Lock+1, by.Alias, now)
		return nil
	})
}

// setLock sets a newer state of the lock, and publishes it.
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

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat, ring bool) (open bool, err error) {
	err = s.withSlot(ctx, "knock", name, func(sl *slot, now time.Time) error {
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
	return s.withRoom(ctx, "decide", ref, func(sl *slot, now time.Time) error {
		e := sl.room.event(rooms.Denied, now, guest)
		if admit {
			if err := s.welcome(sl.room, guest.Identity); err != nil {
				return err
			}
			e.Kind = rooms.Admitted
		}
		e.By = by.Alias
		sl.publish(e)
		return nil
	})
}

// welcome notes that the identity may enter, unless it was kicked.
func (s *Store) welcome(r *room, identity string) error {
	if r.welcome[identity] || r.kicked(identity) {
		return nil
	}
	if len(r.welcome) >= rooms.MaxWelcome || !s.charge(r, identityCost) {
		return rooms.ErrStoreFull
	}
	r.welcome[identity] = true
	return nil
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	return s.withRoom(ctx, "kick", ref, func(sl *slot, now time.Time) error {
		if r := sl.room; !r.kicked(guest.Identity) && len(r.kicks) >= rooms.MaxKicks {
			return rooms.ErrTooManyKicks
		}
		s.kick(sl, rooms.Kick{Seat: guest, By: by.Alias}, now)
		return nil
	})
}

// kick shows out the identity, with all its seats.
func (s *Store) kick(sl *slot, k rooms.Kick, now time.Time) {
	r := sl.room
	if r.kicks[k.Seat.Identity] = k; r.welcome[k.Seat.Identity] {
		delete(r.welcome, k.Seat.Identity)
		s.charge(r, -identityCost)
	}
	e := r.event(rooms.Kicked, now, k.Seat)
	e.By = k.By
	sl.publish(e)
	var out []rooms.Seat
	for _, seat := range r.seats {
		if seat.Identity == k.Seat.Identity {
			s.confirmAlias(r, seat, now) // the alias of somebody who was shown out is remembered, too
			out = append(out, seat)
		}
	}
	s.removeSeats(sl, out, now)
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	return s.withRoom(ctx, "invite", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		if len(r.invites) >= rooms.MaxInvites {
			before := len(r.invites)
			maps.DeleteFunc(r.invites, func(_ string, end time.Time) bool { return !now.Before(end) })
			s.charge(r, int64(len(r.invites)-before)*identityCost)
		}
		switch {
		case len(r.invites) >= rooms.MaxInvites:
			return rooms.ErrTooManyInvites
		case !s.charge(r, identityCost):
			return rooms.ErrStoreFull
		}
		r.invites[token] = now.Add(valid)
		return nil
	})
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	return s.withSlot(ctx, "redeem", name, func(sl *slot, now time.Time) error {
		if sl.room == nil {
			return rooms.ErrNoRoom
		}
		end, ok := sl.room.invites[token]
		if !ok || !now.Before(end) {
			return rooms.ErrSpent
		}
		if err := s.welcome(sl.room, identity); err != nil {
			return err // the invitation stays valid
		}
		delete(sl.room.invites, token)
		s.charge(sl.room, -identityCost)
		return nil
	})
}
