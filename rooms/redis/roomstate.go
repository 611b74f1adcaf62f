package redis

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
)

// roomState is the state of a room that most replies contain. room and promises
// hold only values that a server sealed.
type roomState struct {
	room     rooms.Room
	promises rooms.Promises // without the kicks
	stored   time.Time      // when the room expires in Redis
}

// state decodes what the function state in lua/room.lua returned. The error is
// ErrSealed if no server with this secret lit the room.
func (s *Store) state(name rooms.Name, r *reply) (roomState, error) {
	clock := r.clock()
	stored := r.time()
	ref := rooms.Ref{Name: name, Epoch: r.string()}
	sealed, cut := r.string(), r.string()
	version, locked, lock := r.uint(), r.int() == 1, r.string()
	drop, files := r.string(), r.int()
	if err := r.err(); err != nil {
		return roomState{}, err
	}
	room, err := s.codec.openRoom(ref, sealed)
	if err != nil {
		return roomState{}, wrap(r.op, err)
	}
	st := roomState{room: room, stored: stored}
	if n, err := s.codec.openNotice(ref, sealedShortened, cut); err == nil {
		if ends := time.UnixMilli(int64(n.n)); ends.Before(st.room.Ends) {
			st.room.Ends, st.promises.ShortenedBy = ends, n.by
		}
	}
	kind := sealedUnlocked
	if locked {
		kind = sealedLocked
	}
	if n, err := s.codec.openNotice(ref, kind, lock); err == nil && n.n == version {
		st.room.Locked, st.room.Lock, st.promises.LockedBy = locked, version, n.by
	}
	st.room.Files = files
	if d, err := s.codec.openDrop(ref, drop); err == nil {
		st.room.Drop = &d
	}
	st.room.Clock, st.room.Deadline = clock, clock.Instant(st.room.Ends)
	st.promises.Ends, st.promises.Locked, st.promises.Lock = st.room.Ends, st.room.Locked, st.room.Lock
	return st, nil
}

// over reports whether the room has ended even if it is still in Redis: it was
// destroyed, or its sealed deadline has passed.
func (s *Store) over(st roomState) bool {
	return s.tombs.has(s.codec.sealer.RoomKey(st.room.Name.String()), st.room.Epoch) || !st.room.Clock.Store.Before(st.room.Ends)
}

// find returns the room that burns under the name. It wipes a room that is over,
// and corrects the expiry of one that Redis would keep for longer than promised.
func (s *Store) find(ctx context.Context, name rooms.Name) (roomState, error) {
	keys := s.codec.keys(name)
	r, err := s.run(ctx, findScript, keys)
	if errors.Is(err, rooms.ErrNoRoom) {
		s.sweepOnce(ctx) // the epoch is not known, so neither is the index entry
	}
	if err != nil {
		return roomState{}, err
	}
	st, err := s.state(name, r)
	if err != nil {
		return roomState{}, err
	}
	s.setClock(ctx, name, st.room.Clock)
	switch {
	case s.over(st):
		if err := s.wipe(ctx, st.room.Ref); err != nil && !errors.Is(err, rooms.ErrNoRoom) {
			return roomState{}, err
		}
		return roomState{}, wrap(findScript.op, rooms.ErrNoRoom)
	case st.stored.After(st.room.Ends):
		if err := s.Assert(ctx, st.room.Ref, rooms.Promises{Ends: st.room.Ends, ShortenedBy: st.promises.ShortenedBy}); err != nil {
			return roomState{}, wrap(findScript.op, err)
		}
	}
	return st, nil
}

// wipe deletes an epoch of a room that is over but still in Redis.
func (s *Store) wipe(ctx context.Context, ref rooms.Ref) error {
	_, err := s.runAt(ctx, ref, assertScript, 1, "", 0, 0, "", "")
	return err
}

// readKicks opens what the function kicks in lua/door.lua returned. It returns
// nil only for nil.
func (s *Store) readKicks(ref rooms.Ref, sealed []string) []rooms.Kick {
	if sealed == nil {
		return nil
	}
	kicks := make([]rooms.Kick, 0, len(sealed))
	for _, envelope := range sealed {
		if n, err := s.codec.openNotice(ref, sealedKicked, envelope); err == nil {
			kicks = append(kicks, rooms.Kick{Seat: n.seat, By: n.by})
		}
	}
	return kicks
}
