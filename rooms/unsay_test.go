package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// unsaid takes back the n-th newest message of a member.
func unsaid(t *testing.T, m *rooms.Member, n int) {
	t.Helper()
	_, err := m.Unsay(t.Context(), n)
	ok(t, err)
	synctest.Wait()
}

func TestWhatWasTakenBackIsGoneForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, eve := enter(t, one, n, "ann"), enter(t, one, n, "eve")
		bob := enter(t, two, n, "bob")
		post(t, ann, "the key is 41")
		synctest.Wait()
		ok(t, ann.Tell(t.Context(), "bob", "the key is 42"))
		ok(t, ann.Say(t.Context(), "the key is 43", rooms.Saying{Burn: 10 * time.Second}))
		post(t, bob, "not ann's")
		post(t, ann, "the key is 44")
		synctest.Wait()
		ok(t, revealOldest(t.Context(), bob))
		unsaid(t, ann, 1)
		want := []string{"1 ann the key is 41", "2 ann>bob the key is 42", "3 ann the key is 43", "4 bob not ann's", "5 ann took back"}
		wantSeen(t, bob, want...)
		wantSeen(t, ann, want...)
		unsaid(t, ann, 3) // the oldest: what is gone does not count
		unsaid(t, ann, 1)
		unsaid(t, ann, 1)
		for _, m := range []*rooms.Member{ann, bob, eve, enter(t, one, n, "dan")} {
			direct := "2 -"
			if m == ann || m == bob {
				direct = "2 ann took back"
			}
			wantSeen(t, m, "1 ann took back", direct, "3 ann took back", "4 bob not ann's", "5 ann took back")
		}
		later(time.Minute) // what was revealed does not burn
		for _, e := range mustSince(t, store, ann) {
			if e.Unsaid != (e.From.Alias == "ann") || strings.Contains(string(e.Text), "key") {
				t.Errorf("the store has %+v", e)
			}
		}
		wantSeen(t, bob, "1 ann took back", "2 ann took back", "3 ann took back", "4 bob not ann's", "5 ann took back")
		for _, m := range []*rooms.Member{ann, eve} {
			if _, err := m.Unsay(t.Context(), 1); !errors.Is(err, rooms.ErrNoneYours) {
				t.Errorf("with nothing of one's own: %v", err)
			}
		}
		if _, err := bob.Unsay(t.Context(), 2); !errors.Is(err, rooms.ErrNoneYours) {
			t.Errorf("with one message of one's own: %v", err)
		}
	})
}

// notices returns the Unsaid and Looked events that a member sees.
func notices(m *rooms.Member) []string {
	var all []string
	for _, e := range m.Since(0).All() {
		switch e.Kind {
		case rooms.Unsaid:
			all = append(all, fmt.Sprint(e.From.Alias, " took back ", e.Seq))
		case rooms.Looked:
			all = append(all, fmt.Sprint(e.From.Alias, " looked at ", e.Seq))
		}
	}
	return all
}

func wantNotices(t *testing.T, m *rooms.Member, want ...string) {
	t.Helper()
	if got := notices(m); !slices.Equal(got, want) {
		t.Errorf("%s is told %q, want %q", m.State().You.Alias, got, want)
	}
}

// Readers that have passed the message on are told, and those of direct messages only if
// they had them.
func TestTakingBackIsToldToThoseWhoSawTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 9)
		ann, bob, eve := enter(t, hub, n, "ann"), enter(t, hub, n, "bob"), enter(t, hub, n, "eve")
		post(t, ann, "one")
		ok(t, ann.Tell(t.Context(), "bob", "two"))
		synctest.Wait()
		began := time.Now()
		later(time.Minute)
		unsaid(t, ann, 1)
		unsaid(t, ann, 1)
		wantNotices(t, ann, "ann took back 2", "ann took back 1")
		wantNotices(t, bob, "ann took back 2", "ann took back 1")
		wantNotices(t, eve, "ann took back 1")
		for _, e := range eve.Since(0).Events {
			if e.Kind == rooms.Unsaid && (e.Time.Sub(began) < time.Minute-time.Second || e.Said.Sub(began) > time.Second) {
				t.Errorf("taken back at %v, said at %v, of %v", e.Time, e.Said, began)
			}
			if e.Kind == rooms.Private && *e != (rooms.Event{Kind: e.Kind, Epoch: e.Epoch, Time: e.Time}) {
				t.Errorf("what all share holds %+v", e)
			}
		}
	})
}

// A post that the store has confirmed is the newest, even if it has not come back.
func TestAMessageThatHasNotArrivedIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 9), "ann")
		post(t, ann, "stays")
		synctest.Wait()
		store.dropEvents.Store(true)
		post(t, ann, "the key is 42")
		unsaid(t, ann, 1)
		wantSeen(t, ann, "1 ann stays")
		later(15 * time.Second) // a beat
		wantSeen(t, ann, "1 ann stays", "2 ann took back")
	})
}

// A process that heard nothing of it learns of it by its beat.
func TestMessagesAreTakenBackEvenIfTheEventIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store.Store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, far := enter(t, one, n, "ann"), enter(t, two, n, "far")
		post(t, ann, "the key is 42")
		synctest.Wait()
		store.dropEvents.Store(true)
		unsaid(t, ann, 1)
		wantSeen(t, far, "1 ann the key is 42")
		later(15 * time.Second)
		wantSeen(t, far, "1 ann took back")
		wantNotices(t, far, "ann took back 1")
	})
}

// putBack is a store that has again what was taken back, as a replica that lags.
type putBack struct {
	*faulty
	as   []rooms.Event // replaces the history; nil: it is not put back
	told []string      // IDs
}

func (p *putBack) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	events, err := p.faulty.Since(ctx, ref, after)
	if p.as != nil {
		events = slices.DeleteFunc(slices.Clone(p.as), func(e rooms.Event) bool { return e.Seq <= after })
	}
	return events, err
}

func (p *putBack) Unsay(ctx context.Context, ref rooms.Ref, e rooms.Event) (time.Time, error) {
	p.told, p.as = append(p.told, e.ID), nil
	return p.faulty.Unsay(ctx, ref, e)
}

func TestWhatWasTakenBackStaysSoIfTheStoreHasItAgain(t *testing.T) {
	for name, notice := range map[string]func(p *putBack, feed *rooms.Feed, again rooms.Event){
		"a gap in the feed": func(_ *putBack, feed *rooms.Feed, _ rooms.Event) { feed.Gap() },
		"published again":   func(_ *putBack, feed *rooms.Feed, again rooms.Event) { feed.Push(again); feed.Gap() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &putBack{faulty: &faulty{Store: memory.New(memory.Config{})}}
				defer store.Close()
				feeds := &forgetful{Store: store}
				hub := newHub(t, feeds, rooms.HubConfig{})
				n := light(t, hub, "plans", time.Hour, 9)
				ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
				post(t, ann, "the key is 42")
				want := []string{"1 ann took back"}
				for i := range 40 { // more than are fetched again with missing ones
					post(t, bob, "hi")
					want = append(want, fmt.Sprint(i+2, " bob hi"))
				}
				synctest.Wait()
				before := mustSince(t, store, ann)
				unsaid(t, ann, 1)
				later(15 * time.Second) // a beat: the store has no more news than this
				store.as, store.told = before, nil
				notice(store, feeds.feeds[0], before[0])
				later(time.Second)
				for _, m := range []*rooms.Member{ann, bob} {
					wantSeen(t, m, want...)
					wantNotices(t, m, "ann took back 1")
				}
				if !slices.Equal(store.told, []string{before[0].ID}) {
					t.Errorf("the store is told again of %q", store.told)
				}
			})
		})
	}
}

// The store loses messages, one of which was taken back. No process brings back its
// text, whether it was told of that or not.
func TestWhatWasTakenBackIsNotRestored(t *testing.T) {
	for _, heard := range []bool{true, false} {
		t.Run(fmt.Sprint("others heard ", heard), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				backend := memory.New(memory.Config{})
				defer backend.Close()
				store := &forgetful{Store: backend}
				far := &faulty{Store: store}
				one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, far, rooms.HubConfig{})
				n := light(t, one, "plans", time.Hour, 9)
				ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
				post(t, ann, "first")
				synctest.Wait()
				store.forget(2, false)
				post(t, ann, "the key is 42")
				post(t, ann, "after it")
				synctest.Wait()
				far.dropEvents.Store(!heard)
				_, err := ann.Unsay(t.Context(), 2)
				ok(t, err)
				synctest.Wait()
				far.dropEvents.Store(false)
				post(t, bob, "numbered 2")
				later(time.Minute)
				for _, e := range mustSince(t, backend, ann) {
					if strings.Contains(string(e.Text), "key") {
						t.Errorf("the store has %+v", e)
					}
				}
				for _, m := range []*rooms.Member{ann, bob} {
					if all := strings.Join(seen(m), "\n"); strings.Contains(all, "key") || !strings.Contains(all, "after it") {
						t.Errorf("%s sees %q", m.State().You.Alias, all)
					}
				}
			})
		})
	}
}

// unsaying is a store that loses messages after they were taken back.
type unsaying struct{ *forgetful }

func (u unsaying) Unsay(context.Context, rooms.Ref, rooms.Event) (time.Time, error) {
	return time.Now(), nil
}

// The store confirms a message and that it was taken back, and loses both before the
// message has come back to its sender.
func TestWhatWasTakenBackBeforeItArrivedIsNotRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backend := memory.New(memory.Config{})
		defer backend.Close()
		store := unsaying{&forgetful{Store: backend}}
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		synctest.Wait()
		store.forget(1, true)
		post(t, ann, "the key is 42")
		unsaid(t, ann, 1)
		post(t, bob, "numbered 1")
		later(time.Minute)
		for _, m := range []*rooms.Member{ann, bob} {
			wantSeen(t, m, "1 bob numbered 1", "2 ann took back")
		}
		if e := mustSince(t, backend, ann)[1]; !e.Unsaid || e.Text != "" {
			t.Errorf("the store has %+v", e)
		}
	})
}

func TestTakingBackIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: 1, Burst: 3})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 9), "ann")
		post(t, ann, "one")
		post(t, ann, "two")
		synctest.Wait()
		unsaid(t, ann, 1)
		if _, err := ann.Unsay(t.Context(), 1); !errors.Is(err, rooms.ErrTooFast) {
			t.Errorf("beyond the limit: %v", err)
		}
		later(time.Second)
		unsaid(t, ann, 1)
		wantSeen(t, ann, "1 ann took back", "2 ann took back")
	})
}

// A transcript keeps some more messages than the store.
func TestAMessageThatOnlyTranscriptsKeepIsTakenBackThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 9) // keeps 100 messages
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		post(t, ann, "the key is 42")
		for i := range 110 {
			post(t, bob, fmt.Sprint(i))
		}
		synctest.Wait()
		if events := mustSince(t, store, ann); events[0].Seq == 1 || seen(bob)[0] != "1 ann the key is 42" {
			t.Fatalf("the store has message %d, bob sees %q", events[0].Seq, seen(bob)[0])
		}
		unsaid(t, ann, 1)
		for _, m := range []*rooms.Member{ann, bob} {
			if got := seen(m)[0]; got != "1 ann took back" {
				t.Errorf("%s sees %q", m.State().You.Alias, got)
			}
		}
	})
}
