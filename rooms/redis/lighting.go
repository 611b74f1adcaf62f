package redis

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"wick/rooms"
)

// epochBytes is enough that no room is ever lit twice with one epoch.
const epochBytes = 8

// Light implements rooms.Store.
func (s *Store) Light(ctx context.Context, l rooms.Lighting) (rooms.Room, error) {
	var raw [epochBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	ref := rooms.Ref{Name: l.Name, Epoch: hex.EncodeToString(raw[:])}
	// The index is in another slot, so in no script with the room: it comes
	// first, for an entry without a room does no harm.
	if err := s.index(ctx, s.entry(ref), l.TTL); err != nil {
		return rooms.Room{}, wrap(lightScript.op, err)
	}
	a, err := s.run(ctx, lightScript, s.wire.keys(l.Name),
		ref.Epoch, millis(l.TTL), l.Seats, l.History, s.wire.seal(ref, sealedOwner, l.Owner))
	if errors.Is(err, rooms.ErrBurning) || isFull(err) {
		s.forget(ctx, ref)
	}
	if err != nil {
		return rooms.Room{}, err
	}
	return rooms.Room{
		Ref:      ref,
		Deadline: a.deadline(),
		Span:     time.Duration(millis(l.TTL)) * time.Millisecond,
		Seats:    l.Seats,
		History:  l.History,
		Owner:    l.Owner,
	}, a.err()
}

// Find implements rooms.Store.
func (s *Store) Find(ctx context.Context, name rooms.Name) (rooms.Room, error) {
	a, err := s.run(ctx, findScript, s.wire.keys(name))
	if errors.Is(err, rooms.ErrNoRoom) {
		s.sweepOnce(ctx) // whose entry in the index it was is not known
	}
	if err != nil {
		return rooms.Room{}, err
	}
	return s.room(name, a)
}

// Shorten implements rooms.Store.
func (s *Store) Shorten(ctx context.Context, ref rooms.Ref, by rooms.Seat, left time.Duration) (rooms.Room, error) {
	a, err := s.runOn(ctx, ref, shortenScript, millis(left), s.wire.seal(ref, sealedBy, by.Alias))
	if err != nil {
		return rooms.Room{}, err
	}
	room, err := s.room(ref.Name, a)
	if err == nil {
		s.indexSooner(ctx, ref, a.string())
	}
	return room, err
}

// room takes a room from an answer.
func (s *Store) room(name rooms.Name, a *answer) (rooms.Room, error) {
	room := rooms.Room{Deadline: a.deadline(), Ref: rooms.Ref{Name: name, Epoch: a.string()}}
	room.Span, room.Seats, room.History = a.millis(), a.int(), a.int()
	sealed := a.string()
	room.Locked = a.int() == 1
	if err := a.err(); err != nil {
		return rooms.Room{}, err
	}
	owner, err := s.wire.open(room.Ref, sealedOwner, sealed, 1)
	if err != nil {
		return rooms.Room{}, wrap(a.op, err)
	}
	room.Owner = owner[0]
	return room, nil
}

// Destroy implements rooms.Store.
func (s *Store) Destroy(ctx context.Context, ref rooms.Ref, by rooms.Seat) error {
	_, err := s.runOn(ctx, ref, destroyScript, s.wire.seal(ref, sealedBy, by.Alias))
	if err == nil {
		s.forget(ctx, ref)
	}
	return err
}

// Reap implements rooms.Store.
func (s *Store) Reap(ctx context.Context, ref rooms.Ref) (time.Duration, error) {
	left, _, err := s.reap(ctx, s.wire.keys(ref.Name), ref.Epoch)
	if err == nil && left == 0 {
		s.forget(ctx, ref)
	}
	return left, err
}

// reap answers the time left, and that until something of the room is due.
func (s *Store) reap(ctx context.Context, keys []string, epoch string) (left, next time.Duration, err error) {
	a, err := s.run(ctx, reapScript, keys, epoch)
	if err != nil {
		return 0, 0, err
	}
	return a.millis(), a.millis(), a.err()
}

// runOn runs a script on one burning of a room, and forgets it where it is gone.
func (s *Store) runOn(ctx context.Context, ref rooms.Ref, sc script, args ...any) (*answer, error) {
	a, err := s.run(ctx, sc, s.wire.keys(ref.Name), append([]any{ref.Epoch}, args...)...)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.forget(ctx, ref)
	}
	return a, err
}

// millis is a time as scripts take it: at least 1, for Redis deletes at once
// what is to expire at this very moment.
func millis(d time.Duration) int64 { return max(1, d.Milliseconds()) }
