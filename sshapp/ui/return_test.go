package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestWhoReturnsSeesWhereTheyStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store rooms.Store
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { store = s; return s })
		n := w.light("plans", 10*time.Minute, 5)
		bob := w.enter(n, "bob")
		other := rooms.NewHub(store, rooms.HubConfig{LivesOn: true})
		guest := rooms.Guest{Alias: "ana", Identity: "id-ana", Returns: true}
		before, err := other.Enter(t.Context(), n, guest)
		if err != nil {
			t.Fatal(err)
		}
		w.post(bob, "read before")
		before.Since(0)
		other.Close()
		before.Leave()
		w.post(bob, "said meanwhile")

		watch := w.start(Config{Member: w.enter(n, "watcher")})
		watch.shows("ana (away)")
		back, err := w.hub.Enter(t.Context(), n, guest)
		if err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: back})
		text := s.screen()
		old, mark, fresh := strings.Index(text, "read before"), strings.Index(text, "─── new since you left ─"), strings.Index(text, "said meanwhile")
		if old < 0 || mark < old || fresh < mark {
			t.Errorf("the mark is not between what is old and what is new:\n%s", text)
		}
		later(time.Second)
		watch.shows("ana (" + back.State().You.KeyTag() + ") is back")
		watch.hides("away)")

		// Whoever missed nothing sees no mark.
		s = w.start(Config{Member: w.enter(n, "dan")})
		s.hides("new since you left")
	})
}
