package redis

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"wick/rooms"
)

// A replica that lags brings back a room that was destroyed, and so does whoever
// restores a dump. So every server remembers the burnings that were destroyed
// until their deadline, tells the others of them, and wipes what it finds of one.
const (
	maxTombs   = 4096             // remembered at once; those that would burn out first are dropped
	tombEvery  = 10 * time.Second // between two looks for them
	tombBatch  = 128              // looked for in one round trip
	endChannel = prefix + "ended" // on which servers tell each other of them
)

// tombs are the burnings that were destroyed. The zero value has none.
type tombs struct {
	any atomic.Bool // spares whoever asks to work out a key, as long as there is none

	mu   sync.Mutex
	till map[string]time.Time // room key ":" epoch → its deadline, by rooms.Now
}

func (t *tombs) add(roomKey, epoch string, till time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.till == nil {
		t.till = map[string]time.Time{}
	}
	t.any.Store(true)
	t.till[roomKey+":"+epoch] = till
	if len(t.till) > maxTombs {
		t.dropFirst()
	}
}

// dropFirst forgets those that have burned out since, and at least the one that
// would burn out first. The caller holds mu.
func (t *tombs) dropFirst() {
	now, first := rooms.Now(), ""
	for tomb, till := range t.till {
		if !now.Before(till) {
			delete(t.till, tomb)
		} else if first == "" || till.Before(t.till[first]) {
			first = tomb
		}
	}
	if len(t.till) > maxTombs {
		delete(t.till, first)
	}
}

func (t *tombs) has(roomKey, epoch string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.till) == 0 {
		return false
	}
	till, ok := t.till[roomKey+":"+epoch]
	return ok && rooms.Now().Before(till)
}

// all returns those whose deadline has not come.
func (t *tombs) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := rooms.Now()
	var all []string
	for tomb, till := range t.till {
		if now.Before(till) {
			all = append(all, tomb)
		} else {
			delete(t.till, tomb)
		}
	}
	t.any.Store(len(t.till) > 0)
	return all
}

func (s *Store) buried(ref rooms.Ref) bool {
	return s.tombs.any.Load() && s.tombs.has(s.wire.sealer.RoomKey(ref.Name.String()), ref.Epoch)
}

// bury remembers that a room was destroyed, and tells the other servers. Those
// that do not hear it, and did not hear the room's own members, learn it from
// Redis, where the room is gone.
func (s *Store) bury(ctx context.Context, ref rooms.Ref, deadline time.Time) {
	key := s.wire.sealer.RoomKey(ref.Name.String())
	s.tombs.add(key, ref.Epoch, deadline)
	left := strconv.FormatInt(max(0, deadline.Sub(rooms.Now()).Milliseconds()), 10)
	word := strings.Join([]string{key, ref.Epoch, left, s.wire.endSign(key, ref.Epoch, left)}, ":")
	s.do(ctx, once{goredis.NewCmd(ctx, "publish", endChannel, word)})
}

// endSign is what only a server with the secret can say of the end of a room.
func (w wire) endSign(key, epoch, left string) string {
	return w.sealer.Tag(key, epoch, taggedEnd, left)
}

// ended hears of a room that was destroyed elsewhere.
func (t *tombs) ended(w wire, word string) {
	part := strings.Split(word, ":")
	if len(part) != 4 || part[3] != w.endSign(part[0], part[1], part[2]) {
		return
	}
	if left, err := strconv.ParseInt(part[2], 10, 63); err == nil {
		t.add(part[0], part[1], rooms.Now().Add(time.Duration(left)*time.Millisecond))
	}
}

// watchBuried looks from time to time, and whenever wake says so, whether Redis has a
// room again that was destroyed, until ctx ends.
func (s *Store) watchBuried(ctx context.Context, wake <-chan struct{}) {
	tick := time.NewTicker(tombEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
		guarded(func() error { return s.wipeBuried(ctx) }) // it looks again soon
	}
}

// wipeBuried wipes what Redis has of rooms that were destroyed.
func (s *Store) wipeBuried(ctx context.Context) error {
	all := s.tombs.all()
	var failed error
	for len(all) > 0 {
		n := min(len(all), tombBatch)
		failed = errors.Join(failed, s.wipeBatch(ctx, all[:n]))
		all = all[n:]
	}
	return failed
}

func (s *Store) wipeBatch(ctx context.Context, batch []string) error {
	ctx, cancel := context.WithTimeout(ctx, sweepLimit)
	defer cancel()
	pipe := s.client.Pipeline()
	held := make([]*goredis.StringCmd, len(batch))
	for i, tomb := range batch {
		key, _, _ := strings.Cut(tomb, ":")
		held[i] = pipe.HGet(ctx, keysOf(key)[0], "ep")
	}
	pipe.Exec(ctx) // its error is that of the first command
	var failed error
	for i, tomb := range batch {
		key, epoch, _ := strings.Cut(tomb, ":")
		if held[i].Val() != epoch {
			continue
		}
		_, err := s.run(ctx, assertScript, keysOf(key), epoch, 1, "", 0, 0, "", "")
		if !errors.Is(err, rooms.ErrNoRoom) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
