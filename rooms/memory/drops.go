package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// taken remembers, until the deadline, who took the drop of a room.
type taken struct {
	rooms.Taking
	claim    string
	deadline time.Time
	timer    *time.Timer // removes it
}

// Offer implements rooms.Store.
func (s *Store) Offer(ctx context.Context, ref rooms.Ref, d rooms.Drop) error {
	return s.withRoom(ctx, "offer", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		switch {
		case r.Drop != nil && r.Drop.Blob == d.Blob:
			return nil
		case r.Drop != nil:
			return rooms.ErrDropped
		case !s.charge(r, messageCost):
			return rooms.ErrStoreFull
		}
		e := r.event(rooms.Dropped, now, d.From)
		d.From, d.Time = e.From, e.Time
		r.Drop, e.Drop = &d, &d
		sl.publish(e)
		return nil
	})
}

// Claim implements rooms.Store.
func (s *Store) Claim(ctx context.Context, ref rooms.Ref, claim string, lease time.Duration) (d rooms.Drop, err error) {
	err = s.withRoom(ctx, "claim", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		switch {
		case r.Drop == nil:
			return rooms.ErrNoDrop
		case r.claim != claim && now.Before(r.claimed):
			return rooms.ErrClaimed
		}
		r.claim, r.claimed, d = claim, now.Add(lease), *r.Drop
		return nil
	})
	return d, err
}

// Unclaim implements rooms.Store.
func (s *Store) Unclaim(ctx context.Context, ref rooms.Ref, claim string) error {
	return s.withRoom(ctx, "unclaim", ref, func(sl *slot, _ time.Time) error {
		if sl.room.claim == claim {
			sl.room.claim, sl.room.claimed = "", time.Time{}
		}
		return nil
	})
}

// Take implements rooms.Store.
func (s *Store) Take(ctx context.Context, ref rooms.Ref, claim string, by rooms.Seat) error {
	return s.withSlot(ctx, "take", ref.Name, func(sl *slot, now time.Time) error {
		r := sl.room
		switch t := sl.taking(now); {
		case t != nil && t.Epoch == ref.Epoch && t.claim == claim:
			return nil
		case r == nil || r.Epoch != ref.Epoch:
			return rooms.ErrNoRoom
		case r.Drop == nil:
			return rooms.ErrNoDrop
		case r.claim != claim:
			return rooms.ErrClaimed
		}
		e := r.event(rooms.Taken, now, rooms.Seat{Alias: by.Alias, Identity: by.Identity, Keyed: by.Keyed})
		e.Seq, e.Deadline = r.history.seq, r.Ends
		t := &taken{rooms.Taking{Epoch: r.Epoch, By: e.From, Time: e.Time}, claim, r.Deadline, nil}
		s.wipe(sl)
		sl.taken = t
		s.quota.used.Add(identityCost) // within what the room has just given back
		s.timers.Add(1)
		t.timer = time.AfterFunc(t.deadline.Sub(now), func() { s.forgetOnTime(sl, t) })
		sl.publish(e)
		return nil
	})
}

// Taking implements rooms.Store.
func (s *Store) Taking(ctx context.Context, name rooms.Name) (t rooms.Taking, err error) {
	err = s.withSlot(ctx, "taking", name, func(sl *slot, now time.Time) error {
		left := sl.taking(now)
		if left == nil {
			return rooms.ErrNoRoom
		}
		t = left.Taking
		return nil
	})
	return t, err
}

// taking returns the record of the take, or nil.
func (sl *slot) taking(now time.Time) *taken {
	if sl.taken == nil || !now.Before(sl.taken.deadline) {
		return nil
	}
	return sl.taken
}

// forgetOnTime is run by the timer of a room that was taken.
func (s *Store) forgetOnTime(sl *slot, t *taken) {
	defer s.timers.Done()
	sl.mu.Lock()
	if sl.taken == t {
		sl.taken = nil
		s.quota.free(identityCost)
	}
	s.unlockSlot(sl)
}

// forgetTaking drops the record of the take. The caller holds the slot.
func (s *Store) forgetTaking(sl *slot) {
	if sl.taken == nil {
		return
	}
	if sl.taken.timer.Stop() {
		s.timers.Done()
	}
	sl.taken = nil
	s.quota.free(identityCost)
}
