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

// collided is a store that failed over to a replica, lost the newest versions of
// the roster and has counted them again.
type collided struct {
	*faulty
	mu   sync.Mutex
	lost uint64 // versions
	mark string
}

func (c *collided) failOver(versions uint64, mark string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost, c.mark = versions, mark
}

func (c *collided) roster(version uint64) (uint64, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return version - c.lost, c.mark
}

func (c *collided) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	pulse, err := c.faulty.Beat(ctx, ref, node, lease, rooms.Known{Kicks: known.Kicks})
	pulse.Version, pulse.Mark = c.roster(pulse.Version)
	if pulse.Version == known.Version && pulse.Mark == known.Mark {
		pulse.Roster = nil
	}
	return pulse, err
}

func (c *collided) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	entry, err := c.faulty.Enter(ctx, name, seat, lease, after)
	entry.Version, entry.Mark = c.roster(entry.Version)
	return entry, err
}

func TestEveryMemberHasASeatAfterVersionsCollided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &collided{faulty: &faulty{Store: memory.New(memory.Config{})}}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		synctest.Wait()
		// The replica knew nothing of bob; then cid entered, with the same version.
		ref := ann.State().Room.Ref
		store.dropEvents.Store(true)
		ok(t, store.Leave(t.Context(), ref, bob.State().You))
		_, err := store.faulty.Enter(t.Context(), n, rooms.Seat{ID: "cid", Node: "third", Alias: "cid", Identity: "id-cid", Rev: 1}, time.Hour, 0)
		ok(t, err)
		synctest.Wait()
		store.failOver(2, "other")
		store.dropEvents.Store(false)
		later(20 * time.Second)
		for _, m := range []*rooms.Member{ann, bob} {
			s := m.State()
			got := aliases(m)
			if slices.Sort(got); s.End != nil || !slices.Equal(got, []string{"ann", "bob", "cid"}) {
				t.Errorf("%s sees %q, and the stay ended as %+v", s.You.Alias, got, s.End)
			}
			if !slices.ContainsFunc(s.Roster, func(o rooms.Seat) bool { return o.ID == s.You.ID }) {
				t.Errorf("%s is not on the roster that is shown", s.You.Alias)
			}
			post(t, m, "here")
		}
	})
}

// shut is a store that has lost who was let in, with their seats, while the room
// is locked.
type shut struct {
	*faulty
	mu  sync.Mutex
	out map[string]bool // identities that the lock keeps out
}

func (s *shut) Enter(ctx context.Context, name rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	s.mu.Lock()
	out := s.out[seat.Identity]
	s.mu.Unlock()
	if out {
		return rooms.Entry{}, rooms.ErrLocked
	}
	return s.faulty.Enter(ctx, name, seat, lease, after)
}

func (s *shut) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	s.mu.Lock()
	for _, identity := range p.Welcome {
		delete(s.out, identity)
	}
	s.mu.Unlock()
	return s.faulty.Assert(ctx, ref, p)
}

func TestALostSeatIsTakenAgainThroughALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shut{faulty: &faulty{Store: memory.New(memory.Config{})}, out: map[string]bool{}}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		ref := ann.State().Room.Ref
		ok(t, store.Lock(t.Context(), ref, ann.State().You, true))
		ok(t, store.Leave(t.Context(), ref, bob.State().You))
		store.mu.Lock()
		store.out["id-bob"], store.out["id-eve"] = true, true
		store.mu.Unlock()
		later(20 * time.Second)
		if s := bob.State(); s.End != nil || len(s.Roster) != 2 {
			t.Fatalf("bob's stay ended as %+v, here are %q", s.End, aliases(bob))
		}
		post(t, bob, "still here")
		if _, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "eve", Identity: "id-eve"}); err == nil {
			t.Error("the lock lets a stranger in")
		}
	})
}
