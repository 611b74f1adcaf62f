package rooms_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// late is a store whose replies to beats may be slow: they describe the past.
type late struct {
	rooms.Store
	mu   sync.Mutex
	wait time.Duration // less than the timeout of a call
	way  int           // answers under way
	sent int           // answers that arrived late
}

func (l *late) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	pulse, err := l.Store.Beat(ctx, ref, node, lease, known)
	l.mu.Lock()
	wait := l.wait
	if wait > 0 {
		l.way++
	}
	l.mu.Unlock()
	if wait > 0 {
		<-time.After(wait)
		l.mu.Lock()
		l.way--
		l.sent++
		l.mu.Unlock()
	}
	return pulse, err
}

// during runs do while the reply to a beat is under way, and returns when that has
// arrived.
func (l *late) during(t *testing.T, do func()) {
	t.Helper()
	l.mu.Lock()
	l.wait, l.sent = 4*time.Second, 0
	l.mu.Unlock()
	for range 200 {
		later(100 * time.Millisecond)
		l.mu.Lock()
		under := l.way > 0
		l.mu.Unlock()
		if under {
			break
		}
	}
	do()
	synctest.Wait()
	l.mu.Lock()
	if l.way == 0 || l.sent > 0 {
		t.Fatalf("%d answers are on their way, %d arrived", l.way, l.sent)
	}
	l.wait = 0
	l.mu.Unlock()
	later(4 * time.Second)
}

// lateRoom is a room with ann, and with bob on another server, and a store whose
// replies to ann's server may be late.
func lateRoom(t *testing.T) (store *late, ann, bob *rooms.Member) {
	t.Helper()
	inner := memory.New(memory.Config{})
	t.Cleanup(func() { inner.Close() })
	store = &late{Store: inner}
	one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, inner, rooms.HubConfig{})
	n := name(t, "plans")
	if _, err := one.Light(t.Context(), rooms.Lighting{Name: n, TTL: time.Hour, Seats: 9, History: 100, Owner: "id-ann"}); err != nil {
		t.Fatal(err)
	}
	return store, enter(t, one, n, "ann"), enter(t, two, n, "bob")
}

func TestALateBeatDoesNotLengthenTheCountdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, ann, bob := lateRoom(t)
		for i, m := range []*rooms.Member{ann, bob} {
			left := time.Duration(20-10*i) * time.Minute
			var ends time.Time
			store.during(t, func() {
				ok(t, m.Shorten(t.Context(), left))
				synctest.Wait()
				ends = ann.State().Room.Ends
			})
			if got := ann.State().Room.Ends; !got.Equal(ends) || ann.Left() > left {
				t.Errorf("%v after it was set to %v, %v are left; it ends %v, then %v", 4*time.Second, left, ann.Left(), ends, got)
			}
		}
		later(time.Minute)
		if left := ann.Left(); left > 9*time.Minute {
			t.Errorf("a minute later %v are left", left)
		}
		for _, m := range []*rooms.Member{ann, bob} {
			got := slices.DeleteFunc(said(m), func(s string) bool { return s[0] == '+' })
			if !slices.Equal(got, []string{"shortened by ann", "shortened by bob"}) {
				t.Errorf("%s sees %q", m.State().You.Alias, got)
			}
		}
	})
}

func TestALateBeatDoesNotUndoTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, ann, bob := lateRoom(t)
		for _, locked := range []bool{true, false, true} {
			store.during(t, func() { ok(t, ann.Lock(t.Context(), locked)) })
			for _, m := range []*rooms.Member{ann, bob} {
				if m.State().Room.Locked != locked {
					t.Errorf("the room was locked %v, and is %v for %s", locked, !locked, m.State().You.Alias)
				}
			}
			found, err := store.Find(t.Context(), ann.State().Room.Name)
			if ok(t, err); found.Locked != locked || found.Lock != ann.State().Room.Lock {
				t.Errorf("the store has it locked %v at %d, want %v at %d", found.Locked, found.Lock, locked, ann.State().Room.Lock)
			}
		}
	})
}

// A kick, an entry or a rename while the reply is under way is not undone by it.
func TestALateBeatDoesNotUndoTheRoster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, ann, bob := lateRoom(t)
		store.during(t, func() { ok(t, ann.Rename(t.Context(), "anna")) })
		if got := aliases(ann); !slices.Equal(got, []string{"anna", "bob"}) || ann.State().You.Alias != "anna" {
			t.Errorf("here are %q, and ann is %q", got, ann.State().You.Alias)
		}
		store.during(t, func() { ok(t, kick(t.Context(), ann, "bob")) })
		if got := aliases(ann); !slices.Equal(got, []string{"anna"}) || bob.State().End == nil {
			t.Errorf("here are %q, and bob's stay ended as %+v", got, bob.State().End)
		}
		wantSaid(t, ann, "+ann", "+bob", "ann>anna", "-bob")
	})
}

// The event got lost: the beat tells who did it, and it is shown once.
func TestABeatTellsWhoShortened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 5)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		synctest.Wait()
		store.dropEvents.Store(true)
		ok(t, bob.Shorten(t.Context(), 10*time.Minute))
		later(15 * time.Second)
		store.dropEvents.Store(false)
		later(time.Minute)
		wantSaid(t, ann, "+ann", "+bob", "shortened by bob")
	})
}
