package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestADrainedSeatIsReservedForItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := rooms.NewHub(store, rooms.HubConfig{LivesOn: true}), newHub(t, store, rooms.HubConfig{LivesOn: true})
		n := light(t, two, "plans", time.Hour, 5)
		ann, err := one.Enter(t.Context(), n, rooms.Guest{Alias: "ann", Identity: "key of ann", Returns: true})
		if err != nil {
			t.Fatal(err)
		}
		eve := enter(t, one, n, "eve") // without a key
		bob := enter(t, two, n, "bob")
		post(t, bob, "before")
		synctest.Wait()
		ann.Since(0)
		one.Drain(t.Context())
		ann.Leave()
		eve.Leave()
		synctest.Wait()
		post(t, bob, "meanwhile")
		wantAliases := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if got := aliases(bob); !slices.Equal(got, want) {
				t.Errorf("here are %q, want %q", got, want)
			}
		}
		wantAliases("ann", "bob")
		if !bob.State().Roster[0].Away {
			t.Error("ann is not shown as away")
		}
		back, err := two.Enter(t.Context(), n, rooms.Guest{Alias: "other", Identity: "key of ann", Returns: true})
		if err != nil {
			t.Fatal(err)
		}
		defer back.Leave()
		wantAliases("ann", "bob")
		s := back.State()
		if s.You.Alias != "ann" || s.You.Away || s.Seen != 1 || s.Messages != 2 {
			t.Errorf("came back as %+v, who had seen up to %d of %d", s.You, s.Seen, s.Messages)
		}
		post(t, back, "back")
		synctest.Wait()
		if got := texts(bob); !slices.Equal(got, []string{"before", "meanwhile", "back"}) {
			t.Errorf("bob sees %q", got)
		}
	})
}

func TestAReservedSeatIsGivenUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := rooms.NewHub(store, rooms.HubConfig{LivesOn: true}), newHub(t, store, rooms.HubConfig{LivesOn: true})
		n := light(t, two, "plans", time.Hour, 5)
		ann, err := one.Enter(t.Context(), n, rooms.Guest{Alias: "ann", Identity: "key of ann", Returns: true})
		if err != nil {
			t.Fatal(err)
		}
		bob := enter(t, two, n, "bob")
		one.Drain(t.Context())
		ann.Leave()
		later(55 * time.Second)
		if got := aliases(bob); len(got) != 2 {
			t.Errorf("after 55 s here are %q", got)
		}
		later(20 * time.Second)
		if got := aliases(bob); len(got) != 1 {
			t.Errorf("after 75 s here are %q", got)
		}
	})
}

func TestAServerThatGoesDownRestoresWhatItsMembersSaid(t *testing.T) {
	for _, silently := range []bool{false, true} {
		t.Run(fmt.Sprintf("unpublished %v", silently), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &forgetful{Store: memory.New(memory.Config{})}
				defer store.Close()
				one, two := newHub(t, store, rooms.HubConfig{LivesOn: true}), newHub(t, store, rooms.HubConfig{})
				n := light(t, one, "plans", time.Hour, 5)
				ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
				post(t, ann, "1")
				synctest.Wait()
				store.forget(2, silently)
				post(t, ann, "2")
				post(t, ann, "3")
				one.Drain(t.Context())
				if end := ann.State().End; end == nil || end.Reason != rooms.Closing {
					t.Errorf("her stay ended as %+v", end)
				}
				later(30 * time.Second)
				agreed(t, store, []string{"1", "2", "3"}, bob)
			})
		})
	}
}

func TestDrainingDoesNotWaitLongForASilentStore(t *testing.T) {
	for until, most := range map[time.Duration]time.Duration{0: 2 * time.Second, time.Second: time.Second / 2} {
		synctest.Test(t, func(t *testing.T) {
			store := &faulty{Store: memory.New(memory.Config{})}
			defer store.Close()
			hub := newHub(t, store, rooms.HubConfig{LivesOn: true})
			enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
			store.silent.Store(true)
			ctx := t.Context()
			if until > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, until)
				defer cancel()
			}
			began := time.Now()
			hub.Drain(ctx)
			if took := time.Since(began); took > most {
				t.Errorf("with %v until the end it took %v", until, took)
			}
			store.silent.Store(false)
		})
	}
}
