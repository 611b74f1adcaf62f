package redis

import (
	"context"

	"wick/rooms"
)

// Append implements rooms.Store. The message is from the seat as the store
// knows it: only the seat's ID counts.
func (s *Store) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, w rooms.Words) (uint64, error) {
	tag, body := s.wire.message(ref, w)
	a, err := s.runOn(ctx, ref, appendScript, seat.ID, tag, body)
	if err != nil {
		return 0, err
	}
	return a.uint(), a.err()
}

// Resolve implements rooms.Store.
func (s *Store) Resolve(ctx context.Context, ref rooms.Ref, id string) (uint64, error) {
	a, err := s.runOn(ctx, ref, resolveScript, s.wire.tag(ref, taggedMessage, id))
	if err != nil {
		return 0, err
	}
	return a.uint(), a.err()
}

// Restore implements rooms.Store.
func (s *Store) Restore(ctx context.Context, ref rooms.Ref, e rooms.Event) error {
	tag, body := s.wire.message(ref, e.Words())
	_, err := s.runOn(ctx, ref, restoreScript, s.wire.sealSeat(ref, e.From), tag, body)
	return err
}

// message is what Redis is told of one.
func (w wire) message(ref rooms.Ref, said rooms.Words) (tag string, body []byte) {
	return w.tag(ref, taggedMessage, said.ID), w.sealWords(ref, said)
}

// Since implements rooms.Store.
func (s *Store) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	a, err := s.runOn(ctx, ref, sinceScript, after)
	if err != nil {
		return nil, err
	}
	now := a.now()
	a.millis()
	entries := a.list()
	if err := a.err(); err != nil {
		return nil, err
	}
	events, err := s.wire.openHistory(ref, entries, now)
	if err != nil {
		return nil, wrap(a.op, err)
	}
	return events, nil
}

func (w wire) openHistory(ref rooms.Ref, entries []string, now clock) ([]rooms.Event, error) {
	events := make([]rooms.Event, len(entries))
	for i, raw := range entries {
		var err error
		if events[i], err = w.openEntry(ref.Name, raw, now); err != nil {
			return nil, err
		}
	}
	return events, nil
}
