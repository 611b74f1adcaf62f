package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"testing"
	"time"

	"wick/rooms"
)

// patience bounds every wait. It is generous, for a busy machine.
const patience = 30 * time.Second

// until waits until a condition is met. what describes the condition.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func guest(alias string) rooms.Seat {
	return rooms.Seat{ID: rand.Text(), Node: "node-" + alias, Alias: alias, Identity: rand.Text()}
}

// lit lights a room and seats ann in it.
func lit(t testing.TB, s *Store, ttl time.Duration, history int) (rooms.Room, rooms.Seat) {
	t.Helper()
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: ttl, Seats: 8, History: history, Owner: "owner"})
	ok(t, err)
	ann := guest("ann")
	_, err = s.Enter(t.Context(), room.Name, ann, time.Hour, 0)
	ok(t, err)
	return room, ann
}

func say(t testing.TB, s *Store, ref rooms.Ref, seat rooms.Seat, text string) uint64 {
	t.Helper()
	seq, err := s.Append(t.Context(), ref, seat, rooms.Words{ID: rand.Text(), Text: rooms.Text(text)})
	ok(t, err)
	return seq
}

// follow reads the room up to message number last as members do, filling every
// gap from the history. It fails if a message is missing. It returns how many
// gaps the feed reported, and how many showed only by the numbers.
func follow(ctx context.Context, s *Store, feed *rooms.Feed, ref rooms.Ref, last uint64) (reported, unreported int, err error) {
	var seq uint64
	advance := func(events []rooms.Event) (contiguous bool) {
		for _, e := range events {
			switch {
			case e.Kind != rooms.Message || e.Seq <= seq:
			case e.Seq == seq+1:
				seq++
			default:
				return false
			}
		}
		return true
	}
	for seq < last {
		select {
		case <-feed.Ready():
		case <-ctx.Done():
			return reported, unreported, ctx.Err()
		}
		events, gap := feed.Take()
		contiguous := advance(events)
		switch {
		case gap:
			reported++
		case !contiguous:
			unreported++
		default:
			continue
		}
		events, err := s.Since(ctx, ref, seq)
		if err != nil {
			return reported, unreported, err
		}
		if !advance(events) {
			return reported, unreported, errors.New("messages are missing in the history")
		}
	}
	return reported, unreported, nil
}

// stacks returns the stacks of all goroutines.
func stacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}
