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

// faulty is a store whose network fails in chosen ways.
type faulty struct {
	rooms.Store
	dropEvents atomic.Bool  // published events get lost
	loseAnswer atomic.Int32 // this many appends are done, but return ErrUnknown
	loseAppend atomic.Int32 // this many appends are not done, and return ErrUnknown
	silent     atomic.Bool  // calls are not answered
	panics     atomic.Value // string: beats of that epoch panic, or watches with "watch"
}

func (f *faulty) Watch(ctx context.Context, n rooms.Name) (*rooms.Feed, error) {
	if f.panics.Load() == "watch" {
		panic("secret")
	}
	in, err := f.Store.Watch(ctx, n)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	out := rooms.NewFeed(func() { in.Close(); close(done) })
	go func() {
		for {
			select {
			case <-done:
				return
			case <-in.Ready():
			}
			events, gap := in.Take()
			for _, e := range events {
				if !f.dropEvents.Load() {
					out.Push(e)
				}
			}
			if gap {
				out.Gap()
			}
		}
	}()
	return out, nil
}

func (f *faulty) Append(ctx context.Context, ref rooms.Ref, s rooms.Seat, w rooms.Words) (uint64, error) {
	if f.loseAppend.Add(-1) >= 0 {
		return 0, rooms.ErrUnknown
	}
	seq, err := f.Store.Append(ctx, ref, s, w)
	if f.loseAnswer.Add(-1) >= 0 {
		return 0, rooms.ErrUnknown
	}
	return seq, err
}

func (f *faulty) Since(ctx context.Context, ref rooms.Ref, after uint64) ([]rooms.Event, error) {
	if f.silent.Load() {
		return nil, rooms.ErrUnavailable
	}
	return f.Store.Since(ctx, ref, after)
}

func (f *faulty) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	if f.panics.Load() == ref.Epoch {
		panic("secret")
	}
	if f.silent.Load() {
		return rooms.Pulse{}, rooms.ErrUnavailable
	}
	return f.Store.Beat(ctx, ref, node, lease, known)
}

func TestLostEventsAreFilledInBeforeLaterOnesShow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 5)
		ann := enter(t, hub, n, "ann")
		synctest.Wait()
		store.dropEvents.Store(true)
		post(t, ann, "lost on the way")
		bob := enter(t, hub, n, "bob")
		synctest.Wait()
		store.dropEvents.Store(false)
		post(t, ann, "seen")
		synctest.Wait()
		wantSaid(t, ann, "+ann", "1 ann: lost on the way", "+bob", "2 ann: seen")

		// A lost last message, with nothing after it: the beat finds it.
		store.dropEvents.Store(true)
		post(t, bob, "last")
		synctest.Wait()
		if got := said(ann); got[len(got)-1] != "2 ann: seen" {
			t.Fatalf("ann sees %q", got)
		}
		later(15 * time.Second)
		if got := said(ann); got[len(got)-1] != "3 bob: last" {
			t.Errorf("after a beat ann sees %q", got)
		}
	})
}

func TestMessagesLostBeyondTheHistoryAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
		synctest.Wait()
		store.dropEvents.Store(true)
		for i := range 130 {
			post(t, ann, fmt.Sprint(i))
		}
		later(15 * time.Second)
		got := said(ann)
		if len(got) != 102 || got[1] != "missed 30" || got[2] != "31 ann: 30" || got[101] != "130 ann: 129" {
			t.Errorf("%d lines: %q", len(got), got)
		}
	})
}

func TestAPostWhoseAnswerWasLostIsResolvedAndNeverSaidTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 5), "ann")
		store.loseAnswer.Store(1)
		post(t, ann, "said")
		store.loseAppend.Store(1)
		if err := ann.Post(t.Context(), "unsaid"); !errors.Is(err, rooms.ErrNotSaid) {
			t.Errorf("a post that never arrived: %v", err)
		}
		synctest.Wait()
		wantSaid(t, ann, "+ann", "1 ann: said")
	})
}

func TestARoomThatTheStoreLostEndsForItsMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 5)
		ann := enter(t, hub, n, "ann")
		post(t, ann, "one")
		synctest.Wait()
		store.dropEvents.Store(true)
		if err := store.Destroy(t.Context(), ann.State().Room.Ref, rooms.Seat{}); err != nil {
			t.Fatal(err)
		}
		if err := ann.Post(t.Context(), "two"); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("post: %v", err)
		}
		later(time.Second)
		wantEnd(t, ann, rooms.End{Reason: rooms.Lost, Messages: 1})
	})
}

func TestASilentStoreIsShownAndTheDeadlineHoldsWithoutIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New(memory.Config{})}
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		ann := enter(t, hub, light(t, hub, "plans", time.Minute, 5), "ann")
		post(t, ann, "one")
		store.silent.Store(true)
		later(15 * time.Second)
		if !ann.State().Stale || len(said(ann)) != 2 {
			t.Errorf("stale %v, sees %q", ann.State().Stale, said(ann))
		}
		store.silent.Store(false)
		later(time.Second)
		if ann.State().Stale {
			t.Error("stale although the store answers again")
		}
		store.silent.Store(true)
		later(time.Minute)
		wantEnd(t, ann, rooms.End{Reason: rooms.BurnedOut, Messages: 1})
	})
}

func TestALostSeatIsTakenAgainOrTheMemberIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 2)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		state := ann.State()
		unseat := func(m *rooms.Member) {
			if err := store.Leave(t.Context(), state.Room.Ref, m.State().You); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		unseat(ann)
		post(t, ann, "still here")
		synctest.Wait()
		if got := aliases(bob); !slices.Contains(got, "ann") {
			t.Errorf("roster %q", got)
		}
		unseat(ann)
		if _, err := store.Enter(t.Context(), n, rooms.Seat{ID: "x", Node: "elsewhere", Alias: "cat"}, time.Hour, 0); err != nil {
			t.Fatal(err)
		}
		if err := ann.Post(t.Context(), "and now?"); !errors.Is(err, rooms.ErrFull) {
			t.Errorf("post without a seat: %v", err)
		}
		if end := ann.State().End; end == nil || end.Reason != rooms.Unseated {
			t.Errorf("end %+v", end)
		}
		if bob.State().End != nil {
			t.Error("bob was ended too")
		}
	})
}

func TestAnOrphanedSeatIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		n := light(t, hub, "plans", time.Hour, 3)
		ann := enter(t, hub, n, "ann")
		// This process never got the reply to this entry.
		ghost := rooms.Seat{ID: "ghost", Node: ann.State().You.Node, Alias: "ghost"}
		if _, err := store.Enter(t.Context(), n, ghost, time.Hour, 0); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := aliases(ann); !slices.Contains(got, "ghost") {
			t.Fatalf("roster %q", got)
		}
		later(30 * time.Second)
		if got := aliases(ann); slices.Contains(got, "ghost") {
			t.Errorf("roster %q", got)
		}
	})
}
