package memory

import (
	"context"
	"maps"
	"time"

	"wick/rooms"
)

// Append implements rooms.Store. It never returns ErrUnknown.
func (s *Store) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, w rooms.Words) (seq uint64, err error) {
	err = s.withRoom(ctx, "append", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		seat, sits := r.seats[seat.ID]
		if !sits {
			return rooms.ErrNotSeated
		}
		if _, never := r.ruledOut[w.ID]; never {
			return rooms.ErrNotSaid
		}
		var err error
		if seq, err = s.addMessage(sl, r.event(rooms.Message, now, seat).Say(w)); err == nil && seat.OwnsAlias() {
			s.confirmAlias(r, seat, now)
		}
		return err
	})
	return seq, err
}

// addMessage adds a message and publishes it.
func (s *Store) addMessage(sl *slot, e rooms.Event) (uint64, error) {
	r := sl.room
	more := messageSize(e)
	if old, full := r.history.displaced(); full {
		more -= messageSize(old)
	}
	if !s.charge(r, more) {
		return 0, rooms.ErrStoreFull
	}
	e = r.history.add(e)
	sl.publish(e)
	return e.Seq, nil
}

// Since implements rooms.Store.
func (s *Store) Since(ctx context.Context, ref rooms.Ref, after uint64) (events []rooms.Event, err error) {
	err = s.withRoom(ctx, "since", ref, func(sl *slot, _ time.Time) error {
		events = sl.room.history.since(after)
		return nil
	})
	return events, err
}

// Resolve implements rooms.Store.
func (s *Store) Resolve(ctx context.Context, ref rooms.Ref, id string) (seq uint64, err error) {
	err = s.withRoom(ctx, "resolve", ref, func(sl *slot, now time.Time) error {
		if seq = sl.room.history.find(id); seq > 0 {
			return nil
		}
		return s.ruleOut(sl.room, id, now)
	})
	return seq, err
}

// ruleOut has a message refused that the history does not hold.
func (s *Store) ruleOut(r *room, id string, now time.Time) error {
	if len(r.ruledOut) >= rooms.MaxRuledOut {
		// Older ones cannot arrive any more, see rooms.AppendLimit.
		before := len(r.ruledOut)
		maps.DeleteFunc(r.ruledOut, func(_ string, at time.Time) bool { return now.Sub(at) > 2*rooms.AppendLimit })
		s.charge(r, int64(len(r.ruledOut)-before)*identityCost)
	}
	if _, again := r.ruledOut[id]; again {
		return nil
	}
	if len(r.ruledOut) >= rooms.MaxRuledOut || !s.charge(r, identityCost) {
		return rooms.ErrStoreFull
	}
	r.ruledOut[id] = now
	return nil
}

// Restore implements rooms.Store.
func (s *Store) Restore(ctx context.Context, ref rooms.Ref, lost rooms.Event) error {
	return s.withRoom(ctx, "restore", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		if _, never := r.ruledOut[lost.ID]; never || r.history.find(lost.ID) > 0 {
			return nil
		}
		e := r.event(rooms.Message, now, lost.From).Say(lost.Words())
		if e.Again = lost.Seq; !lost.Time.IsZero() {
			e.Time = lost.Time
		}
		if lost.Unsaid {
			e = unsaid(e, lost.Deadline)
		}
		_, err := s.addMessage(sl, e)
		return err
	})
}

// messageSize returns what a message counts as, in bytes.
func messageSize(e rooms.Event) int64 {
	n := messageCost + len(e.ID) + len(e.Text)
	if e.To != nil {
		n += identityCost
	}
	if e.Looks != nil {
		n += identityCost * len(*e.Looks)
	}
	return int64(n)
}
