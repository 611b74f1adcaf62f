package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// Lock implements rooms.Store.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	return s.in(ctx, "lock", ref, func(sl *slot, now time.Time) error {
		kind := rooms.Unlocked
		if locked {
			kind = rooms.Locked
		}
		sl.room.Locked = locked
		sl.publish(sl.room.event(kind, now, rooms.Seat{Alias: by.Alias}))
		return nil
	})
}

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat) (open bool, err error) {
	err = s.at(ctx, "knock", name, func(sl *slot, now time.Time) error {
		r := sl.room
		if r == nil {
			return rooms.ErrNoRoom
		}
		known, listed := r.door[seat.Identity]
		if listed && !known {
			return rooms.ErrKicked
		}
		if open = known || !r.Locked; !open {
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
	if _, listed := r.door[identity]; listed {
		return nil
	}
	if !s.take(r, identityCost) {
		return rooms.ErrStoreFull
	}
	r.door[identity] = true
	return nil
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	return s.in(ctx, "kick", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		r.door[guest.Identity] = false
		e := r.event(rooms.Kicked, now, guest)
		e.By = by.Alias
		sl.publish(e)
		var out []rooms.Seat
		for _, seat := range r.seats {
			if seat.Identity == guest.Identity {
				out = append(out, seat)
			}
		}
		s.giveUp(sl, out, now)
		return nil
	})
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	return s.in(ctx, "invite", ref, func(sl *slot, now time.Time) error {
		if !s.take(sl.room, identityCost) {
			return rooms.ErrStoreFull
		}
		sl.room.invites[token] = now.Add(valid)
		return nil
	})
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	return s.at(ctx, "redeem", name, func(sl *slot, now time.Time) error {
		if sl.room == nil {
			return rooms.ErrNoRoom
		}
		till := sl.room.invites[token]
		delete(sl.room.invites, token)
		if !now.Before(till) {
			return rooms.ErrSpent
		}
		return s.letIn(sl.room, identity)
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
