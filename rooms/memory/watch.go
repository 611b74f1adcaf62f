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
	return s.withRoom(ctx, "typing", ref, func(sl *slot, now time.Time) error {
		sl.publish(sl.room.event(rooms.Typing, now, seat))
		return nil
	})
}
