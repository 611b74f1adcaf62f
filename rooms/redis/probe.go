package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

const (
	probeLasts = 100 * time.Millisecond // what the probe writes, by its expiry
	probeEvery = 20 * time.Millisecond
)

// probe finds out whether Redis can do what rooms need, so that a missing
// permission or ability shows now, not to the first guest. The error is a
// sentence for people.
func (s *Store) probe(ctx context.Context) error {
	if err := hears(ctx, s.client); err != nil {
		return errors.New(explain(err))
	}
	keys := keysOf(s.wire.sealer.RoomKey(rooms.NewName().String()))
	full := false
	if err := s.runsScripts(ctx, keys); isFull(err) {
		full = true // the rooms that burn already still want to be served
	} else if err != nil {
		return err
	}
	if !full {
		if err := s.expires(ctx, keys); err != nil {
			return err
		}
	}
	if err := s.keepsRoom(ctx); err != nil {
		return fmt.Errorf("the trial failed: %w", err)
	}
	return nil
}

// hears tells why nothing can be heard, which who listens all the time would
// take for a lost connection.
func hears(ctx context.Context, client goredis.UniversalClient) error {
	sub := client.Subscribe(ctx, keysOf("probe")[channelAt])
	defer sub.Close()
	_, err := sub.Receive(ctx)
	return err
}

// runsScripts tells which command of the scripts is missing. What it wrote
// expires.
func (s *Store) runsScripts(ctx context.Context, keys []string) error {
	a, err := s.run(ctx, probeScript, keys, millis(probeLasts))
	if err != nil {
		return err
	}
	refused := a.strings()
	if err := a.err(); err != nil || len(refused) == 0 {
		return err
	}
	return fmt.Errorf("it does not let scripts use %s%s", list(refused, "and"), seeLog)
}

// expires tells whether a key is gone at the time that was set for it.
func (s *Store) expires(ctx context.Context, keys []string) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		a, err := s.run(ctx, expiredScript, keys)
		if err != nil {
			return err
		}
		left := a.int()
		if err := a.err(); err != nil {
			return err
		}
		switch {
		case left == -2:
			return nil
		case left == -1, left > int(probeLasts.Milliseconds()):
			return errors.New("its keys do not expire")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("its keys do not expire in time")
		}
	}
}

// keepsRoom lights a room that nobody knows, says something and destroys it.
func (s *Store) keepsRoom(ctx context.Context) error {
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
	if gone := s.Destroy(ctx, room.Ref, seat); err == nil || isFull(err) {
		err = gone
	}
	return err
}

// list joins words as a sentence does.
func list(words []string, last string) string {
	if len(words) == 1 {
		return words[0]
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
