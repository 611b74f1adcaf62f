package memory

import (
	"context"
	"time"

	"wick/rooms"
)

// Watch implements rooms.Store.
func (s *Store) Watch(ctx context.Context, name rooms.Name) (feed *rooms.Feed, err error) {
	err = s.withSlot(ctx, "watch", name, func(sl *slot, _ time.Time) error {
		feed = rooms.NewFeed(func() {
			sl.mu.Lock()
			delete(sl.feeds, feed)
			s.unlockSlot(sl)
		})
		sl.feeds[feed] = struct{}{}
		return nil
	})
	return feed, err
}

// Typing implements rooms.Store.
func (s *Store) Typing(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.signal(ctx, "typing", ref, rooms.Typing, seat)
}

// Probe implements rooms.Store.
func (s *Store) Probe(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.signal(ctx, "probe", ref, rooms.Probed, seat)
}

// Answer implements rooms.Store.
func (s *Store) Answer(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.signal(ctx, "answer", ref, rooms.Answered, seat)
}

// signal publishes an event that nothing keeps.
func (s *Store) signal(ctx context.Context, op string, ref rooms.Ref, kind rooms.Kind, seat rooms.Seat) error {
	return s.withRoom(ctx, op, ref, func(sl *slot, now time.Time) error {
		sl.publish(sl.room.event(kind, now, seat))
		return nil
	})
}
