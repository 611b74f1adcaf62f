package redis

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
)

// enterTries bounds how often Enter looks up the room for which it seals, and how
// often it runs the script for one room. Between two commands another room may get
// the name, or another session the seat.
const enterTries = 3

// Enter implements rooms.Store.
func (s *Store) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	for try := 1; ; try++ {
		st, err := s.find(ctx, name)
		if err != nil {
			return rooms.Entry{}, wrap(enterScript.op, err)
		}
		e := entering{store: s, room: st.room, seat: seat, lease: lease, after: after}
		if st.room.OwnedBy(seat.Identity) {
			e.pass = "owner"
		}
		entry, err := e.enter(ctx)
		if !errors.Is(err, rooms.ErrNoRoom) || try == enterTries {
			return entry, err
		}
	}
}

// entering is a call of Enter, for one room.
type entering struct {
	store *Store
	room  rooms.Room
	seat  rooms.Seat
	lease time.Duration
	after uint64
	kept  *rooms.Seat // the seat that is kept for the identity, or nil
	pass  string      // the envelope by which the identity was admitted, "owner", or ""
	again bool        // the alias that the identity chose last was looked up
}

// enter takes the seat. The script may first return an envelope for the server to
// check: of a seat that is kept for the identity, or of the identity's admission.
func (e *entering) enter(ctx context.Context) (rooms.Entry, error) {
	for try := 1; ; try++ {
		r, err := e.run(ctx)
		switch {
		case errors.Is(err, errMoved) && try < enterTries:
			e.kept = nil // it was given up, or another session took it
		case err != nil:
			return rooms.Entry{}, err
		case r.next("kept"):
			kept, err := e.store.codec.openSeat(e.room.Ref, r.string())
			if err := errors.Join(r.err(), err); err != nil {
				return rooms.Entry{}, wrap(r.op, err)
			}
			e.kept = &kept.From
		case r.next("seated"):
			entry := rooms.Entry{Room: e.room, Roster: e.store.codec.openSeats(e.room.Ref, r.list())}
			return entry, errors.Join(r.err(), wrap(r.op, rooms.ErrSeated))
		case r.next("chosen"):
			e.again = true
			if n, err := e.store.codec.openNotice(e.room.Ref, sealedChosen, r.string()); err == nil && n.seat.Identity == e.seat.Identity {
				e.seat.Alias, e.seat.Own = n.by, false
			}
		case r.next("kicked"):
			return rooms.Entry{}, e.store.kickedError(e.room.Ref, e.seat.Identity, r)
		case r.next("pass"):
			pass := r.string()
			if e.pass == pass || !e.store.admitted(e.room.Ref, e.seat.Identity, pass) {
				return rooms.Entry{}, wrap(r.op, rooms.ErrLocked)
			}
			e.pass = pass
		default:
			return e.entry(r)
		}
		if try > enterTries {
			return rooms.Entry{}, wrap(enterScript.op, rooms.ErrUnavailable)
		}
	}
}

// taken returns the seat as it is to be, and how it changes.
func (e *entering) taken() (seat rooms.Seat, change rooms.Kind) {
	if e.kept == nil {
		seat = e.seat
		seat.Own, seat.Alone, seat.Chosen = false, false, false
		return seat, rooms.Joined
	}
	seat = *e.kept
	seat.Node, seat.Away, seat.Seen = e.seat.Node, false, 0
	seat.Writer, seat.Beside = false, false // whoever comes back stays
	seat.Rev++
	return seat, rooms.Back
}

func (e *entering) run(ctx context.Context) (*reply, error) {
	s, ref := e.store, e.room.Ref
	seat, change := e.taken()
	at := e.room.Clock.Now()
	plain, marked := s.codec.sealBoth(ref, at, seat, change, "")
	return s.runOn(ctx, ref, enterScript, seat.Node, millis(e.lease), seat.ID, s.codec.alias(ref, seat.Alias),
		s.codec.identity(ref, seat.Identity), s.codec.network(ref, seat.Network), seat.Rev, plain, marked, s.codec.sealNotice(ref, sealedWelcome, notice{at: at, by: seat.Identity}),
		e.after, e.room.Seats, flag(e.kept != nil), e.pass, flag(e.seat.Own && rooms.FoldAlias(seat.Alias) == rooms.FoldAlias(e.seat.Alias)), e.options())
}

// options returns what the script may and may not do, as letters.
func (e *entering) options() (letters string) {
	for _, o := range []struct {
		set    bool
		letter string
	}{{e.seat.Alone, "a"}, {e.seat.Chosen, "c"}, {e.seat.Writer, "w"}, {e.seat.Beside, "b"}, {!e.seat.OwnsAlias(), "n"}, {e.seat.Own && !e.again, "l"}} {
		if o.set {
			letters += o.letter
		}
	}
	return letters
}

// sealBoth seals a seat without and with its alias marked as another's. Redis
// knows which of them is true.
func (c codec) sealBoth(ref rooms.Ref, at time.Time, s rooms.Seat, change rooms.Kind, was string) (plain, marked []byte) {
	s.Marked = false
	plain = c.sealSeat(ref, at, s, change, was)
	s.Marked = true
	return plain, c.sealSeat(ref, at, s, change, was)
}

// kickedError returns ErrKicked if a server sealed the kick. Without that, the
// identity cannot enter either, but is not told that it was kicked.
func (s *Store) kickedError(ref rooms.Ref, identity string, r *reply) error {
	n, err := s.codec.openNotice(ref, sealedKicked, r.string())
	if bad := r.err(); bad != nil {
		return bad
	}
	if err != nil || n.seat.Identity != identity {
		return wrap(r.op, rooms.ErrUnavailable)
	}
	return wrap(r.op, rooms.ErrKicked)
}

// admitted reports whether a server sealed that the identity was admitted.
func (s *Store) admitted(ref rooms.Ref, identity, envelope string) bool {
	n, err := s.codec.openNotice(ref, sealedWelcome, envelope)
	return err == nil && n.by == identity
}

// entry decodes the reply of the script: the room at the moment of entering.
func (e *entering) entry(r *reply) (rooms.Entry, error) {
	s, ref := e.store, e.room.Ref
	inner := r.inner()
	seq, version, mark, welcome := r.uint(), r.uint(), r.string(), r.int() == 1
	kicks, roster, history, fuses := r.list(), r.list(), r.list(), r.list()
	if err := r.err(); err != nil {
		return rooms.Entry{}, err
	}
	st, err := s.state(ref.Name, inner)
	if err != nil {
		return rooms.Entry{}, err
	}
	entry := rooms.Entry{
		Room:     st.room,
		Promises: st.promises,
		Welcome:  welcome || st.room.OwnedBy(e.seat.Identity),
		Roster:   s.codec.openSeats(ref, roster),
		Version:  version,
		Mark:     mark,
		History:  s.codec.openHistory(ref, seq, history, fuses, st.room.Clock.Now()),
		Seq:      seq,
	}
	entry.Promises.Kicks = s.readKicks(ref, kicks)
	entry.Seat, _ = e.taken()
	if entry.Reserved = e.kept != nil; entry.Reserved {
		entry.Seen = e.kept.Seen
	}
	for _, seat := range entry.Roster {
		if seat.ID == entry.Seat.ID {
			entry.Seat = seat // it may be marked
		}
	}
	return entry, nil
}

// changeTries bounds how often a change is tried if Redis has another revision of
// the seat than this server: the reply to an earlier change was lost.
const changeTries = 3

// change runs a script with the seat as this server knows it. If the script returns
// a newer one, change runs it again with that.
func (s *Store) change(ref rooms.Ref, seat rooms.Seat, run func(seat rooms.Seat) (*reply, error)) (*reply, error) {
	for try := 1; ; try++ {
		r, err := run(seat)
		if err != nil || !r.next("seat") {
			return r, err
		}
		now, err := s.codec.openSeat(ref, r.string())
		if err := replyError(r, err); err != nil {
			return nil, err
		}
		if now.From.ID != seat.ID || try == changeTries {
			return nil, wrap(r.op, rooms.ErrNotSeated) // a forger put another seat there
		}
		seat = now.From
	}
}

// Reserve implements rooms.Store.
func (s *Store) Reserve(ctx context.Context, ref rooms.Ref, seat rooms.Seat, keep time.Duration) error {
	seen := seat.Seen
	at := s.now(ctx, ref.Name)
	_, err := s.change(ref, seat, func(seat rooms.Seat) (*reply, error) {
		seat.Node, seat.Away, seat.Seen, seat.Rev = rooms.Reservation(seat.Identity), true, seen, seat.Rev+1
		return s.runOn(ctx, ref, keepScript, seat.ID, millis(keep), seat.Rev, s.codec.sealSeat(ref, at, seat, rooms.Away, ""))
	})
	return err
}

// Leave implements rooms.Store.
func (s *Store) Leave(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	_, err := s.runOn(ctx, ref, leaveScript, seat.ID)
	return err
}

// Rename implements rooms.Store.
func (s *Store) Rename(ctx context.Context, ref rooms.Ref, seat rooms.Seat, alias string) error {
	at, own := s.now(ctx, ref.Name), seat.Own
	var chosen []byte
	if seat.Keyed && !own {
		chosen = s.codec.sealNotice(ref, sealedChosen, notice{at: at, by: alias, seat: rooms.Seat{Identity: seat.Identity}})
	}
	_, err := s.change(ref, seat, func(seat rooms.Seat) (*reply, error) {
		was := seat.Alias
		seat.Alias, seat.Rev = alias, seat.Rev+1
		plain, marked := s.codec.sealBoth(ref, at, seat, rooms.Renamed, was)
		return s.runOn(ctx, ref, renameScript, seat.ID, s.codec.alias(ref, alias), seat.Rev, plain, marked, flag(own), chosen)
	})
	return err
}

// Beat implements rooms.Store.
func (s *Store) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	if s.destroyed(ref) {
		return rooms.Pulse{}, wrap(beatScript.op, rooms.ErrNoRoom)
	}
	r, err := s.beats.run(ctx, ref, node, millis(lease), known.Version, known.Mark, known.Kicks)
	if err != nil {
		return rooms.Pulse{}, err
	}
	inner := r.inner()
	pulse := rooms.Pulse{Seq: r.uint(), Version: r.uint(), Mark: r.string(), Burns: r.uint()}
	kicks, roster := r.list(), r.list()
	if err := r.err(); err != nil {
		return rooms.Pulse{}, err
	}
	st, err := s.state(ref.Name, inner)
	if err != nil {
		return rooms.Pulse{}, err
	}
	if s.over(st) {
		s.wipe(ctx, ref)
		return rooms.Pulse{}, wrap(beatScript.op, rooms.ErrNoRoom)
	}
	s.setClock(ctx, ref.Name, st.room.Clock)
	pulse.Promises, pulse.Clock, pulse.Stored, pulse.Deadline = st.promises, st.room.Clock, st.stored, st.room.Deadline
	pulse.Drop, pulse.Files = st.room.Drop, st.room.Files
	pulse.Promises.Kicks = s.readKicks(ref, kicks)
	pulse.Roster = s.codec.openSeats(ref, roster)
	return pulse, nil
}
