package redis

import (
	"context"
	"strconv"
	"time"

	"wick/rooms"
)

// Append implements rooms.Store. The sender is the seat as Redis has it: of the
// given one only the ID counts.
func (s *Store) Append(ctx context.Context, ref rooms.Ref, seat rooms.Seat, w rooms.Words) (uint64, error) {
	at := s.now(ctx, ref.Name)
	r, err := s.change(ref, seat, func(seat rooms.Seat) (*reply, error) {
		tag, envelope := s.codec.message(ref, rooms.Event{Time: at, From: seat}.Say(w))
		return s.runOn(ctx, ref, appendScript, seat.ID, revision(seat), tag, envelope, millisOf(at.Add(rooms.AppendLimit)), flag(seat.OwnsAlias()))
	})
	if err != nil {
		return 0, err
	}
	return r.uint(), r.err()
}

// revision returns the seat's revision as Redis has it, see lua/seat.lua.
func revision(s rooms.Seat) string {
	n := strconv.FormatUint(s.Rev, 10)
	if s.Marked {
		n += "m"
	}
	if s.Beside {
		n += "b"
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

// Restore implements rooms.Store. The message is sealed again with the number that
// it had, to distinguish it from a copy by an attacker.
func (s *Store) Restore(ctx context.Context, ref rooms.Ref, e rooms.Event) error {
	if e.Again = e.Seq; e.Time.IsZero() {
		e.Time = s.now(ctx, ref.Name)
	}
	tag, envelope := s.codec.message(ref, e)
	_, err := s.runOn(ctx, ref, restoreScript, tag, envelope, flag(e.Unsaid))
	return err
}

// message returns a message as Redis gets it: the tag of its ID and its envelope.
func (c codec) message(ref rooms.Ref, e rooms.Event) (tag string, envelope []byte) {
	kind := sealedMessage
	if e.Unsaid {
		kind, e.Text = sealedUnsaid, ""
	}
	return c.tag(ref, taggedMessage, e.ID), c.sealWords(ref, kind, e)
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

// Unsay implements rooms.Store.
func (s *Store) Unsay(ctx context.Context, ref rooms.Ref, e rooms.Event) (time.Time, error) {
	now := s.now(ctx, ref.Name)
	if e.Time.IsZero() {
		e.Time = now
	}
	e.Unsaid, e.Text, e.Deadline = true, "", now
	tag, envelope := s.codec.message(ref, e)
	_, err := s.runOn(ctx, ref, unsayScript, tag, envelope, e.Seq, millis(2*rooms.AppendLimit))
	return now, err
}

// Reveal implements rooms.Store. The envelope that replaces the message at its end
// is sealed and stored now, so that any server can replace it then.
func (s *Store) Reveal(ctx context.Context, ref rooms.Ref, by rooms.Seat, e rooms.Event, left time.Duration) (time.Time, error) {
	tag := s.codec.tag(ref, taggedMessage, e.ID)
	if e.Text = ""; e.Time.IsZero() {
		e.Time = s.now(ctx, ref.Name)
	}
	burnt := s.codec.sealWords(ref, sealedBurnt, e)
	left = max(left, 0)
	r, ends, err := s.until(ctx, ref.Name, left, func(ends time.Time, final int) (*reply, error) {
		revealed := e
		revealed.Time, revealed.Deadline = s.now(ctx, ref.Name), ends
		looker, look := s.codec.look(ref, by, e.ID, revealed.Time)
		return s.runOn(ctx, ref, revealScript, tag, millisOf(ends), left.Milliseconds(), s.codec.sealWords(ref, sealedRevealed, revealed), burnt, final, looker, look)
	})
	if err != nil {
		return time.Time{}, err
	}
	if r.next("lit") {
		earlier, err := s.codec.openWords(ref, sealedRevealed, r.string())
		if err := replyError(r, err); err != nil {
			return time.Time{}, err
		}
		return earlier.Deadline, nil
	}
	if left > 0 {
		s.advanceIndex(ctx, ref, millisOf(ends))
	}
	return ends, nil
}

// look returns the tag of a person who looked at a message, and the envelope of that;
// both are empty for nobody.
func (c codec) look(ref rooms.Ref, by rooms.Seat, id string, at time.Time) (tag string, envelope []byte) {
	if by.Identity == "" {
		return "", nil
	}
	return c.identity(ref, by.Identity), c.sealNotice(ref, sealedLooked, notice{at: at, by: id, seat: by})
}

// replyError returns the error of a reply, or else err, which is from decoding it.
func replyError(r *reply, err error) error {
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
	return s.signal(ctx, ref, 'w', seat)
}

// Probe implements rooms.Store.
func (s *Store) Probe(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.signal(ctx, ref, 'q', seat)
}

// Answer implements rooms.Store.
func (s *Store) Answer(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	return s.signal(ctx, ref, 'a', seat)
}

// signal publishes a notice that nothing keeps, given the letter of its kind.
func (s *Store) signal(ctx context.Context, ref rooms.Ref, kind byte, seat rooms.Seat) error {
	at := s.now(ctx, ref.Name)
	_, err := s.runOn(ctx, ref, signalScript, string(kind), s.codec.sealNotice(ref, notices[kind].sealed, notice{at: at, seat: seat}))
	return err
}
