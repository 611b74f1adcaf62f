package redis

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
)

// Offer implements rooms.Store.
func (s *Store) Offer(ctx context.Context, ref rooms.Ref, d rooms.Drop) error {
	d.Time = s.now(ctx, ref.Name)
	r, err := s.runOn(ctx, ref, offerScript, s.codec.sealDrop(ref, d))
	if err != nil || !r.next("dropped") {
		return err
	}
	before, err := s.codec.openDrop(ref, r.string())
	if err := replyError(r, err); err != nil {
		return err
	}
	if before.Blob != d.Blob {
		return wrap(r.op, rooms.ErrDropped)
	}
	return nil
}

// Claim implements rooms.Store.
func (s *Store) Claim(ctx context.Context, ref rooms.Ref, claim string, lease time.Duration) (rooms.Drop, error) {
	if err := s.listener.settle(ctx); err != nil {
		return rooms.Drop{}, wrap(claimScript.op, err)
	}
	r, err := s.runOn(ctx, ref, claimScript, s.codec.tag(ref, taggedClaim, claim), millis(lease))
	if err != nil {
		return rooms.Drop{}, err
	}
	d, err := s.codec.openDrop(ref, r.string())
	return d, replyError(r, err)
}

// A replica that takes over may have a drop that was taken. The servers that know wipe it
// as soon as they reach the replica, which they do at about the same time. Until then
// nothing is claimed.
const (
	settleTime = 2 * time.Second // after a new connection
	settlePoll = 50 * time.Millisecond
)

// settle waits until other servers have had the time to wipe what Redis brought back.
func (l *listener) settle(ctx context.Context) error {
	for !l.isSettled() {
		select {
		case <-time.After(settlePoll):
		case <-ctx.Done():
			return rooms.ErrUnavailable
		}
	}
	return ctx.Err()
}

func (l *listener) isSettled() bool {
	at := l.settled.Load()
	return l.connected.Load() && (at == nil || time.Now().After(*at))
}

// Unclaim implements rooms.Store.
func (s *Store) Unclaim(ctx context.Context, ref rooms.Ref, claim string) error {
	_, err := s.runOn(ctx, ref, unclaimScript, s.codec.tag(ref, taggedClaim, claim))
	return err
}

// Take implements rooms.Store. Until the deadline, no server that receives the
// announcement finds the room again, even if Redis lost that it was taken.
func (s *Store) Take(ctx context.Context, ref rooms.Ref, claim string, by rooms.Seat) error {
	st, err := s.find(ctx, ref.Name)
	if err == nil && st.room.Epoch == ref.Epoch {
		who := rooms.Seat{Alias: by.Alias, Identity: by.Identity, Keyed: by.Keyed}
		taken := notice{at: st.room.Clock.Now(), n: uint64(millisOf(st.room.Ends)), by: claim, seat: who}
		args := []any{ref.Epoch, s.codec.tag(ref, taggedClaim, claim), s.codec.sealNotice(ref, sealedTaken, taken)}
		if _, err = s.run(ctx, takeScript, s.codec.keys(ref.Name), args...); err == nil {
			s.taken(ctx, ref, st.room.Deadline)
			return nil
		}
	}
	if err = orNoRoom(err); !errors.Is(err, rooms.ErrNoRoom) {
		return err
	}
	// The reply to an earlier call may have been lost.
	epoch, n, lookErr := s.taking(ctx, ref.Name)
	switch {
	case lookErr == nil && epoch == ref.Epoch && n.by == claim:
		s.taken(ctx, ref, rooms.Now().Add(time.UnixMilli(int64(n.n)).Sub(s.now(ctx, ref.Name))))
		return nil
	case lookErr != nil && !errors.Is(lookErr, rooms.ErrNoRoom):
		return lookErr
	}
	return wrap(takeScript.op, err)
}

// takenMark stands before the epoch in the index entry of what tells of a taking.
const takenMark = "x"

// taken tells the other servers that a room was taken, and has a sweep delete at the
// deadline what tells of it in Redis.
func (s *Store) taken(ctx context.Context, ref rooms.Ref, deadline time.Time) {
	s.forget(ctx, ref)
	s.announceDestroyed(ctx, ref, deadline)
	s.index(ctx, s.entry(rooms.Ref{Name: ref.Name, Epoch: takenMark + ref.Epoch}), deadline.Sub(rooms.Now())) // or else it expires
}

// Taking implements rooms.Store.
func (s *Store) Taking(ctx context.Context, name rooms.Name) (rooms.Taking, error) {
	epoch, n, err := s.taking(ctx, name)
	if err != nil {
		return rooms.Taking{}, err
	}
	return rooms.Taking{Epoch: epoch, By: n.seat, Time: n.at}, nil
}

// taking returns the epoch of the last room if it was taken, and the notice of that.
func (s *Store) taking(ctx context.Context, name rooms.Name) (epoch string, n notice, err error) {
	r, err := s.run(ctx, takingScript, s.codec.keys(name))
	if err != nil {
		return "", notice{}, err
	}
	epoch = r.string()
	n, err = s.codec.openNotice(rooms.Ref{Name: name, Epoch: epoch}, sealedTaken, r.string())
	if bad := r.err(); bad != nil {
		return "", notice{}, bad
	}
	if err != nil || !s.now(ctx, name).Before(time.UnixMilli(int64(n.n))) {
		return "", notice{}, wrap(r.op, rooms.ErrNoRoom) // forged, or kept for too long
	}
	return epoch, n, nil
}
