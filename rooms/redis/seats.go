package redis

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
)

// enterTries is how often Enter learns anew which room burns under the name:
// it must know, to seal for that one, and it may be another a moment later.
const enterTries = 2

// Enter implements rooms.Store.
func (s *Store) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	for try := 1; ; try++ {
		room, err := s.Find(ctx, name)
		if err != nil {
			return rooms.Entry{}, wrap(enterScript.op, err)
		}
		entry, err := s.enter(ctx, room, seat, lease, after)
		if !errors.Is(err, rooms.ErrNoRoom) || try == enterTries {
			return entry, err
		}
	}
}

func (s *Store) enter(ctx context.Context, room rooms.Room, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	for try := 1; ; try++ {
		a, err := s.takeSeat(ctx, room.Ref, seat, lease, after, false)
		if err != nil || !a.next("kept") {
			return s.entered(room, seat, a, err)
		}
		kept, err := s.wire.openSeat(room.Ref, a.string())
		if err := errors.Join(a.err(), err); err != nil {
			return rooms.Entry{}, wrap(a.op, err)
		}
		mine := kept
		mine.Node, mine.Away, mine.Seen = seat.Node, false, 0
		a, err = s.takeSeat(ctx, room.Ref, mine, lease, after, true)
		if errors.Is(err, errMoved) && try < enterTries {
			continue // it was given up meanwhile, or taken by another session
		}
		entry, err := s.entered(room, mine, a, err)
		entry.Kept, entry.Seen = true, kept.Seen
		return entry, err
	}
}

// takeSeat answers the room, or that a seat is kept for the identity.
func (s *Store) takeSeat(ctx context.Context, ref rooms.Ref, seat rooms.Seat, lease time.Duration, after uint64, back bool) (*answer, error) {
	return s.runOn(ctx, ref, enterScript, seat.Node, millis(lease), seat.ID, s.wire.alias(ref, seat.Alias),
		s.wire.identity(ref, seat.Identity), s.wire.sealSeat(ref, seat), after, flag(back))
}

// entered takes the room at the moment of entering from an answer.
func (s *Store) entered(room rooms.Room, seat rooms.Seat, a *answer, err error) (rooms.Entry, error) {
	if err != nil {
		return rooms.Entry{}, err
	}
	now := a.now()
	room.Deadline = a.deadline()
	entry := rooms.Entry{Room: room, Seat: seat, Seq: a.uint(), Version: a.uint()}
	roster, history := a.list(), a.list()
	if err := a.err(); err != nil {
		return rooms.Entry{}, err
	}
	if entry.Roster, err = s.wire.openSeats(room.Ref, roster); err != nil {
		return rooms.Entry{}, wrap(a.op, err)
	}
	for _, sits := range entry.Roster {
		if sits.ID == seat.ID {
			entry.Seat = sits // it may be marked
		}
	}
	if entry.History, err = s.wire.openHistory(room.Ref, history, now); err != nil {
		return rooms.Entry{}, wrap(a.op, err)
	}
	return entry, nil
}

// Keep implements rooms.Store.
func (s *Store) Keep(ctx context.Context, ref rooms.Ref, seat rooms.Seat, keep time.Duration) error {
	seat.Node, seat.Away = rooms.Keeper(seat.Identity), true
	_, err := s.runOn(ctx, ref, keepScript, seat.ID, millis(keep), s.wire.sealSeat(ref, seat))
	return err
}

// Leave implements rooms.Store.
func (s *Store) Leave(ctx context.Context, ref rooms.Ref, seat rooms.Seat) error {
	_, err := s.runOn(ctx, ref, leaveScript, seat.ID)
	return err
}

// Rename implements rooms.Store.
func (s *Store) Rename(ctx context.Context, ref rooms.Ref, seat rooms.Seat, alias string) error {
	seat.Alias = alias
	_, err := s.runOn(ctx, ref, renameScript, seat.ID, s.wire.alias(ref, alias), s.wire.sealSeat(ref, seat))
	return err
}

// Beat implements rooms.Store.
func (s *Store) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known uint64) (rooms.Pulse, error) {
	a, err := s.beats.run(ctx, ref, node, millis(lease), known)
	if err != nil {
		return rooms.Pulse{}, err
	}
	pulse := rooms.Pulse{Deadline: a.deadline(), Seq: a.uint(), Version: a.uint(), Locked: a.int() == 1, Burns: a.uint()}
	roster := a.list()
	if err := a.err(); err != nil {
		return rooms.Pulse{}, err
	}
	if pulse.Roster, err = s.wire.openSeats(ref, roster); err != nil {
		return rooms.Pulse{}, wrap(a.op, err)
	}
	return pulse, nil
}
