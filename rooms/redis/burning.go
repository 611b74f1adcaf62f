package redis

import (
	"context"
	"time"

	"wick/rooms"
)

// Reveal implements rooms.Store. What the message leaves at its end is sealed and
// stored now: any server, and none of them in particular, then puts it in the
// message's place.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (time.Time, error) {
	rest := e.Words()
	rest.Text = ""
	tag, body := s.wire.message(ref, rest)
	a, err := s.runOn(ctx, ref, revealScript, tag, max(left.Milliseconds(), 0), body)
	if err != nil {
		return time.Time{}, err
	}
	end, ms := a.deadline(), a.string()
	if err := a.err(); err != nil {
		return time.Time{}, err
	}
	if left > 0 {
		s.indexSooner(ctx, ref, ms)
	}
	return end, nil
}

// Typing implements rooms.Store.
func (s *Store) Typing(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	_, err := s.runOn(ctx, ref, typingScript, s.wire.sealSeat(ref, seat))
	return err
}
