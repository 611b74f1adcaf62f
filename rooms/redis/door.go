package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// Lock implements rooms.Store.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	_, err := s.runOn(ctx, ref, lockScript, flag(locked), s.wire.seal(ref, sealedBy, by.Alias))
	return err
}

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat) (open bool, err error) {
	room, err := s.Find(ctx, name)
	if err != nil {
		return false, wrap(knockScript.op, err)
	}
	a, err := s.runOn(ctx, room.Ref, knockScript, s.wire.identity(room.Ref, seat.Identity), s.wire.sealSeat(room.Ref, seat))
	if err != nil {
		return false, err
	}
	return a.int() == 1, a.err()
}

// Decide implements rooms.Store.
func (s *Store) Decide(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat, admit bool) error {
	_, err := s.runOn(ctx, ref, decideScript, s.wire.identity(ref, guest.Identity), s.wire.sealSeat(ref, guest),
		s.wire.seal(ref, sealedBy, by.Alias), flag(admit))
	return err
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	_, err := s.runOn(ctx, ref, kickScript, s.wire.identity(ref, guest.Identity), s.wire.sealSeat(ref, guest),
		s.wire.seal(ref, sealedBy, by.Alias))
	return err
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	_, err := s.runOn(ctx, ref, inviteScript, s.wire.tag(ref, taggedToken, token), millis(valid))
	return err
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	room, err := s.Find(ctx, name)
	if err != nil {
		return wrap(redeemScript.op, err)
	}
	_, err = s.runOn(ctx, room.Ref, redeemScript, s.wire.tag(room.Ref, taggedToken, token), s.wire.identity(room.Ref, identity))
	return err
}

// Remains implements rooms.Store: keys, and the entry in the index.
func (s *Store) Remains(ctx context.Context, ref rooms.Ref) (int, error) {
	a, err := s.run(ctx, remainsScript, s.wire.keys(ref.Name), ref.Epoch)
	if err != nil {
		return 0, err
	}
	n := a.int()
	if err := a.err(); err != nil {
		return 0, err
	}
	entry := goredis.NewCmd(ctx, "zscore", dueKey, s.entry(ref))
	switch err := s.do(ctx, once{entry}); {
	case err == nil:
		n++
	case err != goredis.Nil:
		return 0, fault(ctx, remainsScript, err)
	}
	return n, nil
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}
