package memory

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"wick/rooms"
)

var errIncomplete = errors.New("a room needs a name, a countdown, seats and a history")

// Light implements rooms.Store.
func (s *Store) Light(ctx context.Context, l rooms.Lighting) (room rooms.Room, err error) {
	err = s.withSlot(ctx, "light", l.Name, func(sl *slot, now time.Time) error {
		switch {
		case l.Name.IsZero() || l.TTL <= 0 || l.Seats <= 0 || l.History <= 0:
			return errIncomplete
		case sl.room != nil:
			return rooms.ErrBurning
		case !s.quota.take(roomCost):
			return rooms.ErrStoreFull
		}
		s.forgetTaking(sl)
		sl.room = newRoom(l, now)
		room = sl.room.Room
		if l.Key != "" {
			s.lit.Add(rooms.LitRecord{By: l.Key, Room: room.Epoch, Name: l.Name.String(), Ends: room.Deadline})
		}
		s.timers.Add(1)
		// The timer knows the epoch, not the room: the runtime may hold a stopped
		// timer, and all that its function references, for long.
		epoch := room.Epoch
		sl.room.timer = time.AfterFunc(l.TTL, func() { s.burnOut(sl, epoch) })
		return nil
	})
	return room, err
}

func newRoom(l rooms.Lighting, now time.Time) *room {
	// Fixed for the room's life: a step of the machine's wall clock neither
	// shortens nor prolongs it.
	clock := rooms.Clock{Store: time.Now().Round(0).Truncate(time.Millisecond), Here: now}
	return &room{
		Room: rooms.Room{
			Ref:      rooms.Ref{Name: l.Name, Epoch: rand.Text()},
			Deadline: now.Add(l.TTL),
			Ends:     clock.Store.Add(l.TTL),
			Clock:    clock,
			Span:     l.TTL,
			Seats:    l.Seats,
			History:  l.History,
			Owner:    l.Owner,
		},
		held:    roomCost,
		history: ring{keep: l.History},
		seats:   map[string]rooms.Seat{},
		aliases: map[string]string{},
		leases:  map[string]time.Time{},
		blobs:   map[chunk][]byte{},
		files:   map[string]rooms.File{},

		ruledOut:       map[string]time.Time{},
		welcome:        map[string]bool{},
		kicks:          map[string]rooms.Kick{},
		invites:        map[string]time.Time{},
		aliasOwners:    map[string]aliasOwner{},
		aliasCounts:    map[string]int{},
		networkAliases: map[string]int{},
		chosenAliases:  map[string]string{},
	}
}

// LitBy implements rooms.Store.
func (s *Store) LitBy(key string) (all []rooms.Lit) {
	for _, record := range s.lit.By(key) {
		if name, err := rooms.ParseName(record.Name); err == nil {
			all = append(all, rooms.Lit{Name: name, Ago: rooms.Now().Sub(record.Since)})
		}
	}
	return all
}

// Find implements rooms.Store.
func (s *Store) Find(ctx context.Context, name rooms.Name) (room rooms.Room, err error) {
	err = s.withSlot(ctx, "find", name, func(sl *slot, _ time.Time) error {
		if sl.room == nil {
			return rooms.ErrNoRoom
		}
		room = sl.room.Room
		return nil
	})
	return room, err
}

// Assert implements rooms.Store. This store loses nothing, but keeps the same
// contract as those that do.
func (s *Store) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	return s.withRoom(ctx, "assert", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		for _, k := range p.Kicks {
			if !r.kicked(k.Seat.Identity) && len(r.kicks) < rooms.MaxKicks {
				s.kick(sl, k, now)
			}
		}
		for _, identity := range p.Welcome {
			if s.welcome(r, identity) != nil {
				break // too many are welcome: the other promises hold all the same
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

// Shorten implements rooms.Store.
func (s *Store) Shorten(ctx context.Context, ref rooms.Ref, by rooms.Seat, left time.Duration) (room rooms.Room, err error) {
	err = s.withRoom(ctx, "shorten", ref, func(sl *slot, now time.Time) error {
		if !now.Add(left).Before(sl.room.Deadline) {
			return rooms.ErrLonger
		}
		s.shorten(sl, by.Alias, now, now.Add(left))
		room = sl.room.Room
		return nil
	})
	return room, err
}

// shorten moves the deadline, and publishes that.
func (s *Store) shorten(sl *slot, by string, now, deadline time.Time) {
	r := sl.room
	r.Ends, r.shortenedBy = r.Clock.At(deadline).Truncate(time.Millisecond), by
	r.Deadline = r.Clock.Instant(r.Ends)
	s.reset(r.timer, r.Deadline.Sub(now))
	e := r.event(rooms.Shortened, now, rooms.Seat{Alias: by})
	e.Deadline = r.Ends
	sl.publish(e)
}

// Destroy implements rooms.Store.
func (s *Store) Destroy(ctx context.Context, ref rooms.Ref, by rooms.Seat) error {
	return s.withRoom(ctx, "destroy", ref, func(sl *slot, now time.Time) error {
		e := sl.room.event(rooms.Destroyed, now, rooms.Seat{Alias: by.Alias})
		e.Seq, e.Deadline = sl.room.history.seq, sl.room.Ends
		s.wipe(sl)
		sl.publish(e)
		return nil
	})
}

// Reap implements rooms.Store. The room's own timer does the same; withSlot
// wipes a room past its deadline.
func (s *Store) Reap(ctx context.Context, ref rooms.Ref) (left time.Duration, err error) {
	err = s.withSlot(ctx, "reap", ref.Name, func(sl *slot, now time.Time) error {
		if sl.room != nil && sl.room.Epoch == ref.Epoch {
			left = sl.room.Deadline.Sub(now)
		}
		return nil
	})
	return left, err
}

// Remains implements rooms.Store: nothing holds a wiped room.
func (s *Store) Remains(ctx context.Context, ref rooms.Ref) (n int, err error) {
	err = s.withSlot(ctx, "remains", ref.Name, func(sl *slot, _ time.Time) error {
		if sl.room != nil && sl.room.Epoch == ref.Epoch {
			n = 1
		}
		return nil
	})
	return n, err
}
