// Package memory is the embedded store: rooms in the memory of one process, with
// nothing to install. They are gone with the process.
//
// Everything of one name has one mutex, under which an operation decides, changes
// the room and publishes; publishing never blocks. Each room has one timer, which
// drops it at its deadline even if nobody touches it, and one more while messages
// burn. One more drops at the deadline what tells of a room that was taken. One goroutine resets those timers after the machine has slept. Nothing else
// runs.
package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"wick/rooms"
)

// DefaultLimit is how much all rooms together may hold, in bytes.
const DefaultLimit = 256 << 20

// What things take beside their texts, in bytes, roughly, so that many small ones
// count, too.
const (
	roomCost    = 2 << 10
	seatCost    = 512
	messageCost = 256

	identityCost = 128 // an identity, an alias, an invitation or an ID that is remembered
)

// Config configures a Store; the zero value works.
type Config struct {
	// Limit is how much all rooms together may hold, in bytes, roughly. Beyond it,
	// Light, Enter and Append return rooms.ErrStoreFull. Default DefaultLimit.
	Limit int64
}

// Store is a rooms.Store in memory.
type Store struct {
	quota  quota
	lit    rooms.LitIndex
	timers sync.WaitGroup // one for each timer that may still run

	stopWatch context.CancelFunc // of the clock
	watch     sync.WaitGroup

	mu     sync.Mutex // held for look-ups only; locked after a slot's, never before
	slots  map[rooms.Name]*slot
	closed bool
}

var _ rooms.Store = (*Store)(nil)

// New returns an empty store. Close it.
func New(cfg Config) *Store {
	if cfg.Limit == 0 {
		cfg.Limit = DefaultLimit
	}
	s := &Store{quota: quota{limit: cfg.Limit}, slots: map[rooms.Name]*slot{}}
	ctx, cancel := context.WithCancel(context.Background())
	s.stopWatch = cancel
	s.watch.Go(func() { rooms.WatchClock(ctx, s.woke) })
	return s
}

// slot is a name with a room that burns, with one that was taken, or with feeds that
// watch it. A slot with none of them is removed from the store.
type slot struct {
	name rooms.Name

	mu    sync.Mutex
	out   bool   // removed from the store: look the name up again
	room  *room  // nil if none burns
	taken *taken // nil if the last one was not taken
	feeds map[*rooms.Feed]struct{}
}

// publish pushes e to all feeds. The caller holds the slot, which puts all feeds in
// one order.
func (sl *slot) publish(e rooms.Event) {
	for f := range sl.feeds {
		f.Push(e)
	}
}

// lockSlot locks the slot of that name, made if need be. The caller unlocks it with
// unlockSlot.
func (s *Store) lockSlot(name rooms.Name) (*slot, error) {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil, rooms.ErrUnavailable
		}
		sl := s.slots[name]
		if sl == nil {
			sl = &slot{name: name, feeds: map[*rooms.Feed]struct{}{}}
			s.slots[name] = sl
		}
		s.mu.Unlock()
		sl.mu.Lock()
		if !sl.out {
			return sl, nil
		}
		sl.mu.Unlock()
	}
}

// unlockSlot unlocks the slot, and removes it from the store if it is empty.
func (s *Store) unlockSlot(sl *slot) {
	if sl.room == nil && sl.taken == nil && len(sl.feeds) == 0 && !sl.out {
		sl.out = true
		s.mu.Lock()
		delete(s.slots, sl.name)
		s.mu.Unlock()
	}
	sl.mu.Unlock()
}

// withSlot runs do on the slot of that name. A room past its deadline is wiped
// before. Errors get the name of the operation.
func (s *Store) withSlot(ctx context.Context, op string, name rooms.Name, do func(sl *slot, now time.Time) error) error {
	err := ctx.Err()
	if err == nil {
		var sl *slot
		if sl, err = s.lockSlot(name); err == nil {
			now := rooms.Now()
			if sl.room != nil && !now.Before(sl.room.Deadline) {
				s.wipe(sl)
			}
			s.burnDue(sl, now)
			err = do(sl, now)
			s.unlockSlot(sl)
		}
	}
	if err != nil {
		return fmt.Errorf("memory: %s: %w", op, err)
	}
	return nil
}

// withRoom is withSlot for operations on one burning of a room. It returns
// ErrNoRoom if another, or none, burns.
func (s *Store) withRoom(ctx context.Context, op string, ref rooms.Ref, do func(sl *slot, now time.Time) error) error {
	return s.withSlot(ctx, op, ref.Name, func(sl *slot, now time.Time) error {
		if sl.room == nil || sl.room.Epoch != ref.Epoch {
			return rooms.ErrNoRoom
		}
		return do(sl, now)
	})
}

// wipe drops the slot's room with everything in it. The caller holds the slot.
func (s *Store) wipe(sl *slot) {
	if sl.room.timer.Stop() {
		s.timers.Done()
	}
	if sl.room.burnTimer != nil && sl.room.burnTimer.Stop() {
		s.timers.Done()
	}
	s.quota.free(sl.room.held)
	s.lit.Forget(sl.room.Epoch)
	sl.room = nil
}

// burnOut is run by the timer of a room.
func (s *Store) burnOut(sl *slot, epoch string) {
	defer s.timers.Done()
	sl.mu.Lock()
	if r := sl.room; r != nil && r.Epoch == epoch && !rooms.Now().Before(r.Deadline) {
		s.wipe(sl)
	}
	s.unlockSlot(sl)
}

// woke drops the rooms and burns the messages that were due while the machine slept,
// and resets the timers of the others, which stood still meanwhile.
func (s *Store) woke() {
	s.mu.Lock()
	slots := slices.Collect(maps.Values(s.slots))
	s.mu.Unlock()
	for _, sl := range slots {
		sl.mu.Lock()
		now := rooms.Now()
		if sl.taken != nil && sl.taking(now) == nil {
			s.forgetTaking(sl)
		}
		switch r := sl.room; {
		case r == nil:
		case !now.Before(r.Deadline):
			s.wipe(sl)
		default:
			s.reset(r.timer, r.Deadline.Sub(now))
			s.burnDue(sl, now)
			if !r.nextBurn.IsZero() {
				s.reset(r.burnTimer, r.Clock.Instant(r.nextBurn).Sub(now))
			}
		}
		s.unlockSlot(sl)
	}
}

// reset resets a timer of a room. The caller holds the slot.
func (s *Store) reset(timer *time.Timer, left time.Duration) {
	if !timer.Reset(left) {
		s.timers.Add(1) // it runs already, and will run once more
	}
}

// Close implements rooms.Store. It may be called twice.
func (s *Store) Close() error {
	s.mu.Lock()
	slots := s.slots
	s.slots, s.closed = nil, true
	s.mu.Unlock()
	s.stopWatch()
	s.watch.Wait()
	for _, sl := range slots {
		sl.mu.Lock()
		sl.out = true
		if sl.room != nil {
			s.wipe(sl)
		}
		s.forgetTaking(sl)
		feeds := sl.feeds
		sl.feeds = nil
		sl.mu.Unlock()
		for f := range feeds {
			f.Close()
		}
	}
	s.timers.Wait()
	return nil
}
