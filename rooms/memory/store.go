// Package memory is the embedded store: rooms in the memory of one process,
// nothing to install. What it holds is gone with the process.
//
// Everything of one name has one mutex, under which an operation decides,
// changes the room and publishes; publishing never blocks. Each room has one
// timer, which drops it at its deadline though nobody touches it, and one more
// while messages burn. One goroutine sets those timers anew after the machine
// has slept. Nothing else runs.
package memory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"wick/rooms"
)

// DefaultLimit is how much all rooms together may hold, in bytes.
const DefaultLimit = 256 << 20

// What things are counted as beside their texts, in bytes: about what they
// take, so that many small ones count too.
const (
	roomCost    = 2 << 10
	seatCost    = 512
	messageCost = 256

	identityCost = 128 // who may enter a locked room, or an invitation
)

// Config is what is optional for a Store; the zero value works.
type Config struct {
	// Limit is how much all rooms together may hold, in bytes, roughly.
	// Beyond it, lighting, entering and saying answer rooms.ErrStoreFull.
	// Default DefaultLimit.
	Limit int64
}

// Store is a rooms.Store in memory.
type Store struct {
	held   meter
	timers sync.WaitGroup // one for each timer that may still run

	stopWatch context.CancelFunc // of the clock
	watch     sync.WaitGroup

	mu     sync.Mutex // held for look-ups only, and taken after a slot's
	slots  map[rooms.Name]*slot
	closed bool
}

var _ rooms.Store = (*Store)(nil)

// New returns an empty store. Close it.
func New(cfg Config) *Store {
	if cfg.Limit == 0 {
		cfg.Limit = DefaultLimit
	}
	s := &Store{held: meter{limit: cfg.Limit}, slots: map[rooms.Name]*slot{}}
	ctx, cancel := context.WithCancel(context.Background())
	s.stopWatch = cancel
	s.watch.Go(func() { rooms.WatchClock(ctx, s.woke) })
	return s
}

// slot is what there is under one name: the room that burns, who watches. A
// slot with neither is taken out of the store.
type slot struct {
	name rooms.Name

	mu    sync.Mutex
	out   bool  // of the store: look the name up again
	room  *room // nil where nothing burns
	feeds map[*rooms.Feed]struct{}
}

// publish tells everybody who watches. Its caller holds the slot, which is
// what brings all feeds into one order.
func (sl *slot) publish(e rooms.Event) {
	for f := range sl.feeds {
		f.Push(e)
	}
}

// hold locks the slot of that name, made if need be. The caller gives it back
// with yield.
func (s *Store) hold(name rooms.Name) (*slot, error) {
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

// yield unlocks the slot, and takes it out of the store if it is empty.
func (s *Store) yield(sl *slot) {
	if sl.room == nil && len(sl.feeds) == 0 && !sl.out {
		sl.out = true
		s.mu.Lock()
		delete(s.slots, sl.name)
		s.mu.Unlock()
	}
	sl.mu.Unlock()
}

// at runs do on the slot of that name. Whatever do finds in it has its
// deadline before it: a room past that is wiped first. Errors get the name of
// the operation.
func (s *Store) at(ctx context.Context, op string, name rooms.Name, do func(sl *slot, now time.Time) error) error {
	err := ctx.Err()
	if err == nil {
		var sl *slot
		if sl, err = s.hold(name); err == nil {
			now := rooms.Now()
			if sl.room != nil && !now.Before(sl.room.Deadline) {
				s.wipe(sl)
			}
			s.burn(sl, now)
			err = do(sl, now)
			s.yield(sl)
		}
	}
	if err != nil {
		return fmt.Errorf("memory: %s: %w", op, err)
	}
	return nil
}

// in is at for operations on one burning of a room.
func (s *Store) in(ctx context.Context, op string, ref rooms.Ref, do func(sl *slot, now time.Time) error) error {
	return s.at(ctx, op, ref.Name, func(sl *slot, now time.Time) error {
		if sl.room == nil || sl.room.Epoch != ref.Epoch {
			return rooms.ErrNoRoom
		}
		return do(sl, now)
	})
}

// wipe drops the slot's room and all that it holds.
func (s *Store) wipe(sl *slot) {
	if sl.room.timer.Stop() {
		s.timers.Done()
	}
	if sl.room.fuse != nil && sl.room.fuse.Stop() {
		s.timers.Done()
	}
	s.held.free(sl.room.held)
	sl.room = nil
}

// burnOut is what the timer of a room runs.
func (s *Store) burnOut(sl *slot, epoch string) {
	defer s.timers.Done()
	sl.mu.Lock()
	if r := sl.room; r != nil && r.Epoch == epoch && !rooms.Now().Before(r.Deadline) {
		s.wipe(sl)
	}
	s.yield(sl)
}

// woke drops the rooms and the messages whose time came while the machine
// slept, and sets the timers of the others, which stood still meanwhile.
func (s *Store) woke() {
	s.mu.Lock()
	slots := slices.Collect(maps.Values(s.slots))
	s.mu.Unlock()
	for _, sl := range slots {
		sl.mu.Lock()
		now := rooms.Now()
		switch r := sl.room; {
		case r == nil:
		case !now.Before(r.Deadline):
			s.wipe(sl)
		default:
			s.reset(r.timer, r.Deadline.Sub(now))
			s.burn(sl, now)
			if !r.next.IsZero() {
				s.reset(r.fuse, r.Clock.Instant(r.next).Sub(now))
			}
		}
		s.yield(sl)
	}
}

// reset sets a timer of a room anew. The caller holds the slot.
func (s *Store) reset(timer *time.Timer, left time.Duration) {
	if !timer.Reset(left) {
		s.timers.Add(1) // it is running already, and will run once more
	}
}

// Watch implements rooms.Store.
func (s *Store) Watch(ctx context.Context, name rooms.Name) (feed *rooms.Feed, err error) {
	err = s.at(ctx, "watch", name, func(sl *slot, _ time.Time) error {
		feed = rooms.NewFeed(func() {
			sl.mu.Lock()
			delete(sl.feeds, feed)
			s.yield(sl)
		})
		sl.feeds[feed] = struct{}{}
		return nil
	})
	return feed, err
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

var errIncomplete = errors.New("a room needs a name, a countdown, seats and a history")
