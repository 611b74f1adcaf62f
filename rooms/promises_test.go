package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// late is a store whose beats answer what they found a while ago.
type late struct {
	rooms.Store
	by    time.Duration
	asked chan struct{} // a beat has found what it will answer; closed once
	once  sync.Once
}

func (l *late) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	pulse, err := l.Store.Beat(ctx, ref, node, lease, known)
	l.once.Do(func() { close(l.asked) })
	<-time.After(l.by)
	return pulse, err
}

// What comes in while a beat is under way is newer than the beat's answer.
func TestABeatInFlightUndoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &late{Store: memory.New(memory.Config{}), by: 3 * time.Second, asked: make(chan struct{})}
		defer store.Close()
		hub := table(t, store, rooms.HubConfig{})
		n := name(t, "plans")
		_, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 5, History: 10, Owner: "id-ann"})
		ok(t, err)
		ann := enter(t, hub, n, "ann")
		<-store.asked
		ok(t, ann.Shorten(t.Context(), 30*time.Second))
		ok(t, ann.Lock(t.Context(), true))
		for range 20 {
			later(time.Second)
			if left := ann.Left(); left > 30*time.Second || !ann.State().Room.Locked {
				t.Fatalf("%v are left, locked %v", left, ann.State().Room.Locked)
			}
		}
		if n := strings.Count(strings.Join(said(ann), "\n"), "shortened by"); n != 1 {
			t.Errorf("told of %d times: %q", n, said(ann))
		}
	})
}

// forked is a store whose roster counts its versions anew, and another one.
type forked struct {
	rooms.Store
	on atomic.Bool
}

func (f *forked) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	if !f.on.Load() {
		return f.Store.Beat(ctx, ref, node, lease, known)
	}
	pulse, err := f.Store.Beat(ctx, ref, node, lease, rooms.Known{})
	pulse.Version, pulse.Mark = known.Version, "another"
	if known.Mark == pulse.Mark {
		pulse.Roster = nil
	}
	return pulse, err
}

// A roster of the version that is known, but with other seats, is noticed by its
// mark with the next beat.
func TestARosterThatCountedAgainIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := memory.New(memory.Config{})
		store := &forked{Store: inner}
		defer store.Close()
		blind := &faulty{Store: store}
		one, two := table(t, blind, rooms.HubConfig{}), table(t, inner, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 5)
		ann := enter(t, one, n, "ann")
		bob := enter(t, two, n, "bob")
		synctest.Wait()
		blind.dropEvents.Store(true)
		bob.Leave()
		enter(t, two, n, "cid")
		// Ann's server has heard of neither, and the versions happen to agree.
		store.on.Store(true)
		later(10 * time.Second)
		if got := aliases(ann); !slices.Equal(got, []string{"ann", "cid"}) {
			t.Errorf("here are %q", got)
		}
	})
}

// A message that this process has seen was said, though the store's history has
// rolled on and its answer was lost.
func TestWhatWasSeenWasSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub, other := table(t, store, rooms.HubConfig{}), table(t, store.Store, rooms.HubConfig{})
		n := name(t, "plans")
		_, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 5, History: 5})
		ok(t, err)
		ann, bob := enter(t, hub, n, "ann"), enter(t, other, n, "bob")
		store.loseAnswer.Store(1)
		done := make(chan error, 1)
		go func() { done <- ann.Post(t.Context(), "from ann") }()
		synctest.Wait()
		for i := range 300 {
			post(t, bob, fmt.Sprint(i))
		}
		if err := <-done; err != nil {
			t.Errorf("what is on the screen was not said: %v", err)
		}
	})
}

// If messages are missing that nobody here has seen, it may be among them.
func TestWhatMayHaveBeenSaidIsNotDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub, other := table(t, store, rooms.HubConfig{}), table(t, store.Store, rooms.HubConfig{})
		n := name(t, "plans")
		_, err := hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 5, History: 5})
		ok(t, err)
		ann, bob := enter(t, hub, n, "ann"), enter(t, other, n, "bob")
		synctest.Wait()
		store.dropEvents.Store(true)
		store.loseAnswer.Store(1)
		done := make(chan error, 1)
		go func() { done <- ann.Post(t.Context(), "from ann") }()
		for i := range 20 {
			post(t, bob, fmt.Sprint(i))
		}
		if err := <-done; err != nil && !errors.Is(err, rooms.ErrUnknown) {
			t.Errorf("it was said, and ann is told %v", err)
		}
	})
}

// counting counts what is asked for whole histories.
type counting struct {
	*faulty
	since atomic.Int32
}

func (c *counting) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	c.since.Add(1)
	return c.Store.Since(ctx, ref, after)
}

// However many members wait to know whether they were heard, the room looks once
// for all of them.
func TestManyLostAnswersAreLookedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 50
		store := &counting{faulty: &faulty{Store: memory.New(memory.Config{})}}
		defer store.Close()
		hub := table(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, many)
		var members []*rooms.Member
		for i := range many {
			members = append(members, enter(t, hub, n, fmt.Sprint("guest-", i)))
		}
		synctest.Wait()
		store.loseAppend.Store(many)
		var posting sync.WaitGroup
		for _, m := range members {
			posting.Go(func() {
				if err := m.Post(t.Context(), "hello"); !errors.Is(err, rooms.ErrNotSaid) {
					t.Errorf("what was not said answers %v", err)
				}
			})
		}
		posting.Wait()
		if n := store.since.Load(); n > 20 {
			t.Errorf("the history was fetched %d times for %d members", n, many)
		}
	})
}

// silentLeaves is a store that does not answer whoever leaves.
type silentLeaves struct{ rooms.Store }

func (silentLeaves) Leave(ctx context.Context, _ rooms.Ref, _ rooms.Seat) error {
	<-ctx.Done()
	return rooms.ErrUnavailable
}

// Seats that nobody sits in are given back side by side, and closing waits for
// none of that.
func TestClosingWaitsForNoOrphan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := memory.New(memory.Config{})
		defer inner.Close()
		hub := rooms.NewHub(silentLeaves{inner}, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 200)
		ann, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "ann", Identity: "id-ann"})
		ok(t, err)
		node := ann.State().You.Node
		for i := range 100 {
			_, err := inner.Enter(t.Context(), n, rooms.Seat{ID: fmt.Sprint(i), Node: node, Alias: fmt.Sprint("orphan-", i), Identity: fmt.Sprint(i)}, time.Hour, 0)
			ok(t, err)
		}
		later(10 * time.Second) // a beat has found them
		began := time.Now()
		hub.Close()
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("closing took %v", took)
		}
		ann.Leave()
	})
}
