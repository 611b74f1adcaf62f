package memory

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"wick/rooms"
)

// Light implements rooms.Store.
func (s *Store) Light(ctx context.Context, l rooms.Lighting) (room rooms.Room, err error) {
	err = s.at(ctx, "light", l.Name, func(sl *slot, now time.Time) error {
		switch {
		case l.Name.IsZero() || l.TTL <= 0 || l.Seats <= 0 || l.History <= 0:
			return errIncomplete
		case sl.room != nil:
			return rooms.ErrBurning
		case !s.held.take(roomCost):
			return rooms.ErrStoreFull
		}
		sl.room = newRoom(l, now)
		room = sl.room.Room
		s.timers.Add(1)
		// The timer knows the epoch, not the room: the runtime may hold a
		// stopped timer for long, and all that its function references.
		epoch := room.Epoch
		sl.room.timer = time.AfterFunc(l.TTL, func() { s.burnOut(sl, epoch) })
		return nil
	})
	return room, err
}

func newRoom(l rooms.Lighting, now time.Time) *room {
	// Fixed for the room's life: what becomes of the machine's wall clock
	// neither burns nor prolongs it.
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

		ruledOut: map[string]time.Time{},
		welcome:  map[string]bool{},
		kicks:    map[string]rooms.Kick{},
		invites:  map[string]time.Time{},
		bearers:  map[string]bearer{},
		names:    map[string]int{},
		shares:   map[string]int{},
	}
}

// Find implements rooms.Store.
func (s *Store) Find(ctx context.Context, name rooms.Name) (room rooms.Room, err error) {
	err = s.at(ctx, "find", name, func(sl *slot, _ time.Time) error {
		if sl.room == nil {
			return rooms.ErrNoRoom
		}
		room = sl.room.Room
		return nil
	})
	return room, err
}

// Enter implements rooms.Store. Places and aliases of nodes whose lease ran
// out are free to whoever enters; whoever is refused changes nothing.
func (s *Store) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (entry rooms.Entry, err error) {
	err = s.at(ctx, "enter", name, func(sl *slot, now time.Time) error {
		r := sl.room
		if r == nil {
			return rooms.ErrNoRoom
		}
		seat = seat.Tagged(r.Epoch)
		wanted, own := seat.Alias, seat.Own
		seat.Own = false
		ghosts := r.ghosts(seat.Node, now)
		held, sits := r.seats[seat.ID]
		sits = sits && !slices.Contains(ghosts, held)
		kept, back := r.kept(seat.Identity, now)
		if back = back && !sits; back {
			seat.ID, seat.Alias, seat.Rev, sits = kept.ID, kept.Alias, kept.Rev+1, true
		}
		known := r.welcome[seat.Identity] || r.OwnedBy(seat.Identity)
		price := int64(seatCost)
		if !known && len(r.welcome) < rooms.MaxWelcome {
			price += identityCost
		}
		switch {
		case r.kicked(seat.Identity):
			return rooms.ErrKicked
		case !sits && r.Locked && !known:
			return rooms.ErrLocked
		}
		if !sits {
			holder, taken := r.holder(seat.Alias)
			free := r.Room.Seats - (len(r.seats) - len(ghosts))
			switch {
			case free <= 0:
				return rooms.ErrFull
			case seat.Rev <= 1 && r.crowded(seat.Network, free, ghosts):
				return rooms.ErrNetworkFull
			case taken && !slices.Contains(ghosts, holder):
				return rooms.ErrAliasTaken
			case !s.take(r, price):
				return rooms.ErrStoreFull
			}
		}
		r.leases[seat.Node] = now.Add(lease)
		s.giveUp(sl, ghosts, now)
		later := sits && !back && held.Node == seat.Node && rooms.FoldAlias(held.Alias) == rooms.FoldAlias(seat.Alias) && seat.Rev > held.Rev
		switch {
		case back:
			r.settle(rooms.FoldAlias(seat.Alias), now)
			seat = s.mark(r, seat, own && rooms.FoldAlias(seat.Alias) == rooms.FoldAlias(wanted), now)
			r.sit(seat)
			sl.publish(r.presence(rooms.Back, now, seat))
		case later:
			r.settle(rooms.FoldAlias(seat.Alias), now)
			seat = s.mark(r, seat, own, now)
			r.sit(seat)
			sl.publish(r.presence(rooms.Joined, now, seat))
		case !sits:
			seat = s.mark(r, seat, own, now)
			if !known && len(r.welcome) < rooms.MaxWelcome {
				r.welcome[seat.Identity] = true
			}
			r.sit(seat)
			sl.publish(r.presence(rooms.Joined, now, seat))
		}
		entry = rooms.Entry{
			Room:    r.Room,
			Seat:    r.seats[seat.ID],
			Kept:    back,
			Roster:  r.roster(),
			Version: r.version,
			History: r.history.since(after),
			Seq:     r.history.seq,

			Promises: r.promises(0),
			Welcome:  known,
		}
		if back {
			entry.Seen = kept.Seen
		}
		return nil
	})
	return entry, err
}

// Leave implements rooms.Store.
func (s *Store) Leave(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.in(ctx, "leave", ref, func(sl *slot, now time.Time) error {
		if seat, sits := sl.room.seats[seat.ID]; sits {
			s.giveUp(sl, []rooms.Seat{seat}, now)
		}
		return nil
	})
}

// Keep implements rooms.Store.
func (s *Store) Keep(ctx context.Context, ref rooms.Ref, seat rooms.Seat, keep time.Duration) error {
	return s.in(ctx, "keep", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		held, sits := r.seats[seat.ID]
		if !sits {
			return nil
		}
		held.Node, held.Away, held.Seen, held.Rev = rooms.Keeper(held.Identity), true, seat.Seen, held.Rev+1
		r.leases[held.Node] = now.Add(keep)
		r.sit(held)
		sl.publish(r.presence(rooms.Away, now, held))
		return nil
	})
}

// Rename implements rooms.Store.
func (s *Store) Rename(ctx context.Context, ref rooms.Ref, seat rooms.Seat, alias string) error {
	return s.in(ctx, "rename", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		was, sits := r.seats[seat.ID]
		if !sits {
			return rooms.ErrNotSeated
		}
		if holder, taken := r.holder(alias); taken && holder.ID != was.ID {
			return rooms.ErrAliasTaken
		}
		if r.tooManyNames(was.Identity, alias) {
			return rooms.ErrTooManyNames
		}
		next := was
		next.Alias, next.Rev = alias, was.Rev+1
		e := r.presence(rooms.Renamed, now, s.rename(r, was, next, seat.Own, now))
		e.Was = was.Alias
		sl.publish(e)
		return nil
	})
}

// Beat implements rooms.Store.
func (s *Store) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (pulse rooms.Pulse, err error) {
	err = s.in(ctx, "beat", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		r.leases[node] = now.Add(lease)
		s.giveUp(sl, r.ghosts(node, now), now)
		pulse = rooms.Pulse{
			Promises: r.promises(known.Kicks),
			Clock:    r.Clock,
			Stored:   r.Ends,
			Deadline: r.Deadline,
			Seq:      r.history.seq,
			Version:  r.version,
			Burns:    r.burns,
		}
		if r.version != known.Version || known.Mark != "" { // this store gives no marks
			pulse.Roster = r.roster()
		}
		return nil
	})
	return pulse, err
}

// giveUp takes the seats away, publishes it for each, and forgets the leases
// that ran out.
func (s *Store) giveUp(sl *slot, seats []rooms.Seat, now time.Time) {
	r := sl.room
	maps.DeleteFunc(r.leases, func(_ string, end time.Time) bool { return !now.Before(end) })
	for _, seat := range seats {
		r.rise(seat, now)
		s.take(r, -seatCost)
		sl.publish(r.presence(rooms.Left, now, seat))
	}
}

// Shorten implements rooms.Store.
func (s *Store) Shorten(ctx context.Context, ref rooms.Ref, by rooms.Seat, left time.Duration) (room rooms.Room, err error) {
	err = s.in(ctx, "shorten", ref, func(sl *slot, now time.Time) error {
		if !now.Add(left).Before(sl.room.Deadline) {
			return rooms.ErrLonger
		}
		s.shorten(sl, by.Alias, now, now.Add(left))
		room = sl.room.Room
		return nil
	})
	return room, err
}

// shorten moves the deadline, and publishes it.
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
	return s.in(ctx, "destroy", ref, func(sl *slot, now time.Time) error {
		e := sl.room.event(rooms.Destroyed, now, rooms.Seat{Alias: by.Alias})
		e.Seq, e.Deadline = sl.room.history.seq, sl.room.Ends
		s.wipe(sl)
		sl.publish(e)
		return nil
	})
}

// Reap implements rooms.Store. The room's own timer does the same; a room past
// its deadline is wiped by whatever looks for it.
func (s *Store) Reap(ctx context.Context, ref rooms.Ref) (left time.Duration, err error) {
	err = s.at(ctx, "reap", ref.Name, func(sl *slot, now time.Time) error {
		if sl.room != nil && sl.room.Epoch == ref.Epoch {
			left = sl.room.Deadline.Sub(now)
		}
		return nil
	})
	return left, err
}
