package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// lockTries bounds how often Lock and Assert try again because somebody else
// changed the lock at the same time.
const lockTries = 3

// Lock implements rooms.Store. The version is a time, so that one that was lost in
// a failover is not given to another change.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	at := s.now(ctx, ref.Name)
	version := uint64(at.UnixMilli())
	for try := 1; ; try++ {
		r, err := s.runOn(ctx, ref, lockScript, version, flag(locked), s.codec.sealLock(ref, at, locked, version, by.Alias))
		if err != nil {
			return err
		}
		if !r.next("stale") {
			return r.err()
		}
		if version = r.uint() + 1; r.err() != nil || try == lockTries {
			return wrap(r.op, rooms.ErrUnavailable)
		}
	}
}

func (c codec) sealLock(ref rooms.Ref, at time.Time, locked bool, version uint64, by string) []byte {
	kind := sealedUnlocked
	if locked {
		kind = sealedLocked
	}
	return c.sealNotice(ref, kind, notice{at: at, n: version, by: by})
}

// Assert implements rooms.Store.
func (s *Store) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	at := s.now(ctx, ref.Name)
	ends := p.Ends.UnixMilli()
	args := []any{ends, s.codec.sealNotice(ref, sealedShortened, notice{at: at, n: uint64(ends), by: p.ShortenedBy})}
	args = append(args, p.Lock, flag(p.Locked), s.codec.sealLock(ref, at, p.Locked, p.Lock, p.LockedBy), "")
	forged := len(args) - 1
	for _, k := range p.Kicks {
		args = append(args, "k", s.codec.identity(ref, k.Seat.Identity), s.codec.sealNotice(ref, sealedKicked, notice{at: at, by: k.By, seat: k.Seat}))
	}
	for _, identity := range p.Welcome {
		args = append(args, "y", s.codec.identity(ref, identity), s.codec.sealNotice(ref, sealedWelcome, notice{at: at, by: identity}))
	}
	for try := 1; ; try++ {
		r, err := s.runOn(ctx, ref, assertScript, args...)
		if err != nil {
			return err
		}
		if !r.next("lock") {
			s.advanceIndex(ctx, ref, ends) // the index may have lost it, too
			return nil
		}
		version, locked, lock := r.string(), r.string(), r.string()
		if err := r.err(); err != nil {
			return err
		}
		if s.sealedLock(ref, version, locked, lock) {
			s.advanceIndex(ctx, ref, ends)
			return nil // genuine, and not older than the asserted one
		}
		if try == lockTries {
			return wrap(r.op, rooms.ErrUnavailable)
		}
		args[forged] = version + ":" + locked + ":" + lock
	}
}

// sealedLock reports whether a server sealed that state of the lock.
func (s *Store) sealedLock(ref rooms.Ref, version, locked, lock string) bool {
	kind := sealedUnlocked
	if locked == "1" {
		kind = sealedLocked
	}
	n, err := s.codec.openNotice(ref, kind, lock)
	return err == nil && number(n.n) == version
}

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat, ring bool) (open bool, err error) {
	st, err := s.find(ctx, name)
	if err != nil {
		return false, wrap(knockScript.op, err)
	}
	ref, owner := st.room.Ref, st.room.OwnedBy(seat.Identity)
	var envelope []byte // empty: the knock is not announced
	if ring {
		envelope = s.codec.sealNotice(ref, sealedKnocked, notice{at: st.room.Clock.Now(), seat: seat})
	}
	for forged := ""; ; {
		r, err := s.runOn(ctx, ref, knockScript, s.codec.identity(ref, seat.Identity), envelope, forged, flag(owner))
		if err != nil {
			return false, err
		}
		switch word := r.string(); word {
		case "open":
			return true, r.err()
		case "kicked":
			return false, s.kickedError(ref, seat.Identity, r)
		case "pass":
			pass := r.string()
			if err := r.err(); err != nil || s.admitted(ref, seat.Identity, pass) {
				return err == nil, err
			}
			if pass == forged {
				return false, errBadReply(r.op)
			}
			forged = pass
		default:
			return false, r.err()
		}
	}
}

// Decide implements rooms.Store.
func (s *Store) Decide(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat, admit bool) error {
	at := s.now(ctx, ref.Name)
	kind, welcome := sealedDenied, []byte(nil)
	if admit {
		kind, welcome = sealedAdmitted, s.codec.sealNotice(ref, sealedWelcome, notice{at: at, by: guest.Identity})
	}
	_, err := s.runOn(ctx, ref, decideScript, s.codec.identity(ref, guest.Identity),
		s.codec.sealNotice(ref, kind, notice{at: at, by: by.Alias, seat: guest}), welcome)
	return err
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	at := s.now(ctx, ref.Name)
	_, err := s.runOn(ctx, ref, kickScript, s.codec.identity(ref, guest.Identity),
		s.codec.sealNotice(ref, sealedKicked, notice{at: at, by: by.Alias, seat: guest}))
	return err
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	till := s.now(ctx, ref.Name).Add(valid)
	_, err := s.runOn(ctx, ref, inviteScript, s.codec.tag(ref, taggedToken, token), millis(valid),
		s.codec.sealNotice(ref, sealedInvited, notice{at: till, by: token}))
	return err
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	st, err := s.find(ctx, name)
	if err != nil {
		return wrap(redeemScript.op, err)
	}
	ref, now := st.room.Ref, st.room.Clock.Now()
	welcome := s.codec.sealNotice(ref, sealedWelcome, notice{at: now, by: identity})
	for checked := ""; ; {
		r, err := s.runOn(ctx, ref, redeemScript, s.codec.tag(ref, taggedToken, token), s.codec.identity(ref, identity), welcome, checked)
		if err != nil || !r.next("pass") {
			return err
		}
		pass := r.string()
		n, err := s.codec.openNotice(ref, sealedInvited, pass)
		if r.err() != nil || err != nil || n.by != token || pass == checked || n.at.Add(time.Second).Before(now) {
			return wrap(r.op, rooms.ErrSpent)
		}
		checked = pass
	}
}

// Remains implements rooms.Store. It counts keys and the entry in the index. What tells
// that the room was taken is not of the room.
func (s *Store) Remains(ctx context.Context, ref rooms.Ref) (int, error) {
	r, err := s.run(ctx, remainsScript, s.codec.keys(ref.Name), ref.Epoch)
	if err != nil {
		return 0, err
	}
	n := r.int()
	if err := r.err(); err != nil {
		return 0, err
	}
	entry := goredis.NewCmd(ctx, "zscore", dueKey, s.entry(ref))
	switch err := s.do(ctx, noRetry{entry}); {
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
