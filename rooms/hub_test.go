package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

func TestMembersSeeOneOrderAcrossHubs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 3)
		ann := enter(t, one, n, "ann")
		post(t, ann, "anyone here?")
		bob := enter(t, two, n, "bob")
		synctest.Wait()
		post(t, bob, "yes")
		post(t, ann, "good")
		synctest.Wait()
		wantSaid(t, ann, "+ann", "1 ann: anyone here?", "+bob", "2 bob: yes", "3 ann: good")
		wantSaid(t, bob, "1 ann: anyone here?", "+bob", "2 bob: yes", "3 ann: good")
		if err := bob.Rename(t.Context(), "rob"); err != nil {
			t.Fatal(err)
		}
		bob.Leave()
		synctest.Wait()
		if got := said(ann); !slices.Equal(got[5:], []string{"bob>rob", "-rob"}) {
			t.Errorf("after a rename and a leave: %q", got)
		}
		if got := aliases(ann); !slices.Equal(got, []string{"ann"}) {
			t.Errorf("roster %q", got)
		}
	})
}

func TestHundredsOfMessagesReachAllMembersOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hubs := []*rooms.Hub{newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})}
		n := light(t, hubs[0], "plans", time.Hour, 10)
		var all []*rooms.Member
		for i := range 8 {
			all = append(all, enter(t, hubs[i%2], n, fmt.Sprintf("m%d", i)))
		}
		for _, m := range all {
			go func() {
				for i := range 10 {
					if err := m.Post(t.Context(), fmt.Sprint(i)); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		synctest.Wait()
		messages := func(m *rooms.Member) []string {
			return slices.DeleteFunc(said(m), func(s string) bool { return strings.HasPrefix(s, "+") })
		}
		first := messages(all[0])
		if len(first) != 80 {
			t.Fatalf("%d messages arrived, want 80", len(first))
		}
		for _, m := range all[1:] {
			if !slices.Equal(messages(m), first) {
				t.Errorf("two members see different transcripts:\n%q\n%q", first, messages(m))
			}
		}
	})
}

func TestCountdownTicksOnlyWhenItsTextChangesAndEndsInNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Beat: 100 * time.Hour, Lease: 300 * time.Hour})
		n := light(t, hub, "plans", 2*time.Hour, 3)
		m := enter(t, hub, n, "ann")
		post(t, m, "hello")
		synctest.Wait()
		<-m.News()
		var ticks atomic.Int64
		m.OnTick(func() { ticks.Add(1) })
		start := time.Now()
		for m.State().End == nil {
			<-m.News()
		}
		if got := time.Since(start); got != 2*time.Hour {
			t.Errorf("burned for %v, want 2h", got)
		}
		// An hour of minutes, an hour of seconds; the last of them is the end.
		if want := int64(60 + 3600 - 1); ticks.Load() != want {
			t.Errorf("%d ticks, want %d", ticks.Load(), want)
		}
		wantEnd(t, m, rooms.End{Reason: rooms.BurnedOut, Messages: 1})
		if _, err := hub.Find(t.Context(), n); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("after the end the room is found: %v", err)
		}
		if err := m.Post(t.Context(), "too late"); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("post after the end: %v", err)
		}
	})
}

func TestShorteningReachesEverybodyAndNeverExtends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 3)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		if err := ann.Shorten(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if left := bob.State().Room.Left(); left != time.Minute {
			t.Errorf("bob has %v left", left)
		}
		if got := said(bob); got[len(got)-1] != "shortened by ann" {
			t.Errorf("bob sees %q", got)
		}
		if err := bob.Shorten(t.Context(), 2*time.Minute); !errors.Is(err, rooms.ErrLonger) {
			t.Errorf("extending: %v", err)
		}
		if err := bob.Shorten(t.Context(), time.Second); !errors.Is(err, rooms.ErrTooShort) {
			t.Errorf("to a second: %v", err)
		}
		later(time.Minute + time.Second)
		wantEnd(t, ann, rooms.End{Reason: rooms.BurnedOut})
		wantEnd(t, bob, rooms.End{Reason: rooms.BurnedOut})
	})
}

func TestDestroyEndsTheRoomForAllAndTheNameIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 3)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		post(t, ann, "secret")
		if err := ann.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, m := range []*rooms.Member{ann, bob} {
			wantEnd(t, m, rooms.End{Reason: rooms.Wiped, By: "ann", Messages: 1})
		}
		light(t, two, "plans", time.Hour, 3)
		cat := enter(t, one, n, "cat")
		wantSaid(t, cat, "+cat")
	})
}

func TestDestroyIsCarriedThroughEvenIfTheSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 3)
		ann := enter(t, hub, n, "ann")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := ann.Destroy(ctx); err != nil {
			t.Error(err)
		}
		if _, err := hub.Find(t.Context(), n); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("the room is found: %v", err)
		}
	})
}

func TestPlacesAndNamesakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 2)
		first, second := enter(t, hub, n, "amber-otter"), enter(t, hub, n, "amber-otter")
		if got := second.State().You.Alias; got != "amber-otter-2" {
			t.Errorf("the namesake is called %q", got)
		}
		if _, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "cat"}); !errors.Is(err, rooms.ErrFull) {
			t.Errorf("a third of two: %v", err)
		}
		first.Leave()
		first.Leave()
		enter(t, hub, n, "cat")
	})
}

func TestPostsAreCleanedCountedAndLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Rate: 2, Burst: 3})
		m := enter(t, hub, light(t, hub, "plans", time.Hour, 2), "ann")
		for text, want := range map[string]error{
			" \n\x1b ":                           rooms.ErrEmpty,
			strings.Repeat("é", rooms.MaxText+1): rooms.ErrTooLong,
		} {
			if err := m.Post(t.Context(), text); !errors.Is(err, want) {
				t.Errorf("post %.10q: %v, want %v", text, err, want)
			}
		}
		post(t, m, "\x1b]0;owned\x07hi")
		post(t, m, strings.Repeat("é", rooms.MaxText))
		post(t, m, "3")
		if err := m.Post(t.Context(), "4"); !errors.Is(err, rooms.ErrTooFast) {
			t.Errorf("the fourth at once: %v", err)
		}
		later(500 * time.Millisecond)
		post(t, m, "4")
		synctest.Wait()
		for _, line := range said(m) {
			if strings.ContainsAny(line, "\x1b\x07") {
				t.Errorf("a control got through: %q", line)
			}
		}
	})
}

func TestClosingEndsStaysAndGivesSeatsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{LivesOn: true}), newHub(t, store, rooms.HubConfig{LivesOn: true})
		n := light(t, one, "plans", time.Hour, 3)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		one.Close()
		wantEnd(t, ann, rooms.End{Reason: rooms.Closing, LivesOn: true})
		if _, err := one.Enter(t.Context(), n, rooms.Guest{Alias: "cat"}); !errors.Is(err, rooms.ErrClosing) {
			t.Errorf("entering a closed hub: %v", err)
		}
		ann.Leave()
		synctest.Wait()
		if got := aliases(bob); !slices.Equal(got, []string{"bob"}) {
			t.Errorf("roster %q", got)
		}
	})
}

func TestAPanicInARoomEndsThatRoomOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		told := 0
		hub := newHub(t, store, rooms.HubConfig{Panicked: func(any) { told++ }})
		light(t, hub, "plans", time.Hour, 3)
		ann, bob := enter(t, hub, name(t, "plans"), "ann"), enter(t, hub, light(t, hub, "other", time.Hour, 3), "bob")
		post(t, ann, "hello")
		synctest.Wait()
		store.panics.Store(ann.State().Room.Epoch)
		later(15 * time.Second)
		wantEnd(t, ann, rooms.End{Reason: rooms.Lost, Messages: 1})
		post(t, bob, "still here")
		later(time.Second)
		wantSaid(t, bob, "+bob", "1 bob: still here")
		if told != 1 {
			t.Errorf("told of %d panics", told)
		}
		store.panics.Store("watch")
		ann.Leave()
		if _, err := hub.Enter(t.Context(), name(t, "plans"), rooms.Guest{Alias: "cat"}); err == nil {
			t.Error("entered although watching panics")
		}
	})
}

func TestAReaderThatStopsCostsNobodyAndMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 3)
		ann, slow := enter(t, hub, n, "ann"), enter(t, hub, n, "slow")
		pos := nextOf(slow)
		for i := range 100 {
			post(t, ann, fmt.Sprint(i))
		}
		synctest.Wait()
		if got := slow.Since(pos).Events; len(got) != 100 || got[99].Text != "99" {
			t.Errorf("%d events wait for the slow one", len(got))
		}
	})
}
