package redis

import (
	"context"
	"strconv"
	"time"

	"wick/rooms"
)

// Append implements rooms.Store. The message is from the seat as Redis knows it:
// of what is given, only the seat's ID counts.
func (s *Store) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, w rooms.Words) (uint64, error) {
	at := s.now(ctx, ref.Name)
	r, err := s.change(ref, seat, func(seat rooms.Seat) (*reply, error) {
		tag, envelope := s.codec.message(ref, rooms.Event{Time: at, From: seat}.Say(w))
		return s.runOn(ctx, ref, appendScript, seat.ID, revision(seat), tag, envelope, millisOf(at.Add(rooms.AppendLimit)))
	})
	if err != nil {
		return 0, err
	}
	return r.uint(), r.err()
}

// revision is what Redis knows of a seat's state, see lua/seats.lua.
func revision(s rooms.Seat) string {
	n := strconv.FormatUint(s.Rev, 10)
	if s.Marked {
		n += "m"
	}
	return n
}

// Resolve implements rooms.Store.
func (s *Store) Resolve(ctx context.Context, ref rooms.Ref, id string) (uint64, error) {
	r, err := s.runOn(ctx, ref, resolveScript, s.codec.tag(ref, taggedMessage, id), millis(2*rooms.AppendLimit))
	if err != nil {
		return 0, err
	}
	return r.uint(), r.err()
}

// Restore implements rooms.Store. The number that the message had is sealed anew,
// so that it can be told from a copy.
func (s *Store) Restore(ctx context.Context, ref rooms.Ref, e rooms.Event) error {
	if e.Again = e.Seq; e.Time.IsZero() {
		e.Time = s.now(ctx, ref.Name)
	}
	tag, envelope := s.codec.message(ref, e)
	_, err := s.runOn(ctx, ref, restoreScript, tag, envelope)
	return err
}

// message is what Redis is told of one.
func (c codec) message(ref rooms.Ref, e rooms.Event) (tag string, envelope []byte) {
	return c.tag(ref, taggedMessage, e.ID), c.sealWords(ref, sealedMessage, e)
}

// Since implements rooms.Store.
func (s *Store) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	r, err := s.runOn(ctx, ref, sinceScript, after)
	if err != nil {
		return nil, err
	}
	clock := r.clock()
	newest, entries, fuses := r.uint(), r.list(), r.list()
	if err := r.err(); err != nil {
		return nil, err
	}
	return s.codec.openHistory(ref, newest, entries, fuses, clock.Now()), nil
}

// Reveal implements rooms.Store. What the message leaves at its end is sealed and
// stored now: any server, and none of them in particular, then puts it in the
// message's place.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (time.Time, error) {
	tag := s.codec.tag(ref, taggedMessage, e.ID)
	if e.Text = ""; e.Time.IsZero() {
		e.Time = s.now(ctx, ref.Name)
	}
	rest := s.codec.sealWords(ref, sealedBurnt, e)
	left = max(left, 0)
	r, ends, err := s.until(ctx, ref.Name, left, func(ends time.Time, final int) (*reply, error) {
		told := e
		told.Time, told.Deadline = s.now(ctx, ref.Name), ends
		return s.runOn(ctx, ref, revealScript, tag, millisOf(ends), left.Milliseconds(), s.codec.sealWords(ref, sealedRevealed, told), rest, final)
	})
	if err != nil {
		return time.Time{}, err
	}
	if r.next("lit") {
		fuse, err := s.codec.openWords(ref, sealedRevealed, r.string())
		if err := orFault(r, err); err != nil {
			return time.Time{}, err
		}
		return fuse.Deadline, nil
	}
	if left > 0 {
		s.advanceIndex(ctx, ref, millisOf(ends))
	}
	return ends, nil
}

// orFault is what was wrong with an answer, or err.
func orFault(r *reply, err error) error {
	if bad := r.err(); bad != nil {
		return bad
	}
	if err != nil {
		return wrap(r.op, err)
	}
	return nil
}

// Typing implements rooms.Store.
func (s *Store) Typing(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	at := s.now(ctx, ref.Name)
	_, err := s.runOn(ctx, ref, typingScript, s.codec.sealNotice(ref, sealedTyping, notice{at: at, seat: seat}))
	return err
}
