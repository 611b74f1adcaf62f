package rooms_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestMessagesThatBurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		ok(t, ann.PostBurning(t.Context(), "the key is 42", 10*time.Second))
		ok(t, ann.PostBurning(t.Context(), "and 43", 20*time.Second))
		later(time.Minute)
		for _, m := range []*rooms.Member{bob, eve} {
			wantSeen(t, m, "1 ann ▒", "2 ann ▒")
		}
		wantSeen(t, ann, "1 ann the key is 42", "2 ann and 43")

		ok(t, bob.Reveal(t.Context()))
		later(10*time.Second - time.Millisecond)
		ok(t, eve.Reveal(t.Context())) // a later reveal does not move the deadline
		wantSeen(t, bob, "1 ann the key is 42", "2 ann ▒")
		wantSeen(t, eve, "1 ann the key is 42", "2 ann ▒")
		dan := enter(t, one, n, "dan")
		wantSeen(t, dan, "1 ann ▒", "2 ann ▒")
		later(2 * time.Millisecond)
		for _, m := range []*rooms.Member{ann, bob, eve, dan} {
			left := "2 ann ▒"
			if m == ann {
				left = "2 ann and 43"
			}
			wantSeen(t, m, "1 ann burned", left)
		}
		ok(t, dan.Reveal(t.Context()))
		later(20*time.Second + time.Millisecond)
		post(t, ann, "done")
		synctest.Wait()
		for _, m := range []*rooms.Member{ann, bob, eve, dan} {
			wantSeen(t, m, "1 ann burned", "2 ann burned", "3 ann done")
			if err := m.Reveal(t.Context()); !errors.Is(err, rooms.ErrNoneHidden) {
				t.Errorf("with nothing hidden: %v", err)
			}
		}
		for _, e := range mustSince(t, store, ann) {
			if strings.Contains(e.Text, "4") {
				t.Errorf("the store has %q", e.Text)
			}
		}
		if err := ann.PostBurning(t.Context(), "x", time.Second); !errors.Is(err, rooms.ErrBadBurn) {
			t.Errorf("burning for a second answers %v", err)
		}
	})
}

func mustSince(t *testing.T, store rooms.Store, m *rooms.Member) []rooms.Event {
	t.Helper()
	events, err := store.Since(t.Context(), m.State().Room.Ref, 0)
	ok(t, err)
	return events
}

// A process that heard neither of the first reveal nor of the end learns of it by its
// beat.
func TestMessagesBurnEvenIfTheEventIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store.Store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, one, n, "bob")
		far := enter(t, two, n, "far")
		ok(t, far.PostBurning(t.Context(), "the key is 42", 30*time.Second))
		synctest.Wait()
		store.dropEvents.Store(true)
		ok(t, ann.Reveal(t.Context()))
		ok(t, bob.Reveal(t.Context()))
		later(30*time.Second + time.Millisecond)
		wantSeen(t, ann, "1 far burned")
		wantSeen(t, far, "1 far burned")
	})
}

// unlit is a store that forgets when messages burn, as one may that failed over.
type unlit struct{ rooms.Store }

func (u unlit) Reveal(ctx context.Context, ref rooms.Ref, e rooms.Event, left time.Duration) (time.Time, error) {
	if left > 0 {
		return time.Now().Add(left), nil
	}
	return u.Store.Reveal(ctx, ref, e, left)
}

func TestMessagesBurnEvenIfTheStoreForgetsWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, unlit{store}, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		ok(t, ann.PostBurning(t.Context(), "the key is 42", 30*time.Second))
		synctest.Wait()
		ok(t, bob.Reveal(t.Context()))
		later(30*time.Second + time.Millisecond)
		wantSeen(t, bob, "1 ann burned")
		if events := mustSince(t, store, ann); len(events) != 1 || !events[0].Burnt {
			t.Errorf("the store has %+v", events)
		}
	})
}

func TestParseBurn(t *testing.T) {
	for s, want := range map[string]time.Duration{"5s": 5 * time.Second, "1m30s": 90 * time.Second, "1h": time.Hour,
		"4s": 0, "1h1s": 0, "": 0, "10": 0, "-10s": 0, "5.5s": 0, "9999999h": 0, "10s ": 0} {
		got, err := rooms.ParseBurn(s)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
}
