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

// A lagging replica that takes over, or a restored dump, can bring back a room
// that was destroyed. Therefore every server remembers destroyed rooms until
// their deadlines, announces them to the others, and wipes one that comes back.
const (
	maxTombstones  = 4096             // the ones with the nearest deadlines are dropped first
	tombstoneEvery = 10 * time.Second // between two searches for rooms that came back
	tombstoneBatch = 128              // rooms searched for in one round trip
	endedChannel   = prefix + "ended" // on which servers announce destroyed rooms
)

// tombstones are the epochs of rooms that were destroyed. The zero value is
// empty. It is safe for concurrent use.
type tombstones struct {
	nonEmpty atomic.Bool // saves callers from deriving a key if there are none

	mu   sync.Mutex
	till map[string]time.Time // room key ":" epoch → its deadline, by rooms.Now
}

func (t *tombstones) add(roomKey, epoch string, till time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.till == nil {
		t.till = map[string]time.Time{}
	}
	t.nonEmpty.Store(true)
	t.till[roomKey+":"+epoch] = till
	if len(t.till) > maxTombstones {
		t.dropFirst()
	}
}

// dropFirst removes those whose deadline has passed. If there are still too
// many, it removes the one with the nearest deadline. The caller holds mu.
func (t *tombstones) dropFirst() {
	now, first := rooms.Now(), ""
	for tomb, till := range t.till {
		if !now.Before(till) {
			delete(t.till, tomb)
		} else if first == "" || till.Before(t.till[first]) {
			first = tomb
		}
	}
	if len(t.till) > maxTombstones {
		delete(t.till, first)
	}
}

func (t *tombstones) has(roomKey, epoch string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.till) == 0 {
		return false
	}
	till, ok := t.till[roomKey+":"+epoch]
	return ok && rooms.Now().Before(till)
}

// all returns the tombstones whose deadline has not passed, in no order.
func (t *tombstones) all() []string {
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
	t.nonEmpty.Store(len(t.till) > 0)
	return all
}

// destroyed reports whether the room is known to have been destroyed.
func (s *Store) destroyed(ref rooms.Ref) bool {
	return s.tombs.nonEmpty.Load() && s.tombs.has(s.codec.sealer.RoomKey(ref.Name.String()), ref.Epoch)
}

// announceDestroyed remembers that a room was destroyed and tells the other
// servers. A server that misses the announcement learns it from Redis, where the
// room is gone.
func (s *Store) announceDestroyed(ctx context.Context, ref rooms.Ref, deadline time.Time) {
	key := s.codec.sealer.RoomKey(ref.Name.String())
	s.tombs.add(key, ref.Epoch, deadline)
	left := strconv.FormatInt(max(0, deadline.Sub(rooms.Now()).Milliseconds()), 10)
	message := strings.Join([]string{key, ref.Epoch, left, s.codec.endTag(key, ref.Epoch, left)}, ":")
	s.do(ctx, noRetry{goredis.NewCmd(ctx, "publish", endedChannel, message)})
}

// endTag authenticates an announcement: only a server with the secret can make
// it.
func (c codec) endTag(key, epoch, left string) string {
	return c.sealer.Tag(key, epoch, taggedEnd, left)
}

// receive adds the room of another server's announcement.
func (t *tombstones) receive(c codec, message string) {
	parts := strings.Split(message, ":")
	if len(parts) != 4 || parts[3] != c.endTag(parts[0], parts[1], parts[2]) {
		return
	}
	if left, err := strconv.ParseInt(parts[2], 10, 63); err == nil {
		t.add(parts[0], parts[1], rooms.Now().Add(time.Duration(left)*time.Millisecond))
	}
}

// watchDestroyed wipes destroyed rooms that came back, every tombstoneEvery and
// whenever wake receives, until ctx ends.
func (s *Store) watchDestroyed(ctx context.Context, wake <-chan struct{}) {
	tick := time.NewTicker(tombstoneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
		withRecover(func() error { return s.wipeDestroyed(ctx) }) // what fails is tried again
	}
}

// wipeDestroyed wipes the destroyed rooms that Redis has.
func (s *Store) wipeDestroyed(ctx context.Context) error {
	all := s.tombs.all()
	var failed error
	for len(all) > 0 {
		n := min(len(all), tombstoneBatch)
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
	pipe.Exec(ctx) // returns the first command's error
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
