package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// paced runs a test on a hub with the default limits.
func paced(t *testing.T, test func(t *testing.T, hub *rooms.Hub, n rooms.Name)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := rooms.NewHub(store, rooms.HubConfig{})
		defer hub.Close()
		test(t, hub, light(t, hub, "plans", time.Hour, 200))
	})
}

func TestLeavingAndComingBackDoesNotRefillTheLimit(t *testing.T) {
	for what, g := range map[string]func(i int) rooms.Guest{
		"with a key": func(int) rooms.Guest { return guest("ann") },
		"without":    func(i int) rooms.Guest { return stranger(i, "net") },
	} {
		t.Run(what, func(t *testing.T) {
			paced(t, func(t *testing.T, hub *rooms.Hub, n rooms.Name) {
				began, said := time.Now(), 0
				for i := range 20 {
					m, err := hub.Enter(t.Context(), n, g(i))
					ok(t, err)
					for m.Post(t.Context(), "hi") == nil {
						said++
					}
					m.Leave()
				}
				if most := 8 + int(2*time.Since(began).Seconds()) + 20; said < 8 || said > most {
					t.Errorf("in %v %d messages were said, of at most %d", time.Since(began), said, most)
				}
			})
		})
	}
}

func TestTheActsOfOneNetworkAreLimited(t *testing.T) {
	paced(t, func(t *testing.T, hub *rooms.Hub, n rooms.Name) {
		var all []*rooms.Member
		for i := range 16 {
			m, err := hub.Enter(t.Context(), n, stranger(i, "net"))
			ok(t, err)
			defer m.Leave()
			all = append(all, m)
		}
		done := 0
		for round := range 7 {
			for i, m := range all {
				switch err := m.Rename(t.Context(), fmt.Sprintf("person%d-%c", i, 'a'+round)); {
				case err == nil:
					done++
				case !errors.Is(err, rooms.ErrTooFast):
					t.Fatal(err)
				}
			}
		}
		if done != 32 {
			t.Errorf("at once one network changed %d names", done)
		}
		bob, err := hub.Enter(t.Context(), n, stranger(99, "elsewhere"))
		ok(t, err)
		defer bob.Leave()
		ok(t, bob.Rename(t.Context(), "bob"))
		ok(t, all[0].Post(t.Context(), "words are not counted so"))
	})
}

func TestAGuestWhoEntersTooOftenWaits(t *testing.T) {
	paced(t, func(t *testing.T, hub *rooms.Hub, n rooms.Name) {
		began := time.Now()
		for i := range 100 {
			m, err := hub.Enter(t.Context(), n, stranger(i, "net"))
			ok(t, err)
			m.Leave()
		}
		if took := time.Since(began); took < 15*time.Second {
			t.Errorf("one network entered 100 times within %v", took)
		}
		refused := make(chan error, 100)
		for i := range cap(refused) {
			go func() {
				m, err := hub.Enter(t.Context(), n, stranger(i, "net"))
				if err == nil {
					m.Leave()
				}
				refused <- err
			}()
		}
		tooFast := 0
		for range cap(refused) {
			if err := <-refused; errors.Is(err, rooms.ErrTooFast) {
				tooFast++
			}
		}
		if tooFast < 70 {
			t.Errorf("of 100 at once %d were refused", tooFast)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		m, err := hub.Enter(ctx, n, stranger(1, "elsewhere"))
		ok(t, err)
		m.Leave()
	})
}
