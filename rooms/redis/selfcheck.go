package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

const (
	probeExpiry = 100 * time.Millisecond // of the keys that the self-check writes
	probeEvery  = 20 * time.Millisecond
	slotProbes  = 32 // keys of random slots
)

// selfcheck finds out whether Redis can do what rooms need, so that a missing
// permission or command shows at the start and not to the first guest. The
// error is a sentence for people.
func (s *Store) selfcheck(ctx context.Context) error {
	for _, check := range []func(context.Context, goredis.UniversalClient) error{checkSlots, checkSubscribe} {
		if err := check(ctx, s.client); err != nil {
			return errors.New(explain(err))
		}
	}
	keys := keysOf(s.codec.sealer.RoomKey(rooms.NewName().String()))
	full := false
	if err := s.checkScripts(ctx, keys); isFull(err) {
		full = true // rooms that burn already can still be served
	} else if err != nil {
		return err
	}
	if !full {
		if err := s.checkExpiry(ctx, keys); err != nil {
			return err
		}
	}
	if err := s.checkRoom(ctx); err != nil {
		return fmt.Errorf("the trial with a room failed: %w", err)
	}
	return nil
}

// errTooSlow is why a self-check did not end within its context.
var errTooSlow = errors.New("it replies, but so slowly that the checks at the start do not end in time")

// orTooSlow returns the error of a self-check. Whichever reply was due when the time was
// over, errTooSlow says more.
func orTooSlow(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errTooSlow
	}
	return err
}

// checkSlots returns the error with which a node of a Cluster refuses keys that other
// nodes have, if it was taken for the only server. Few enough rooms would hit none.
func checkSlots(ctx context.Context, client goredis.UniversalClient) error {
	if _, ok := client.(*goredis.ClusterClient); ok {
		return nil
	}
	_, err := client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for range slotProbes {
			p.PTTL(ctx, keysOf(rand.Text())[0])
		}
		return nil
	})
	if !goredis.HasErrorPrefix(err, "MOVED") {
		return nil // whatever else is wrong, a later check explains better
	}
	return err
}

// checkSubscribe returns the error with which Redis refuses a subscription. The
// listener would take it for a lost connection.
func checkSubscribe(ctx context.Context, client goredis.UniversalClient) error {
	sub := client.Subscribe(ctx, keysOf("probe")[channelAt])
	defer sub.Close()
	_, err := sub.Receive(ctx)
	return err
}

// checkScripts returns an error that names the commands that scripts may not
// use. The keys that it writes expire.
func (s *Store) checkScripts(ctx context.Context, keys []string) error {
	r, err := s.run(ctx, probeScript, keys, millis(probeExpiry))
	if err != nil {
		return err
	}
	refused := r.strings()
	if err := r.err(); err != nil || len(refused) == 0 {
		return err
	}
	return fmt.Errorf("it does not let scripts use %s%s", joinWords(refused, "and"), seeLog)
}

// checkExpiry returns an error if keys do not expire at the time set for them.
func (s *Store) checkExpiry(ctx context.Context, keys []string) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		r, err := s.run(ctx, expiredScript, keys)
		if err != nil {
			return err
		}
		left := r.int()
		if err := r.err(); err != nil {
			return err
		}
		switch {
		case left == -2:
			return nil
		case left == -1, left > int(probeExpiry.Milliseconds()):
			return errors.New("its keys do not expire")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("its keys do not expire in time")
		}
	}
}

// checkRoom lights a room under a random name, posts a message and destroys it.
func (s *Store) checkRoom(ctx context.Context) error {
	name := rooms.NewName()
	feed, err := s.Watch(ctx, name)
	if err != nil {
		return err
	}
	defer feed.Close()
	room, err := s.Light(ctx, rooms.Lighting{Name: name, TTL: rooms.MinTTL, Seats: 1, History: 1})
	if isFull(err) {
		return nil
	}
	if err != nil {
		return err
	}
	seat := rooms.Seat{ID: "probe", Node: "probe", Alias: "probe"}
	_, err = s.Enter(ctx, name, seat, rooms.MinTTL, 0)
	if err == nil {
		_, err = s.Append(ctx, room.Ref, seat, rooms.Words{ID: "probe", Text: ""})
	}
	if destroyErr := s.Destroy(ctx, room.Ref, seat); err == nil || isFull(err) {
		err = destroyErr
	}
	return err
}

// joinWords joins words for a sentence: "a, b and c".
func joinWords(words []string, last string) string {
	if len(words) == 1 {
		return words[0]
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
