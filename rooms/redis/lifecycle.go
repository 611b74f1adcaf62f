package redis

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"wick/rooms"
)

// epochBytes is large enough that no two rooms ever get the same epoch.
const epochBytes = 8

// Light implements rooms.Store.
func (s *Store) Light(ctx context.Context, l rooms.Lighting) (rooms.Room, error) {
	var raw [epochBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	room := rooms.Room{
		Ref:     rooms.Ref{Name: l.Name, Epoch: hex.EncodeToString(raw[:])},
		Span:    time.Duration(millis(l.TTL)) * time.Millisecond,
		Seats:   l.Seats,
		History: l.History,
		Owner:   l.Owner,
	}
	// The index is in another slot, so no script can write both. The entry
	// comes first: an entry without a room does no harm.
	if err := s.index(ctx, s.entry(room.Ref), l.TTL); err != nil {
		return rooms.Room{}, wrap(lightScript.op, err)
	}
	keys := s.codec.keys(l.Name)
	r, _, err := s.until(ctx, l.Name, room.Span, func(ends time.Time, final int) (*reply, error) {
		room.Ends = ends
		return s.run(ctx, lightScript, keys, room.Epoch, millisOf(ends), room.Span.Milliseconds(), room.History, s.codec.sealRoom(room), final)
	})
	if errors.Is(err, rooms.ErrBurning) || isFull(err) {
		s.forget(ctx, room.Ref)
	}
	if err != nil {
		return rooms.Room{}, err
	}
	room.Clock = r.clock()
	room.Deadline = room.Clock.Instant(room.Ends)
	s.setClock(ctx, l.Name, room.Clock)
	if l.Key != "" && r.err() == nil {
		s.announceLit(ctx, room, l.Key)
	}
	return room, r.err()
}

// Find implements rooms.Store.
func (s *Store) Find(ctx context.Context, name rooms.Name) (rooms.Room, error) {
	st, err := s.find(ctx, name)
	return st.room, err
}

// Shorten implements rooms.Store.
func (s *Store) Shorten(ctx context.Context, ref rooms.Ref, by rooms.Seat, left time.Duration) (rooms.Room, error) {
	st, err := s.find(ctx, ref.Name)
	if err != nil || st.room.Epoch != ref.Epoch {
		return rooms.Room{}, wrap(shortenScript.op, orNoRoom(err))
	}
	room := st.room
	r, ends, err := s.until(ctx, ref.Name, left, func(ends time.Time, final int) (*reply, error) {
		cut := s.codec.sealNotice(ref, sealedShortened, notice{at: s.now(ctx, ref.Name), n: uint64(ends.UnixMilli()), by: by.Alias})
		return s.runOn(ctx, ref, shortenScript, millisOf(ends), millis(left), cut, final)
	})
	if err != nil {
		return rooms.Room{}, err
	}
	room.Clock, room.Ends = r.clock(), ends
	room.Deadline = room.Clock.Instant(ends)
	if err := r.err(); err != nil {
		return rooms.Room{}, err
	}
	s.advanceIndex(ctx, ref, millisOf(ends))
	return room, nil
}

// orNoRoom returns err, or ErrNoRoom if err is nil: another room burns under
// the name.
func orNoRoom(err error) error {
	if err == nil {
		return rooms.ErrNoRoom
	}
	return err
}

// Destroy implements rooms.Store. Until the deadline, no server that receives
// the announcement finds the room again, even if Redis lost the destruction.
func (s *Store) Destroy(ctx context.Context, ref rooms.Ref, by rooms.Seat) error {
	st, err := s.find(ctx, ref.Name)
	if err != nil || st.room.Epoch != ref.Epoch {
		return wrap(destroyScript.op, orNoRoom(err))
	}
	ends := st.room.Ends
	_, err = s.runOn(ctx, ref, destroyScript,
		s.codec.sealNotice(ref, sealedDestroyed, notice{at: st.room.Clock.Now(), n: uint64(ends.UnixMilli()), by: by.Alias}))
	if err == nil {
		s.forget(ctx, ref)
		s.announceDestroyed(ctx, ref, st.room.Deadline)
	}
	return err
}

// Reap implements rooms.Store.
func (s *Store) Reap(ctx context.Context, ref rooms.Ref) (time.Duration, error) {
	left, _, err := s.reap(ctx, s.codec.keys(ref.Name), ref.Epoch)
	if err == nil && left == 0 {
		s.forget(ctx, ref)
	}
	return left, err
}

// reap wipes the room if its deadline has passed. It returns the time left, and
// the time until a part of the room is due.
func (s *Store) reap(ctx context.Context, keys []string, epoch string) (left, next time.Duration, err error) {
	r, err := s.run(ctx, reapScript, keys, epoch)
	if err != nil {
		return 0, 0, err
	}
	return r.millis(), r.millis(), r.err()
}

// runOn runs a script on one epoch of a room, unless it was destroyed. If the
// room is gone, runOn removes it from the index.
func (s *Store) runOn(ctx context.Context, ref rooms.Ref, sc script, args ...any) (*reply, error) {
	if s.destroyed(ref) {
		return nil, wrap(sc.op, rooms.ErrNoRoom)
	}
	return s.runAt(ctx, ref, sc, args...)
}

// runAt is runOn without the check whether the room was destroyed.
func (s *Store) runAt(ctx context.Context, ref rooms.Ref, sc script, args ...any) (*reply, error) {
	r, err := s.run(ctx, sc, s.codec.keys(ref.Name), append([]any{ref.Epoch}, args...)...)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.forget(ctx, ref)
	}
	return r, err
}

// millis returns a duration in ms as scripts take it. It is at least 1: Redis
// deletes a key at once if it is set to expire in 0 ms.
func millis(d time.Duration) int64 { return max(1, d.Milliseconds()) }

// millisOf returns an instant as scripts take it.
func millisOf(t time.Time) int64 { return t.UnixMilli() }
