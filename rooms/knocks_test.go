package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

// stranger is somebody without a key.
func stranger(i int, network string) rooms.Guest {
	return rooms.Guest{Alias: fmt.Sprint("g", i), Identity: fmt.Sprint("id-g", i), Network: network}
}

// strangers has n strangers of one network wait at the door.
func (h *house) strangers(n int, network string) {
	for i := range n {
		go h.two.Knock(h.t.Context(), h.name, stranger(i, network), nil)
	}
	later(time.Minute)
}

func TestOneNetworkDoesNotFillTheDoor(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for i := range 28 {
			post(t, h.ann, fmt.Sprint(i))
		}
		synctest.Wait()
		before := nextOf(h.ann)
		feed := h.watches()
		h.strangers(60, "attacker")
		if n := len(h.ann.State().Knocks); n != 2 {
			t.Errorf("%d of one network are at the door", n)
		}
		knocks, gap := feed.Take()
		if gap || len(knocks) > 2*16 {
			t.Errorf("in a minute %d knocks were published, or more: %v", len(knocks), gap)
		}
		cid := h.knocks(t.Context(), rooms.Guest{Alias: "cid", Identity: "id-cid", Network: "home"})
		if n := len(h.ann.State().Knocks); n != 3 {
			t.Fatalf("the friend is not shown among %d", n)
		}
		later(2 * time.Minute)
		h.decides(h.ann, "cid", true)
		if err, told := answered(cid); !told || err != nil {
			t.Errorf("the friend is answered %v, %v", told, err)
		}
		for _, e := range h.ann.Since(before).Events {
			if e.Kind != rooms.Admitted {
				t.Errorf("strangers wrote %+v", e)
			}
		}
	})
}

// watches returns a feed of the room, as other processes have it.
func (h *house) watches() *rooms.Feed {
	h.t.Helper()
	feed, err := h.store.Watch(h.t.Context(), h.name)
	ok(h.t, err)
	h.t.Cleanup(feed.Close)
	return feed
}

func TestADeniedGuestIsNotHeardForAWhile(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		var paused []time.Duration
		for i := range 4 {
			denied := h.knocks(t.Context(), stranger(i, "attacker"))
			came := time.Now()
			for len(h.ann.State().Knocks) == 0 {
				later(100 * time.Millisecond)
			}
			paused = append(paused, time.Since(came).Round(4*time.Second))
			h.decides(h.ann, "", false)
			if err, told := answered(denied); !told || !errors.Is(err, rooms.ErrDenied) {
				t.Errorf("answered %v, %v", told, err)
			}
		}
		if !slices.IsSorted(paused) || paused[0] != 0 || paused[1] < 8*time.Second || paused[3] < 40*time.Second {
			t.Errorf("they were not heard for %v", paused)
		}
		// The same person is not heard from elsewhere either, but others are.
		h.knocks(t.Context(), stranger(3, "elsewhere"))
		h.knocks(t.Context(), stranger(9, "home"))
		h.atDoor("g9")
	})
}

func TestGuestsWhoComeAndGoAtADoorAreSeldomHeard(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seen := map[string]bool{}
		for i := range 300 {
			ctx, leave := context.WithCancel(t.Context())
			gone := h.knocks(ctx, stranger(i, "attacker"))
			later(time.Second)
			for _, s := range h.ann.State().Knocks {
				seen[s.ID] = true
			}
			leave()
			<-gone
		}
		if n := len(seen); n == 0 || n > 2*300/12 {
			t.Errorf("in five minutes %d were shown", n)
		}
	})
}

func TestEverybodyAtADoorGetsATurn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.strangers(5, "office")
		seen := map[string]bool{}
		for range 30 {
			for _, s := range h.ann.State().Knocks {
				seen[s.Alias] = true
			}
			later(time.Minute)
		}
		if len(seen) != 5 {
			t.Errorf("of five of one network %d were shown in half an hour", len(seen))
		}
	})
}

func TestTwoOfOneNameAtTheDoorAreToldApart(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.knocks(t.Context(), rooms.Guest{Alias: "cid", Identity: "one"})
		if s := h.ann.State().Knocks[0]; s.Tag != "" {
			t.Errorf("one alone has the tag %q", s.Tag)
		}
		second := h.knocks(t.Context(), rooms.Guest{Alias: "Cid", Identity: "two"})
		if err := h.ann.Decide(t.Context(), "cid", true); !errors.Is(err, rooms.ErrAmbiguous) {
			t.Errorf("deciding on two: %v", err)
		}
		all := h.ann.State().Knocks
		h.decides(h.bob, all[1].Tag, true)
		if err, told := answered(second); !told || err != nil {
			t.Errorf("the second is answered %v, %v", told, err)
		}
		if _, told := answered(first); told {
			t.Error("the first was decided on, too")
		}
		h.decides(h.bob, "cid", false)
		if err, told := answered(first); !told || !errors.Is(err, rooms.ErrDenied) {
			t.Errorf("the first is answered %v, %v", told, err)
		}
	})
}

// Nobody inside hears of a Peek, whether it is let in or not.
func TestNobodyHearsOfAPeek(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		feed := h.watches()
		for i := range 20 {
			_, err := h.two.Peek(t.Context(), h.name, guest("bob"))
			ok(t, err)
			if _, err := h.one.Peek(t.Context(), h.name, stranger(i, "attacker")); !errors.Is(err, rooms.ErrLocked) {
				t.Errorf("a stranger: %v", err)
			}
		}
		synctest.Wait()
		if events, gap := feed.Take(); len(events) > 0 || gap {
			t.Errorf("published is %+v", events)
		}
		h.atDoor()
	})
}
