package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// counted counts the messages that Enter and Since return.
type counted struct {
	rooms.Store
	fetched atomic.Int64
}

func (c *counted) Enter(ctx context.Context, n rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	entry, err := c.Store.Enter(ctx, n, seat, lease, after)
	c.fetched.Add(int64(len(entry.History)))
	return entry, err
}

func (c *counted) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	events, err := c.Store.Since(ctx, ref, after)
	c.fetched.Add(int64(len(events)))
	return events, err
}

func TestAWriterFetchesNoHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := memory.New(memory.Config{})
		t.Cleanup(func() { memory.Close() })
		store := &counted{Store: memory}
		hub, other := newHub(t, store, rooms.HubConfig{}), newHub(t, memory, rooms.HubConfig{})
		n := light(t, other, "plans", time.Hour, 8)
		ann := enter(t, other, n, "ann")
		var want []string
		say := func(m *rooms.Member, alias string) {
			t.Helper()
			text := fmt.Sprint("text ", len(want))
			post(t, m, text)
			want = append(want, fmt.Sprintf("%d %s: %s", len(want)+1, alias, text))
		}
		for range 50 {
			say(ann, "ann")
		}

		script, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "script", Identity: "script", WriteOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer script.Leave()
		for range 5 {
			say(script, "script")
		}
		say(ann, "ann")
		synctest.Wait()
		if got := store.fetched.Load(); got != 0 {
			t.Errorf("who only writes made the server fetch %d messages", got)
		}

		// A reader in the same room of this process sees everything.
		bob := enter(t, hub, n, "bob")
		say(script, "script")
		say(ann, "ann")
		say(bob, "bob")
		synctest.Wait()
		messages := func(m *rooms.Member) []string {
			return slices.DeleteFunc(said(m), func(s string) bool { return s[0] == '+' || s[0] == '-' })
		}
		if got := messages(bob); !slices.Equal(got, want) {
			t.Errorf("a reader sees\n%q, want\n%q", got, want)
		}
		<-time.After(time.Minute) // beats find nothing to reconcile
		synctest.Wait()
		if got := messages(bob); !slices.Equal(got, want) {
			t.Errorf("a minute later a reader sees\n%q", got)
		}
		if got := store.fetched.Load(); got > int64(len(want))+16 {
			t.Errorf("%d messages were fetched for one reader of %d", got, len(want))
		}
	})
}

func TestAReaderWhoJoinsAWriterMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := memory.New(memory.Config{})
		t.Cleanup(func() { memory.Close() })
		store := &held{Store: memory, entered: make(chan struct{}), admit: make(chan struct{})}
		hub, other := newHub(t, store, rooms.HubConfig{}), newHub(t, memory, rooms.HubConfig{})
		n := light(t, other, "plans", time.Hour, 8)
		ann := enter(t, other, n, "ann")
		post(t, ann, "before")
		script, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "script", Identity: "script", WriteOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer script.Leave()
		store.hold.Store(true)
		entering := make(chan *rooms.Member)
		go func() {
			m, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "bob", Identity: "bob"})
			if err != nil {
				t.Error(err)
			}
			entering <- m
		}()
		<-store.entered
		post(t, ann, "meanwhile") // after the entry, before it is known here
		synctest.Wait()
		close(store.admit)
		bob := <-entering
		defer bob.Leave()
		<-time.After(time.Minute)
		synctest.Wait()
		want := []string{"1 ann: before", "2 ann: meanwhile"}
		if got := slices.DeleteFunc(said(bob), func(s string) bool { return s[0] == '+' }); !slices.Equal(got, want) {
			t.Errorf("the reader sees %q, want %q", got, want)
		}
	})
}

// held delays the reply to an entry.
type held struct {
	rooms.Store
	hold           atomic.Bool
	entered, admit chan struct{}
}

func (h *held) Enter(ctx context.Context, n rooms.Name, seat rooms.Seat, lease time.Duration, after uint64) (rooms.Entry, error) {
	entry, err := h.Store.Enter(ctx, n, seat, lease, after)
	if h.hold.Load() {
		close(h.entered)
		<-h.admit
	}
	return entry, err
}

func TestMessagesDoNotWakeAWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := memory.New(memory.Config{})
		t.Cleanup(func() { memory.Close() })
		hub := newHub(t, memory, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 8)
		ann := enter(t, hub, n, "ann")
		script, err := hub.Enter(t.Context(), n, rooms.Guest{Alias: "script", Identity: "script", WriteOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		<-script.News()
		post(t, ann, "hello")
		synctest.Wait()
		select {
		case <-script.News():
			t.Error("a message woke a member that reads none")
		default:
		}
		if err := ann.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-script.News()
	})
}

// What scripts say is enough: nobody is told that they come and go, on any server,
// even if the events are lost and the roster is fetched.
func TestNobodyIsToldThatWritersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 8)
		ann, bob := enter(t, one, n, "ann"), enter(t, two, n, "bob")
		visit := func(text string, beat func()) {
			script, err := one.Enter(t.Context(), n, rooms.Guest{Alias: "ci", Identity: text, Chosen: true, WriteOnly: true})
			ok(t, err)
			beat()
			for _, m := range []*rooms.Member{ann, bob} {
				if got := aliases(m); !slices.Contains(got, "ci") {
					t.Errorf("%s sees %q while the script is there", m.State().You.Alias, got)
				}
			}
			post(t, script, text)
			script.Leave()
			beat()
		}
		visit("first", synctest.Wait)
		store.dropEvents.Store(true)
		visit("second", func() { later(time.Minute) })
		store.dropEvents.Store(false)
		wantSaid(t, ann, "+ann", "+bob", "1 ci: first", "2 ci: second")
		wantSaid(t, bob, "+bob", "1 ci: first", "2 ci: second")
	})
}

// Scripts of one name wait for each other; a person of that name is not waited for.
func TestScriptsOfOneNameTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 8)
		ann := enter(t, hub, n, "ann")
		g := rooms.Guest{Alias: "ci", Identity: "first", Chosen: true, WriteOnly: true}
		first, err := hub.Enter(t.Context(), n, g)
		ok(t, err)
		go func() {
			<-time.After(3 * time.Second)
			first.Leave()
		}()
		g.Identity = "second"
		second, err := hub.Enter(t.Context(), n, g)
		ok(t, err)
		if you := second.State().You; you.Alias != "ci" {
			t.Errorf("entered as %+v", you)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		g.Identity = "third"
		if _, err := hub.Enter(ctx, n, g); err == nil {
			t.Error("two have one name")
		}
		second.Leave()
		began := time.Now()
		g.Alias = "ann"
		if _, err := hub.Enter(t.Context(), n, g); !errors.Is(err, rooms.ErrAliasTaken) || time.Since(began) > 0 {
			t.Errorf("the name of %s: %v, after %v", ann.State().You.Alias, err, time.Since(began))
		}
	})
}
