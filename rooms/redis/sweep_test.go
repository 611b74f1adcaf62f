package redis

import (
	"context"
	"fmt"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// unsweepable adds n entries to the index, due before all others, of rooms whose
// keys make the script fail.
func unsweepable(t *testing.T, server *redistest.Server, n int) {
	t.Helper()
	pipe := server.Client().Pipeline()
	for i := range n {
		key := fmt.Sprintf("bad%d", i)
		pipe.Set(t.Context(), keysOf(key)[0], "not a hash", time.Hour)
		pipe.ZAdd(t.Context(), dueKey, goredis.Z{Score: 1, Member: key + ":epoch:sign"})
	}
	_, err := pipe.Exec(t.Context())
	ok(t, err)
}

func TestSweepPassesOverEntriesThatFail(t *testing.T) {
	t.Parallel()
	const bad = 2*sweepBatch + 1
	server := redistest.Start(t)
	lazy(t, server)
	s := open(t, server.URL())
	unsweepable(t, server, bad)
	lit(t, s, 300*time.Millisecond, 1)
	until(t, "the room is swept", func() bool {
		n, err := server.Client().ZCard(t.Context(), dueKey).Result()
		ok(t, err)
		return n == bad && size(t, server) == bad+1 // with the index
	})
}

// stopAtPage ends a sweep, as its time limit does, when it queries a given page.
type stopAtPage struct {
	dialHook
	page int
	stop context.CancelFunc
}

func (h *stopAtPage) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		if args := cmd.Args(); len(args) > 1 && args[1] == dueScript.sha {
			if h.page--; h.page == 0 {
				h.stop()
			}
		}
		return next(ctx, cmd)
	}
}

func TestASweepContinuesWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	s.cancel() // ends the janitor
	s.wg.Wait()
	unsweepable(t, server, 2*sweepBatch)
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Millisecond, Seats: 1, History: 1})
	ok(t, err)
	until(t, "the room is due", func() bool {
		n, err := server.Client().Exists(t.Context(), s.codec.keys(room.Name)[0]).Result()
		ok(t, err)
		return n == 0
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.client.AddHook(&stopAtPage{page: 3, stop: cancel})
	next, err := s.sweep(ctx, 0)
	if err == nil || next != 2*sweepBatch {
		t.Fatalf("the next sweep is to begin at %d (%v), want %d", next, err, 2*sweepBatch)
	}
	next, err = s.sweep(t.Context(), next)
	ok(t, err)
	if next != 0 {
		t.Errorf("after the last entry, the next sweep is to begin at %d, want 0", next)
	}
	n, err := server.Client().ZCard(t.Context(), dueKey).Result()
	ok(t, err)
	if n != 2*sweepBatch {
		t.Errorf("%d entries are in the index, want %d", n, 2*sweepBatch)
	}
}
