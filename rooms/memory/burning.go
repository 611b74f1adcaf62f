package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// Reveal implements rooms.Store.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (end time.Time, err error) {
	err = s.in(ctx, "reveal", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		seq := r.history.find(e.ID)
		if seq == 0 || r.history.at(seq).Burnt {
			return rooms.ErrBurnt
		}
		m := r.history.at(seq)
		if end = now.Add(left); !m.Deadline.IsZero() && !end.Before(m.Deadline) {
			end = m.Deadline
			return nil
		}
		m.Deadline = end
		r.burns++
		told := *m
		told.Kind, told.Text, told.Time = rooms.Revealed, "", now.Truncate(time.Millisecond)
		sl.publish(told)
		s.await(sl, end)
		s.burn(sl, now)
		return nil
	})
	return end, err
}

// await has burnDown run at the end of a message, unless it will before.
func (s *Store) await(sl *slot, end time.Time) {
	r := sl.room
	if !r.next.IsZero() && !end.Before(r.next) {
		return
	}
	r.next = end
	switch left, epoch := max(end.Sub(rooms.Now()), 0), r.Epoch; {
	case r.fuse == nil:
		s.timers.Add(1)
		r.fuse = time.AfterFunc(left, func() { s.burnDown(sl, epoch) })
	case !r.fuse.Reset(left):
		s.timers.Add(1)
	}
}

// burnDown is what the timer of messages that burn runs.
func (s *Store) burnDown(sl *slot, epoch string) {
	defer s.timers.Done()
	sl.mu.Lock()
	if sl.room != nil && sl.room.Epoch == epoch {
		s.burn(sl, rooms.Now())
	}
	s.yield(sl)
}

// burn ends the messages whose time has come, and publishes it for each.
func (s *Store) burn(sl *slot, now time.Time) {
	r := sl.room
	if r == nil || r.next.IsZero() || now.Before(r.next) {
		return
	}
	r.next = time.Time{}
	var next time.Time
	for i := range r.history.events {
		switch m := &r.history.events[i]; {
		case m.Burnt || m.Deadline.IsZero():
		case now.Before(m.Deadline):
			if next.IsZero() || m.Deadline.Before(next) {
				next = m.Deadline
			}
		default:
			s.take(r, -int64(len(m.Text)))
			m.Text, m.Burnt = "", true
			r.burns++
			sl.publish(*m)
		}
	}
	if !next.IsZero() {
		s.await(sl, next)
	}
}

// Typing implements rooms.Store.
func (s *Store) Typing(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.in(ctx, "typing", ref, func(sl *slot, now time.Time) error {
		sl.publish(sl.room.event(rooms.Typing, now, seat))
		return nil
	})
}
