package redis

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// lockTries is how often Lock takes another version for the lock, if somebody
// else turned it at the same time.
const lockTries = 3

// Lock implements rooms.Store. Versions follow the clock, so that one that was
// lost in a failover is not given again.
func (s *Store) Lock(ctx context.Context, ref rooms.Ref, by rooms.Seat, locked bool) error {
	at := s.now(ctx, ref.Name)
	version := uint64(at.UnixMilli())
	for try := 1; ; try++ {
		a, err := s.runOn(ctx, ref, lockScript, version, flag(locked), s.wire.sealLock(ref, at, locked, version, by.Alias))
		if err != nil {
			return err
		}
		if !a.next("stale") {
			return a.err()
		}
		if version = a.uint() + 1; a.err() != nil || try == lockTries {
			return wrap(a.op, rooms.ErrUnavailable)
		}
	}
}

func (w wire) sealLock(ref rooms.Ref, at time.Time, locked bool, version uint64, by string) []byte {
	kind := sealedUnlocked
	if locked {
		kind = sealedLocked
	}
	return w.sealNotice(ref, kind, notice{at: at, n: version, by: by})
}

// Assert implements rooms.Store.
func (s *Store) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	at := s.now(ctx, ref.Name)
	ends := p.Ends.UnixMilli()
	args := []any{ends, s.wire.sealNotice(ref, sealedShortened, notice{at: at, n: uint64(ends), by: p.ShortenedBy})}
	args = append(args, p.Lock, flag(p.Locked), s.wire.sealLock(ref, at, p.Locked, p.Lock, p.LockedBy), "")
	forged := len(args) - 1
	for _, k := range p.Kicks {
		args = append(args, "k", s.wire.identity(ref, k.Seat.Identity), s.wire.sealNotice(ref, sealedKicked, notice{at: at, by: k.By, seat: k.Seat}))
	}
	for _, identity := range p.Welcome {
		args = append(args, "y", s.wire.identity(ref, identity), s.wire.sealNotice(ref, sealedWelcome, notice{at: at, by: identity}))
	}
	for try := 1; ; try++ {
		a, err := s.runOn(ctx, ref, assertScript, args...)
		if err != nil {
			return err
		}
		if !a.next("lock") {
			s.advanceIndex(ctx, ref, ends) // the index, too, may have lost it
			return nil
		}
		version, locked, lock := a.string(), a.string(), a.string()
		if err := a.err(); err != nil {
			return err
		}
		if s.sealedLock(ref, version, locked, lock) {
			s.advanceIndex(ctx, ref, ends)
			return nil // it is not older than what is asserted
		}
		if try == lockTries {
			return wrap(a.op, rooms.ErrUnavailable)
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
	n, err := s.wire.openNotice(ref, kind, lock)
	return err == nil && number(n.n) == version
}

// Knock implements rooms.Store.
func (s *Store) Knock(ctx context.Context, name rooms.Name, seat rooms.Seat, ring bool) (open bool, err error) {
	st, err := s.find(ctx, name)
	if err != nil {
		return false, wrap(knockScript.op, err)
	}
	ref, owner := st.room.Ref, st.room.OwnedBy(seat.Identity)
	var envelope []byte // empty: it does not ring
	if ring {
		envelope = s.wire.sealNotice(ref, sealedKnocked, notice{at: st.room.Clock.Now(), seat: seat})
	}
	for forged := ""; ; {
		a, err := s.runOn(ctx, ref, knockScript, s.wire.identity(ref, seat.Identity), envelope, forged, flag(owner))
		if err != nil {
			return false, err
		}
		switch word := a.string(); word {
		case "open":
			return true, a.err()
		case "kicked":
			return false, s.shownOut(ref, seat.Identity, a)
		case "pass":
			pass := a.string()
			if err := a.err(); err != nil || s.welcome(ref, seat.Identity, pass) {
				return err == nil, err
			}
			if pass == forged {
				return false, errBadReply(a.op)
			}
			forged = pass
		default:
			return false, a.err()
		}
	}
}

// Decide implements rooms.Store.
func (s *Store) Decide(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat, admit bool) error {
	at := s.now(ctx, ref.Name)
	kind, welcome := sealedDenied, []byte(nil)
	if admit {
		kind, welcome = sealedAdmitted, s.wire.sealNotice(ref, sealedWelcome, notice{at: at, by: guest.Identity})
	}
	_, err := s.runOn(ctx, ref, decideScript, s.wire.identity(ref, guest.Identity),
		s.wire.sealNotice(ref, kind, notice{at: at, by: by.Alias, seat: guest}), welcome)
	return err
}

// Kick implements rooms.Store.
func (s *Store) Kick(ctx context.Context, ref rooms.Ref, by, guest rooms.Seat) error {
	at := s.now(ctx, ref.Name)
	_, err := s.runOn(ctx, ref, kickScript, s.wire.identity(ref, guest.Identity),
		s.wire.sealNotice(ref, sealedKicked, notice{at: at, by: by.Alias, seat: guest}))
	return err
}

// Invite implements rooms.Store.
func (s *Store) Invite(ctx context.Context, ref rooms.Ref, token string, valid time.Duration) error {
	till := s.now(ctx, ref.Name).Add(valid)
	_, err := s.runOn(ctx, ref, inviteScript, s.wire.tag(ref, taggedToken, token), millis(valid),
		s.wire.sealNotice(ref, sealedInvited, notice{at: till, by: token}))
	return err
}

// Redeem implements rooms.Store.
func (s *Store) Redeem(ctx context.Context, name rooms.Name, token, identity string) error {
	st, err := s.find(ctx, name)
	if err != nil {
		return wrap(redeemScript.op, err)
	}
	ref, now := st.room.Ref, st.room.Clock.Now()
	welcome := s.wire.sealNotice(ref, sealedWelcome, notice{at: now, by: identity})
	for checked := ""; ; {
		a, err := s.runOn(ctx, ref, redeemScript, s.wire.tag(ref, taggedToken, token), s.wire.identity(ref, identity), welcome, checked)
		if err != nil || !a.next("pass") {
			return err
		}
		pass := a.string()
		n, err := s.wire.openNotice(ref, sealedInvited, pass)
		if a.err() != nil || err != nil || n.by != token || pass == checked || n.at.Add(time.Second).Before(now) {
			return wrap(a.op, rooms.ErrSpent)
		}
		checked = pass
	}
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
