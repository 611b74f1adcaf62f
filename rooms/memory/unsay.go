package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// Unsay implements rooms.Store.
func (s *Store) Unsay(ctx context.Context, ref rooms.Ref, e rooms.Event) (at time.Time, err error) {
	err = s.withRoom(ctx, "unsay", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		at = r.Clock.At(now).Truncate(time.Millisecond)
		seq := r.history.find(e.ID)
		if seq == 0 {
			if dropped := e.Seq > 0 && e.Seq+uint64(len(r.history.events)) <= r.history.seq; !dropped {
				if err := s.ruleOut(r, e.ID, now); err != nil {
					return err
				}
			}
			gone := unsaid(e, at)
			gone.Kind, gone.Epoch, gone.Seq = rooms.Message, r.Epoch, 0
			sl.publish(gone)
			return nil
		}
		m := r.history.at(seq)
		switch {
		case m.Unsaid:
			at = m.Deadline
			return nil
		case m.Burnt:
			return rooms.ErrBurnt
		}
		s.charge(r, -int64(len(m.Text)))
		*m = unsaid(*m, at)
		r.burns++
		sl.publish(*m)
		return nil
	})
	return at, err
}

// unsaid returns a message as one that was taken back.
func unsaid(e rooms.Event, at time.Time) rooms.Event {
	e.Unsaid, e.Text, e.Deadline = true, "", at
	return e
}
