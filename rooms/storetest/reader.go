package storetest

import (
	"context"
	"errors"
	"fmt"

	"wick/rooms"
)

var errGap = errors.New("the feed reports a gap, though it was read in time")

// reader reads events from a feed one by one.
type reader struct {
	w      *world
	feed   *rooms.Feed
	events []rooms.Event // taken and not read yet
}

// watch watches the test's room until the test ends.
func (w *world) watch(s rooms.Store) *reader {
	w.Helper()
	feed, err := s.Watch(w.ctx, w.name)
	w.ok(err)
	w.Cleanup(feed.Close)
	return &reader{w: w, feed: feed}
}

// read waits for the next event. One goroutine at a time may call it.
func (r *reader) read(ctx context.Context) (rooms.Event, error) {
	for len(r.events) == 0 {
		select {
		case <-r.feed.Ready():
		case <-ctx.Done():
			return rooms.Event{}, fmt.Errorf("waiting for an event: %w", ctx.Err())
		}
		events, gap := r.feed.Take()
		if gap {
			return rooms.Event{}, errGap
		}
		r.events = events
	}
	e := r.events[0]
	r.events = r.events[1:]
	return e, nil
}

// next returns the next event, which must be of a kind. It is for the test's own
// goroutine.
func (r *reader) next(kind rooms.Kind) rooms.Event {
	r.w.Helper()
	e, err := r.read(r.w.ctx)
	r.w.ok(err)
	if e.Kind != kind {
		r.w.Fatalf("event is %+v, want one of kind %d", e, kind)
	}
	return e
}
