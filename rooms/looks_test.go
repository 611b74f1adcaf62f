package rooms_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestTheSenderLearnsWhoLooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		synctest.Wait()
		wantNotices(t, ann)
		ok(t, revealOldest(t.Context(), bob))
		synctest.Wait()
		wantNotices(t, ann, "bob looked at 1")
		ok(t, revealOldest(t.Context(), eve)) // the fuse is lit, and the sender told all the same
		synctest.Wait()
		want := []string{"bob looked at 1", "eve looked at 1"}
		wantNotices(t, ann, want...)
		wantNotices(t, bob)
		wantNotices(t, eve)
		for _, e := range bob.Since(0).Events {
			if e.Looks != nil || e.Kind == rooms.Looked {
				t.Errorf("all share %+v", e)
			}
		}
		later(time.Minute)
		wantNotices(t, ann, want...)
		// Whoever comes back learns it, also on a server that was not there.
		ann.Leave()
		synctest.Wait()
		three := newHub(t, store, rooms.HubConfig{})
		wantNotices(t, enter(t, three, n, "ann"), want...)
		wantNotices(t, enter(t, three, n, "dan"))
		wantNotices(t, enter(t, two, n, "ann"), want...)
	})
}

func TestTheSenderLearnsWhoLookedEvenIfTheEventIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store.Store, rooms.HubConfig{})
		n := light(t, two, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		synctest.Wait()
		store.dropEvents.Store(true)
		ok(t, revealOldest(t.Context(), bob))
		later(15 * time.Second)
		wantNotices(t, ann, "bob looked at 1")
	})
}

func TestLooksOfManyAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 99)
		ann := enter(t, hub, n, "ann")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		synctest.Wait()
		for i := range rooms.MaxLooks + 3 {
			m := enter(t, hub, n, fmt.Sprint("guest", i))
			ok(t, revealOldest(t.Context(), m))
			wantSeen(t, m, "1 ann the key is 42")
		}
		synctest.Wait()
		if got := len(notices(ann)); got != rooms.MaxLooks {
			t.Errorf("ann is told of %d looks, want %d", got, rooms.MaxLooks)
		}
	})
}
