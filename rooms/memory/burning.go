package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// Reveal implements rooms.Store.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (end time.Time, err error) {
	err = s.withRoom(ctx, "reveal", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		seq := r.history.find(e.ID)
		if seq == 0 || r.history.at(seq).Burnt {
			return rooms.ErrBurnt
		}
		m := r.history.at(seq)
		if end = r.Clock.At(now.Add(left)).Truncate(time.Millisecond); !m.Deadline.IsZero() && !end.Before(m.Deadline) {
			end = m.Deadline
			return nil
		}
		m.Deadline = end
		r.burns++
		revealed := *m
		revealed.Kind, revealed.Text, revealed.Time = rooms.Revealed, "", r.Clock.At(now).Truncate(time.Millisecond)
		sl.publish(revealed)
		s.scheduleBurn(sl, end)
		s.burnDue(sl, now)
		return nil
	})
	return end, err
}

// scheduleBurn has expireMessages run at the end of a message, unless it will before.
func (s *Store) scheduleBurn(sl *slot, end time.Time) {
	r := sl.room
	if !r.nextBurn.IsZero() && !end.Before(r.nextBurn) {
		return
	}
	r.nextBurn = end
	switch left, epoch := max(r.Clock.Instant(end).Sub(rooms.Now()), 0), r.Epoch; {
	case r.burnTimer == nil:
		s.timers.Add(1)
		r.burnTimer = time.AfterFunc(left, func() { s.expireMessages(sl, epoch) })
	case !r.burnTimer.Reset(left):
		s.timers.Add(1)
	}
}

// expireMessages is run by the timer of messages that burn.
func (s *Store) expireMessages(sl *slot, epoch string) {
	defer s.timers.Done()
	sl.mu.Lock()
	if sl.room != nil && sl.room.Epoch == epoch {
		s.burnDue(sl, rooms.Now())
	}
	s.unlockSlot(sl)
}

// burnDue burns the messages that are due, and publishes each. The caller holds the
// slot.
func (s *Store) burnDue(sl *slot, now time.Time) {
	r := sl.room
	if r == nil || r.nextBurn.IsZero() {
		return
	}
	if now = r.Clock.At(now); now.Before(r.nextBurn) {
		return
	}
	r.nextBurn = time.Time{}
	var next time.Time
	for i := range r.history.events {
		switch m := &r.history.events[i]; {
		case m.Burnt || m.Deadline.IsZero():
		case now.Before(m.Deadline):
			if next.IsZero() || m.Deadline.Before(next) {
				next = m.Deadline
			}
		default:
			s.charge(r, -int64(len(m.Text)))
			m.Text, m.Burnt = "", true
			r.burns++
			sl.publish(*m)
		}
	}
	if !next.IsZero() {
		s.scheduleBurn(sl, next)
	}
}
