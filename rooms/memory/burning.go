package memory

import (
	"context"
	"slices"
	"time"

	"wick/rooms"
)

// Reveal implements rooms.Store.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, by rooms.Seat, e rooms.Event, left time.Duration) (end time.Time, err error) {
	err = s.withRoom(ctx, "reveal", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		seq := r.history.find(e.ID)
		if seq == 0 || r.history.at(seq).Burnt || r.history.at(seq).Unsaid {
			return rooms.ErrBurnt
		}
		m := r.history.at(seq)
		looked, err := s.addLook(r, m, by, now)
		if err != nil {
			return err
		}
		defer func() { // after what it made of the message
			if looked.Kind != 0 {
				sl.publish(looked)
			}
		}()
		if end = r.Clock.At(now.Add(left)).Truncate(time.Millisecond); !m.Deadline.IsZero() && !end.Before(m.Deadline) {
			end = m.Deadline
			return nil
		}
		m.Deadline = end
		r.burns++
		revealed := *m
		revealed.Kind, revealed.Text, revealed.Time, revealed.Looks = rooms.Revealed, "", r.Clock.At(now).Truncate(time.Millisecond), nil
		sl.publish(revealed)
		s.scheduleBurn(sl, end)
		s.burnDue(sl, now)
		return nil
	})
	return end, err
}

// addLook adds that somebody looked at a message, and returns the event to publish; it
// is zero if that is nothing new.
func (s *Store) addLook(r *room, m *rooms.Event, by rooms.Seat, now time.Time) (looked rooms.Event, err error) {
	var looks []rooms.Look
	if m.Looks != nil {
		looks = *m.Looks
	}
	if by.Identity == "" || len(looks) >= rooms.MaxLooks || slices.ContainsFunc(looks, func(l rooms.Look) bool { return l.By.Identity == by.Identity }) {
		return looked, nil
	}
	if !s.charge(r, identityCost) {
		return looked, rooms.ErrStoreFull
	}
	looked = r.event(rooms.Looked, now, by)
	looked.Seq, looked.ID = m.Seq, m.ID
	looks = append(slices.Clip(looks), rooms.Look{By: looked.From, Time: looked.Time})
	m.Looks = &looks
	r.burns++
	return looked, nil
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
		case m.Burnt || m.Unsaid || m.Deadline.IsZero():
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
