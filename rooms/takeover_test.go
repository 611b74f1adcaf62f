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

// client is the client of somebody with a key.
type client struct{ stopped bool }

// answers blocks while the client is stopped.
func (c *client) answers(ctx context.Context) bool {
	if c.stopped {
		<-ctx.Done()
	}
	return !c.stopped
}

// withKey is a guest with a key, who comes from the client.
func withKey(alias string, c *client) rooms.Guest {
	return rooms.Guest{Alias: alias, Identity: "id-" + alias, Returns: true, Made: true, Answers: c.answers}
}

func TestAStoppedClientPassesItsSeatOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		for what, hub := range map[string]*rooms.Hub{"same": one, "other": two} {
			n := light(t, one, what, time.Hour, 1)
			stopped := &client{}
			first, err := one.Enter(t.Context(), n, withKey("ann", stopped))
			ok(t, err)
			ok(t, first.Rename(t.Context(), "bob"))
			stopped.stopped = true
			again, err := hub.Enter(t.Context(), n, withKey("ann", &client{}))
			ok(t, err)
			defer again.Leave()
			if you := again.State().You; you.Alias != "bob" || you.Away {
				t.Errorf("%s server: came back as %+v", what, you)
			}
			if end := first.State().End; end == nil || end.Reason != rooms.TakenOver {
				t.Errorf("%s server: the old stay ended as %+v", what, end)
			}
			// The old session ends, and the seat stays with the new one.
			first.Leave()
			later(time.Minute)
			if got := aliases(again); len(got) != 1 || again.State().End != nil {
				t.Errorf("%s server: %q are here, the stay ended as %+v", what, got, again.State().End)
			}
			post(t, again, "here again")
		}
	})
}

func TestALivingClientKeepsItsSeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, one, "plans", time.Hour, 2)
		first, err := one.Enter(t.Context(), n, withKey("ann", &client{}))
		ok(t, err)
		defer first.Leave()
		began := time.Now()
		second, err := two.Enter(t.Context(), n, withKey("ann", &client{}))
		ok(t, err)
		defer second.Leave()
		if took := time.Since(began); took > 0 {
			t.Errorf("entering beside a client that answers took %v", took)
		}
		if got := aliases(second); len(got) != 2 || first.State().End != nil {
			t.Errorf("%q are here, the first stay ended as %+v", got, first.State().End)
		}
		_, err = two.Enter(t.Context(), n, withKey("ann", &client{}))
		if !errors.Is(err, rooms.ErrFull) {
			t.Errorf("entering the full room: %v", err)
		}
	})
}

// A visit that says one thing and goes is not a reason to end a session that may come
// back by itself, and needs no seat of its own beside it.
func TestAWriterTakesNoSeatOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		one, two := newHub(t, store, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		for what, at := range map[string]struct {
			hub     *rooms.Hub
			stopped bool
			seats   int
		}{
			"room for both":        {one, true, 2},
			"stopped here":         {one, true, 1},
			"stopped elsewhere":    {two, true, 1},
			"answering here":       {one, false, 1},
			"answering at another": {two, false, 1},
		} {
			n := light(t, one, strings.ReplaceAll(what, " ", "-"), time.Hour, at.seats)
			first, err := one.Enter(t.Context(), n, withKey("ann", &client{stopped: at.stopped}))
			ok(t, err)
			for range 2 {
				began, g := time.Now(), withKey("ann", &client{})
				g.WriteOnly = true
				writer, err := at.hub.Enter(t.Context(), n, g)
				ok(t, err)
				post(t, writer, "it is me")
				if took := time.Since(began); took > 0 {
					t.Errorf("%s: it took %v", what, took)
				}
				later(time.Minute) // beats find every seat as it is to be
				_, err = at.hub.Enter(t.Context(), n, rooms.Guest{Alias: "eve", Identity: "eve", WriteOnly: true})
				if !errors.Is(err, rooms.ErrFull) {
					t.Errorf("%s: somebody else: %v", what, err)
				}
				writer.Leave()
			}
			if end := first.State().End; end != nil {
				t.Errorf("%s: the stay ended as %+v", what, end)
			}
			post(t, first, "here")
			first.Leave()
		}
	})
}

// A server that died replies for none of its seats. One that was only cut off from the
// store learns that a seat was passed on.
func TestTheSeatOfASilentServerPassesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		cutOff := &faulty{Store: store}
		one, two := newHub(t, cutOff, rooms.HubConfig{}), newHub(t, store, rooms.HubConfig{})
		n := light(t, two, "plans", time.Hour, 1)
		first, err := one.Enter(t.Context(), n, withKey("ann", &client{}))
		ok(t, err)
		defer first.Leave()
		synctest.Wait()
		cutOff.dropEvents.Store(true)
		began := time.Now()
		again, err := two.Enter(t.Context(), n, withKey("ann", &client{}))
		ok(t, err)
		defer again.Leave()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v to come back", took)
		}
		later(10 * time.Second) // a beat
		if end := first.State().End; end == nil || end.Reason != rooms.TakenOver {
			t.Errorf("the old stay ended as %+v", end)
		}
		first.Leave()
		later(time.Minute)
		if got := aliases(again); len(got) != 1 || got[0] != "ann" || again.State().End != nil {
			t.Errorf("%q are here, the stay ended as %+v", got, again.State().End)
		}
		post(t, again, "here again")
	})
}
