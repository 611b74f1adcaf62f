package memory

import (
	"context"
	"maps"
	"slices"
	"time"

	"wick/rooms"
)

// Enter implements rooms.Store. The places and aliases of nodes whose lease ran out
// are free to the next guest; a refused entry changes nothing.
func (s *Store) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (entry rooms.Entry, err error) {
	err = s.withSlot(ctx, "enter", name, func(sl *slot, now time.Time) error {
		r := sl.room
		if r == nil {
			return rooms.ErrNoRoom
		}
		seat = seat.Tagged(r.Epoch)
		wanted, own, alone, chosen := seat.Alias, seat.Own, seat.Alone, seat.Chosen
		seat.Own, seat.Alone, seat.Chosen = false, false, false
		lapsed := r.lapsedSeats(seat.Node, now)
		held, sits := r.seats[seat.ID]
		sits = sits && !slices.Contains(lapsed, held)
		reserved, back := r.reservedSeat(seat.Identity, now)
		if back = back && !sits && !seat.Writer; back {
			seat.ID, seat.Alias, seat.Rev, sits = reserved.ID, reserved.Alias, reserved.Rev+1, true
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
		if !sits && alone {
			if others := r.seatsOf(seat.Identity, lapsed); len(others) > 0 {
				entry = rooms.Entry{Room: r.Room, Roster: others}
				return rooms.ErrSeated
			}
		}
		if !sits {
			if own {
				seat.Alias = r.recallAlias(seat.Identity, seat.Alias, lapsed)
			}
			holder, taken := r.seatWithAlias(seat.Alias)
			n := r.count(seat, lapsed)
			free := r.Room.Seats - n.taken
			switch {
			case seat.Beside && (n.own == 0 || n.beside >= rooms.MaxBeside), !seat.Beside && free <= 0:
				return rooms.ErrFull
			case !seat.Beside && seat.Rev <= 1 && n.networkFull(seat.Network, free):
				return rooms.ErrNetworkFull
			case taken && !slices.Contains(lapsed, holder):
				return rooms.ErrAliasTaken
			case chosen && r.isAnothers(seat):
				return rooms.ErrAliasUsed
			case !s.charge(r, price):
				return rooms.ErrStoreFull
			}
		}
		r.leases[seat.Node] = now.Add(lease)
		s.removeSeats(sl, lapsed, now)
		later := sits && !back && held.Node == seat.Node && rooms.FoldAlias(held.Alias) == rooms.FoldAlias(seat.Alias) && seat.Rev > held.Rev
		switch {
		case back:
			r.confirmHeld(rooms.FoldAlias(seat.Alias), now)
			seat = s.markAlias(r, seat, own && rooms.FoldAlias(seat.Alias) == rooms.FoldAlias(wanted), now)
			r.setSeat(seat)
			sl.publish(r.presence(rooms.Back, now, seat))
		case later:
			r.confirmHeld(rooms.FoldAlias(seat.Alias), now)
			seat = s.markAlias(r, seat, own, now)
			r.setSeat(seat)
			sl.publish(r.presence(rooms.Joined, now, seat))
		case !sits:
			seat = s.markAlias(r, seat, own && seat.Alias == wanted, now)
			if !known && len(r.welcome) < rooms.MaxWelcome {
				r.welcome[seat.Identity] = true
			}
			r.setSeat(seat)
			sl.publish(r.presence(rooms.Joined, now, seat))
		}
		entry = rooms.Entry{
			Room:     r.Room,
			Seat:     r.seats[seat.ID],
			Reserved: back,
			Roster:   r.roster(),
			Version:  r.version,
			History:  r.history.since(after),
			Seq:      r.history.seq,

			Promises: r.promises(0),
			Welcome:  known,
		}
		if back {
			entry.Seen = reserved.Seen
		}
		return nil
	})
	return entry, err
}

// Leave implements rooms.Store.
func (s *Store) Leave(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.withRoom(ctx, "leave", ref, func(sl *slot, now time.Time) error {
		if seat, sits := sl.room.seats[seat.ID]; sits {
			s.removeSeats(sl, []rooms.Seat{seat}, now)
		}
		return nil
	})
}

// Reserve implements rooms.Store.
func (s *Store) Reserve(ctx context.Context, ref rooms.Ref, seat rooms.Seat, returnWithin time.Duration) error {
	return s.withRoom(ctx, "reserve", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		held, sits := r.seats[seat.ID]
		if !sits {
			return nil
		}
		held.Node, held.Away, held.Seen, held.Rev = rooms.Reservation(held.Identity), true, seat.Seen, held.Rev+1
		r.leases[held.Node] = now.Add(returnWithin)
		r.setSeat(held)
		sl.publish(r.presence(rooms.Away, now, held))
		return nil
	})
}

// Rename implements rooms.Store.
func (s *Store) Rename(ctx context.Context, ref rooms.Ref, seat rooms.Seat, alias string) error {
	return s.withRoom(ctx, "rename", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		was, sits := r.seats[seat.ID]
		if !sits {
			return rooms.ErrNotSeated
		}
		if holder, taken := r.seatWithAlias(alias); taken && holder.ID != was.ID {
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
	err = s.withRoom(ctx, "beat", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		r.leases[node] = now.Add(lease)
		s.removeSeats(sl, r.lapsedSeats(node, now), now)
		pulse = rooms.Pulse{
			Promises: r.promises(known.Kicks),
			Clock:    r.Clock,
			Stored:   r.Ends,
			Deadline: r.Deadline,
			Seq:      r.history.seq,
			Version:  r.version,
			Burns:    r.burns,
			Files:    len(r.files),
			Drop:     r.Drop,
		}
		if r.version != known.Version || known.Mark != "" { // this store gives no marks
			pulse.Roster = r.roster()
		}
		return nil
	})
	return pulse, err
}

// removeSeats removes the seats, publishes Left for each, and forgets the leases
// that ran out.
func (s *Store) removeSeats(sl *slot, seats []rooms.Seat, now time.Time) {
	r := sl.room
	maps.DeleteFunc(r.leases, func(_ string, end time.Time) bool { return !now.Before(end) })
	for _, seat := range seats {
		r.removeSeat(seat, now)
		s.charge(r, -seatCost)
		sl.publish(r.presence(rooms.Left, now, seat))
	}
}
