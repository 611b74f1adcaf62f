package redis

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// largest returns the size of the room's largest key, in bytes.
func largest(t *testing.T, s *Store, name rooms.Name) (size int64) {
	t.Helper()
	for _, key := range s.codec.keys(name) {
		if n, err := s.client.MemoryUsage(t.Context(), key, 0).Result(); err == nil { // 0: count all of it
			size = max(size, n)
		}
	}
	return size
}

// TestManyRenamesMakeNoLargeKey has people enter, take one name after another
// and leave.
func TestManyRenamesMakeNoLargeKey(t *testing.T) {
	t.Parallel()
	const renames, atOnce, limit = 20_000, 8, 600 << 10
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 16, History: 10})
	ok(t, err)
	var all sync.WaitGroup
	for n := range atOnce {
		all.Go(func() {
			for done := 0; done < renames/atOnce; {
				seat := guest(fmt.Sprintf("g%d-%d", n, done))
				if _, err := s.Enter(t.Context(), room.Name, seat, time.Hour, 0); err != nil {
					t.Error(err)
					return
				}
				for range rooms.MaxNamesEach - 1 {
					done++
					if err := s.Rename(t.Context(), room.Ref, seat, fmt.Sprintf("g%d-%d-again", n, done)); err != nil {
						t.Error(err)
						return
					}
				}
				if err := s.Leave(t.Context(), room.Ref, seat); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	size := largest(t, s, room.Name)
	t.Logf("the largest key has %d bytes", size)
	if size == 0 || size > limit {
		t.Errorf("after %d renames the largest key has %d bytes", renames, size)
	}
}

// If a server asserted an earlier deadline, the room is swept then, even if all
// its servers are dead.
func TestAnAssertedDeadlineMovesTheEntryInTheIndex(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, _ := lit(t, s, time.Hour, 10)
	due := func() time.Time {
		t.Helper()
		all, err := s.client.ZRangeWithScores(t.Context(), dueKey, 0, -1).Result()
		ok(t, err)
		for _, z := range all {
			if strings.HasPrefix(z.Member.(string), s.codec.sealer.RoomKey(room.Name.String())) {
				return time.UnixMilli(int64(z.Score))
			}
		}
		t.Fatal("the room is not in the index")
		return time.Time{}
	}
	before := due()
	p := rooms.Promises{Ends: room.Ends.Add(time.Hour)}
	ok(t, s.Assert(t.Context(), room.Ref, p))
	if got := due(); !got.Equal(before) {
		t.Errorf("a later deadline moved the entry from %v to %v", before, got)
	}
	p.Ends = room.Ends.Add(-30 * time.Minute)
	ok(t, s.Assert(t.Context(), room.Ref, p))
	if got := due(); got.After(p.Ends) {
		t.Errorf("the room is due %v, after its deadline %v", got, p.Ends)
	}
}
