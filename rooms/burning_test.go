package rooms_test

import (
	"context"
	"errors"
	"slices"
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
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		ok(t, ann.Say(t.Context(), "and 43", rooms.Saying{Burn: 20 * time.Second}))
		later(time.Minute)
		for _, m := range []*rooms.Member{bob, eve} {
			wantSeen(t, m, "1 ann ▒", "2 ann ▒")
		}
		wantSeen(t, ann, "1 ann the key is 42", "2 ann and 43")

		ok(t, revealOldest(t.Context(), bob))
		later(10*time.Second - time.Millisecond)
		ok(t, revealOldest(t.Context(), eve)) // a later reveal does not move the deadline
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
		ok(t, revealOldest(t.Context(), dan))
		later(20*time.Second + time.Millisecond)
		post(t, ann, "done")
		synctest.Wait()
		for _, m := range []*rooms.Member{ann, bob, eve, dan} {
			wantSeen(t, m, "1 ann burned", "2 ann burned", "3 ann done")
			if err := revealOldest(t.Context(), m); !errors.Is(err, rooms.ErrNoneHidden) {
				t.Errorf("with nothing hidden: %v", err)
			}
		}
		for _, e := range mustSince(t, store, ann) {
			if strings.Contains(string(e.Text), "4") {
				t.Errorf("the store has %q", e.Text)
			}
		}
		if err := ann.Say(t.Context(), "x", rooms.Saying{Burn: time.Second}); !errors.Is(err, rooms.ErrBadBurn) {
			t.Errorf("burning for a second answers %v", err)
		}
	})
}

// revealOldest reveals the oldest message that is hidden from the member.
func revealOldest(ctx context.Context, m *rooms.Member) error {
	return m.Reveal(ctx, oldestHidden(m), nil)
}

func oldestHidden(m *rooms.Member) uint64 {
	for pos, e := range m.Since(0).All() {
		if e.Kind == rooms.Message && e.Burn > 0 && !e.Burnt && e.Text == "" {
			return pos
		}
	}
	return 0
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
		ok(t, far.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 30 * time.Second}))
		synctest.Wait()
		store.dropEvents.Store(true)
		ok(t, revealOldest(t.Context(), ann))
		ok(t, revealOldest(t.Context(), bob))
		later(30*time.Second + time.Millisecond)
		wantSeen(t, ann, "1 far burned")
		wantSeen(t, far, "1 far burned")
	})
}

// unlit is a store that forgets when messages burn, as one may that failed over.
type unlit struct{ rooms.Store }

func (u unlit) Reveal(ctx context.Context, ref rooms.Ref, by rooms.Seat, e rooms.Event, left time.Duration) (time.Time, error) {
	if left > 0 {
		return time.Now().Add(left), nil
	}
	return u.Store.Reveal(ctx, ref, by, e, left)
}

func TestMessagesBurnEvenIfTheStoreForgetsWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, unlit{store}, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 30 * time.Second}))
		synctest.Wait()
		ok(t, revealOldest(t.Context(), bob))
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

// What passes messages on cannot take them back, so it gets no text that burns: not even
// that of its own person, or one that this person has revealed.
func TestReadersOfPartsGetNoTextThatBurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, again, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		ok(t, ann.Post(t.Context(), "hi"))
		synctest.Wait()
		ok(t, revealOldest(t.Context(), bob))
		for _, m := range []*rooms.Member{ann, again, bob} {
			wantSeen(t, m, "1 ann the key is 42", "2 ann hi")
			var texts []string
			for _, e := range m.Read(0, 1<<10).Events {
				if e.Kind == rooms.Message {
					texts = append(texts, string(e.Text))
				}
			}
			if !slices.Equal(texts, []string{"", "hi"}) {
				t.Errorf("%s reads %q", m.State().You.Alias, texts)
			}
		}
	})
}

// Somebody who has to scroll through a text gets time to do so, and the text burns
// nevertheless if they never reach its end.
func TestReadingDelaysTheFuse(t *testing.T) {
	const burn = 10 * time.Second
	for name, tc := range map[string]struct {
		wants  time.Duration // for reading
		finish time.Duration // when the end is reached; 0: never
		gone   time.Duration
	}{
		"not at all":          {0, 0, burn},
		"to the end":          {30 * time.Second, 5 * time.Second, 5*time.Second + burn},
		"late":                {30 * time.Second, 35 * time.Second, 30*time.Second + burn},
		"never to the end":    {30 * time.Second, 0, 30*time.Second + burn},
		"longer than allowed": {time.Hour, 0, rooms.MaxReading + burn},
		"for less than none":  {-time.Hour, 0, burn},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := memory.New(memory.Config{})
				defer store.Close()
				hub := newHub(t, store, rooms.HubConfig{})
				n := light(t, hub, "plans", time.Hour, 9)
				ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
				ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: burn}))
				synctest.Wait()
				pos, began := oldestHidden(bob), time.Now()
				ok(t, bob.Reveal(t.Context(), pos, func(e rooms.Event) time.Duration {
					if e.Text != "the key is 42" {
						t.Errorf("it is asked about %q", e.Text)
					}
					return tc.wants
				}))
				if tc.finish > 0 {
					later(tc.finish)
					ok(t, bob.Reveal(t.Context(), pos, nil))
				}
				later(tc.gone - time.Millisecond - time.Since(began))
				wantSeen(t, bob, "1 ann the key is 42")
				later(2 * time.Millisecond)
				wantSeen(t, bob, "1 ann burned")
				wantSeen(t, ann, "1 ann burned")
			})
		})
	}
}

func TestNobodyRevealsTheirOwnMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 9), "ann")
		ok(t, ann.Say(t.Context(), "the key is 42", rooms.Saying{Burn: 10 * time.Second}))
		synctest.Wait()
		for pos := range ann.Since(0).All() {
			if err := ann.Reveal(t.Context(), pos, nil); !errors.Is(err, rooms.ErrNoneHidden) {
				t.Errorf("position %d: %v", pos, err)
			}
		}
		later(time.Minute)
		wantSeen(t, ann, "1 ann the key is 42")
	})
}
