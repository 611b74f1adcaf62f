package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// forgetful is a store that confirms and publishes messages and then loses them,
// like a primary that fails before its replica has them.
type forgetful struct {
	rooms.Store
	mu       sync.Mutex
	feeds    []*rooms.Feed
	forgets  int  // this many messages
	silently bool // without even publishing them
	ahead    uint64
}

func (f *forgetful) Watch(ctx context.Context, n rooms.Name) (*rooms.Feed, error) {
	feed, err := f.Store.Watch(ctx, n)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.feeds = append(f.feeds, feed)
	return feed, err
}

func (f *forgetful) Append(ctx context.Context, ref rooms.Ref, s rooms.Seat, w rooms.Words) (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forgets == 0 {
		f.ahead = 0
		return f.Store.Append(ctx, ref, s, w)
	}
	f.forgets--
	f.ahead++
	pulse, err := f.Store.Beat(ctx, ref, s.Node, time.Minute, rooms.Known{})
	if err != nil {
		return 0, err
	}
	e := rooms.Event{Epoch: ref.Epoch, Seq: pulse.Seq + f.ahead, Time: time.Now(), From: s}.Say(w)
	if !f.silently {
		for _, feed := range f.feeds {
			feed.Push(e)
		}
	}
	return e.Seq, nil
}

func (f *forgetful) forget(n int, silently bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forgets, f.silently = n, silently
}

// texts returns the texts that the member sees.
func texts(m *rooms.Member) []string {
	var all []string
	for _, e := range m.Since(0).Events {
		if e.Kind == rooms.Message {
			all = append(all, string(e.Text))
		}
	}
	return all
}

// agreed checks that all members see the messages that the store has: each of the
// texts once, and nothing else.
func agreed(t *testing.T, store rooms.Store, want []string, members ...*rooms.Member) {
	t.Helper()
	events, err := store.Since(t.Context(), members[0].State().Room.Ref, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, e := range events {
		kept = append(kept, string(e.Text))
	}
	for _, m := range members {
		if got := texts(m); !slices.Equal(got, kept) {
			t.Errorf("%s sees %q, the store has %q", m.State().You.Alias, got, kept)
		}
	}
	slices.Sort(kept)
	slices.Sort(want)
	if !slices.Equal(kept, want) {
		t.Errorf("the store has %q, want each of %q once", kept, want)
	}
}

func TestMessagesLostAfterTheyWereConfirmedAreRestored(t *testing.T) {
	for _, silently := range []bool{false, true} {
		for _, then := range []string{"", "another speaks", "the same speaks"} {
			t.Run(fmt.Sprintf("unpublished %v, then %q", silently, then), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store := &forgetful{Store: memory.New(memory.Config{})}
					defer store.Close()
					one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
					n := light(t, one, "plans", time.Hour, 5)
					ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
					post(t, ann, "1")
					post(t, bob, "2")
					synctest.Wait()
					pos := nextOf(ann)
					store.forget(3, silently)
					post(t, ann, "3")
					post(t, bob, "4")
					post(t, ann, "5")
					synctest.Wait()
					want := []string{"1", "2", "3", "4", "5"}
					switch then {
					case "another speaks":
						post(t, bob, "6")
						want = append(want, "6")
					case "the same speaks":
						post(t, ann, "6")
						post(t, ann, "7")
						want = append(want, "6", "7")
					}
					later(30 * time.Second) // some beats
					agreed(t, store, want, ann, bob)
					if silently && then == "" {
						return
					}
					if log := ann.Since(0); log.From < pos && !silently {
						t.Errorf("positions begin at %d: what changed must have new ones, from %d on", log.From, pos)
					}
				})
			})
		}
	}
}

// Whoever saw the message restores it if nobody of its sender's process is in the
// room any more.
func TestMessagesOfThoseWhoLeftAreRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memory.New(memory.Config{})}
		defer store.Close()
		var hubs []*rooms.Hub
		for range 3 {
			hubs = append(hubs, newHub(t, store, rooms.HubConfig{}))
		}
		n := light(t, hubs[0], "plans", time.Hour, 5)
		ann, bob, eve := enter(t, hubs[0], n, "ann"), enter(t, hubs[1], n, "bob"), enter(t, hubs[2], n, "eve")
		post(t, ann, "1")
		store.forget(3, false)
		post(t, ann, "2")
		post(t, bob, "3")
		post(t, ann, "4")
		synctest.Wait()
		ann.Leave()
		later(30 * time.Second) // some beats
		agreed(t, store, []string{"1", "2", "3", "4"}, bob, eve)
	})
}

func TestAFailoverAmongMessagesEndsInOneTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memory.New(memory.Config{})}
		defer store.Close()
		var hubs []*rooms.Hub
		var members []*rooms.Member
		for range 3 {
			hubs = append(hubs, newHub(t, store, rooms.HubConfig{}))
		}
		n := light(t, hubs[0], "plans", time.Hour, 20)
		for i := range 9 {
			members = append(members, enter(t, hubs[i%3], n, fmt.Sprint("guest", i)))
		}
		var want []string
		var mu sync.Mutex
		for round := range 4 {
			var talk sync.WaitGroup
			store.forget(2*round, round == 2)
			for i, m := range members {
				talk.Go(func() {
					text := fmt.Sprintf("%d.%d", round, i)
					post(t, m, text)
					mu.Lock()
					defer mu.Unlock()
					want = append(want, text)
				})
			}
			talk.Wait()
			later(time.Second)
		}
		later(time.Minute)
		agreed(t, store, want, members...)
	})
}

// longer is a store that has forgotten that a room was shortened.
type longer struct {
	rooms.Store
	mu    sync.Mutex
	later time.Duration
	told  rooms.Promises
}

func (l *longer) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	pulse, err := l.Store.Beat(ctx, ref, node, lease, known)
	l.mu.Lock()
	defer l.mu.Unlock()
	pulse.Stored, pulse.Ends, pulse.Deadline = pulse.Stored.Add(l.later), pulse.Ends.Add(l.later), pulse.Deadline.Add(l.later)
	return pulse, err
}

func (l *longer) Assert(ctx context.Context, ref rooms.Ref, p rooms.Promises) error {
	l.mu.Lock()
	l.later, l.told = 0, p
	l.mu.Unlock()
	return l.Store.Assert(ctx, ref, p)
}

func TestACountdownIsNotLengthenedByAStoreThatForgot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &longer{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
		if err := ann.Shorten(t.Context(), 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		store.mu.Lock()
		store.later = 50 * time.Minute
		store.mu.Unlock()
		later(time.Minute)
		if left := ann.Left(); left > 9*time.Minute {
			t.Errorf("%v are left of ten minutes after one", left)
		}
		store.mu.Lock()
		defer store.mu.Unlock()
		if store.later != 0 || store.told.Ends != ann.State().Room.Ends || store.told.ShortenedBy != "ann" {
			t.Errorf("the store was told again: %v, %+v", store.later == 0, store.told)
		}
		wantSaid(t, ann, "+ann", "shortened by ann")
	})
}

// The store lost a message, and then another process restores it, after as many
// others as this process missed: under the very number that is next here.
func TestARestoredMessageIsNeverSeenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &forgetful{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 20)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		post(t, bob, "1")
		synctest.Wait()
		store.forget(1, false)
		post(t, bob, "2") // confirmed, published and lost
		synctest.Wait()
		if got := texts(ann); !slices.Equal(got, []string{"1", "2"}) {
			t.Fatalf("ann sees %q", got)
		}
		lost := *ann.Since(0).Events[len(ann.Since(0).Events)-1]
		annsFeed := store.feeds[0]
		// Bob's server restores it after another message, of which ann's hears
		// nothing: the next one there is the lost one again.
		again := lost
		again.Seq++
		annsFeed.Push(again)
		synctest.Wait()
		if got := texts(ann); !slices.Equal(got, []string{"1", "2"}) && !slices.Equal(got, []string{"1"}) {
			t.Errorf("ann sees %q", got)
		}
		later(30 * time.Second)
		agreed(t, store, []string{"1", "2"}, ann, bob)
	})
}
