package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// crowdedStore is a small store, and a hub on it with guests of several addresses.
type crowdedStore struct {
	*testing.T
	hub   *rooms.Hub
	store *memory.Store
}

func newCrowdedStore(t *testing.T, limit int64, cfg rooms.HubConfig) crowdedStore {
	store := memory.New(memory.Config{Limit: limit})
	t.Cleanup(func() { store.Close() })
	return crowdedStore{t, newHub(t, store, cfg), store}
}

func (c crowdedStore) light(source string, history int) (rooms.Room, error) {
	return c.hub.Light(c.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 8, History: history, Source: source})
}

func (c crowdedStore) enter(n rooms.Name, source string) *rooms.Member {
	c.Helper()
	m, err := c.hub.Enter(c.Context(), n, rooms.Guest{Alias: "someone", Identity: rooms.NewName().String(), Source: source})
	if err != nil {
		c.Fatal(err)
	}
	return m
}

// fill lights rooms from a source and says as much as it may in them, until it is
// refused, and leaves. It returns the rooms and the error.
func (c crowdedStore) fill(source string) (lit []rooms.Name, why error) {
	c.Helper()
	for {
		room, err := c.light(source, 50)
		if err != nil {
			return lit, err
		}
		lit = append(lit, room.Name)
		m := c.enter(room.Name, source)
		for range 50 {
			if err := m.Post(c.Context(), strings.Repeat("x", 2000)); err != nil {
				why = err
				break
			}
		}
		m.Leave()
		if why != nil {
			return lit, why
		}
	}
}

func (c crowdedStore) share() float64 {
	space := c.store.Space()
	return float64(space.Used) / float64(space.Limit)
}

func TestOneAddressCannotFillTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		c := newCrowdedStore(t, 8<<20, rooms.HubConfig{Log: slog.New(slog.NewTextHandler(&log, nil))})
		_, err := c.fill("heavy")
		if !errors.Is(err, rooms.ErrSourceFull) {
			t.Fatalf("the address that fills the store is answered %v", err)
		}
		if share := c.share(); share < 0.08 || share > 0.14 {
			t.Errorf("one address has %.0f %% of the store", 100*share)
		}
		// It may not light a room either; others can, and enter, and speak.
		if _, err := c.light("heavy", 50); !errors.Is(err, rooms.ErrSourceFull) {
			t.Errorf("one more room for it: %v", err)
		}
		room, err := c.light("light", 50)
		if err != nil {
			t.Fatal(err)
		}
		m := c.enter(room.Name, "light")
		defer m.Leave()
		post(t, m, strings.Repeat("x", 2000))
		if n := strings.Count(log.String(), "WARN"); n != 1 || strings.Contains(log.String(), "heavy") {
			t.Errorf("the log says %q", log.String())
		}
		time.Sleep(time.Hour) // everything of the address is gone with its rooms
		if _, err := c.light("heavy", 50); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

func TestBurningRoomsHaveAReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedStore(t, 8<<20, rooms.HubConfig{})
		early, err := c.light("early", 50)
		if err != nil {
			t.Fatal(err)
		}
		var refused error
		for n := 0; refused == nil && n < 200; n++ {
			if _, err := c.fill(fmt.Sprint("address ", n)); errors.Is(err, rooms.ErrStoreFull) {
				refused = err
			}
		}
		if refused == nil {
			t.Fatal("two hundred addresses were all let in")
		}
		if _, err := c.light("newcomer", 50); !errors.Is(err, rooms.ErrStoreFull) {
			t.Errorf("one more room is answered %v", err)
		}
		m := c.enter(early.Name, "early")
		defer m.Leave()
		for range 10 {
			post(t, m, strings.Repeat("x", 2000))
		}
	})
}

func TestHeavyAddressCanGoOnInItsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedStore(t, 8<<20, rooms.HubConfig{})
		room, err := c.light("heavy", 20)
		if err != nil {
			t.Fatal(err)
		}
		m := c.enter(room.Name, "heavy")
		defer m.Leave()
		for range 20 {
			post(t, m, strings.Repeat("x", 2000))
		}
		c.fill("heavy")
		// Every message pushes out one as long.
		for range 50 {
			post(t, m, strings.Repeat("x", 2000))
		}
		if err := m.Post(t.Context(), strings.Repeat("€", 2000)); !errors.Is(err, rooms.ErrSourceFull) {
			t.Errorf("a longer one is answered %v", err)
		}
	})
}

func TestRoomHoldsItsShareAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedStore(t, 4<<20, rooms.HubConfig{})
		room, err := c.light("", 10_000)
		if err != nil {
			t.Fatal(err)
		}
		m := c.enter(room.Name, "") // without an address: only the room bounds it
		defer m.Leave()
		for err == nil {
			err = m.Post(t.Context(), strings.Repeat("x", 2000))
		}
		if share := c.share(); !errors.Is(err, rooms.ErrRoomFull) || share < 0.08 || share > 0.13 {
			t.Errorf("at %.0f %% of the store a room is answered %v", 100*share, err)
		}
	})
}

func TestADestroyedRoomGivesItsMemoryBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedStore(t, 8<<20, rooms.HubConfig{})
		lit, _ := c.fill("heavy")
		for _, n := range lit[:2] {
			m := c.enter(n, "heavy")
			if err := m.Destroy(t.Context()); err != nil {
				t.Fatal(err)
			}
			for m.State().End == nil {
				<-m.News()
			}
			m.Leave()
		}
		if _, err := c.light("heavy", 50); err != nil {
			t.Errorf("after two of its rooms were destroyed: %v", err)
		}
	})
}

// limitless is a store without a known limit, like a Redis that has none.
type limitless struct{ rooms.Store }

func (limitless) Space() rooms.Space { return rooms.Space{} }

func TestBudgetWithoutAKnownLimit(t *testing.T) {
	store := memory.New(memory.Config{Limit: 1 << 40})
	t.Cleanup(func() { store.Close() })
	hub := newHub(t, limitless{store}, rooms.HubConfig{})
	c := crowdedStore{t, hub, store}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	lit, err := c.fill("heavy")
	if !errors.Is(err, rooms.ErrSourceFull) || ctx.Err() != nil {
		t.Errorf("after %d rooms: %v", len(lit), err)
	}
	if used := store.Space().Used; used > 64<<20 {
		t.Errorf("one address keeps %d MiB", used>>20)
	}
}

// asked is a store whose space was read once, and not since.
type asked struct{ rooms.Store }

func (asked) Space() rooms.Space { return rooms.Space{Limit: 8 << 20, At: time.Unix(1, 0)} }

func TestBudgetCountsMessagesSinceTheSpaceWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{Limit: 1 << 40})
		t.Cleanup(func() { store.Close() })
		c := crowdedStore{t, newHub(t, asked{store}, rooms.HubConfig{}), store}
		for n := range 20 {
			c.fill(fmt.Sprint("address ", n))
		}
		if used := store.Space().Used; used > 7<<20 {
			t.Errorf("twenty addresses keep %d KiB where 8 MiB are to be had", used>>10)
		}
	})
}

func TestWarningsComeOnceAMinuteEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		c := newCrowdedStore(t, 1<<20, rooms.HubConfig{Log: slog.New(slog.NewTextHandler(&log, nil))})
		for range 3 {
			for range 5 {
				c.fill("heavy")
			}
			time.Sleep(time.Minute)
		}
		if n := strings.Count(log.String(), "an address has"); n != 3 {
			t.Errorf("in three minutes the log has %d lines: %s", n, log.String())
		}
	})
}
