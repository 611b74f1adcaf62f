package rooms_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestPeekTakesNoSeatAndNeedsToBeLetIn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		aliases := func(g rooms.Preview) (all []string) {
			for _, s := range g.Roster {
				all = append(all, s.Alias)
			}
			return all
		}
		if g, err := h.two.Peek(t.Context(), h.name, guest("cid")); !errors.Is(err, rooms.ErrLocked) || g.Roster != nil || !g.Room.Name.IsZero() {
			t.Errorf("a stranger saw %+v, %v", g, err)
		}
		g, err := h.one.Peek(t.Context(), h.name, guest("ann"))
		if err != nil || !slices.Equal(aliases(g), []string{"ann", "bob"}) || !g.Room.Locked {
			t.Errorf("whoever is in saw %+v, %v", g, err)
		}
		if err := h.ann.Post(t.Context(), "hello"); err != nil {
			t.Fatal(err)
		}
		if err := kick(t.Context(), h.ann, "bob"); err != nil {
			t.Fatal(err)
		}
		if err := h.ann.Lock(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		before := nextOf(h.ann)
		g, err = h.two.Peek(t.Context(), h.name, guest("cid"))
		if err != nil || !slices.Equal(aliases(g), []string{"ann"}) || g.Messages != 1 || g.Room.Locked || g.Room.Left() != h.ann.Left() {
			t.Errorf("a stranger at the open door saw %+v, %v", g, err)
		}
		if _, err := h.two.Peek(t.Context(), h.name, guest("bob")); !errors.Is(err, rooms.ErrKicked) {
			t.Errorf("whoever was shown out: %v", err)
		}
		if _, err := h.two.Peek(t.Context(), name(t, "elsewhere"), guest("cid")); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("no room: %v", err)
		}
		synctest.Wait()
		if after := nextOf(h.ann); after != before {
			t.Errorf("those inside were told: %+v", h.ann.Since(before).Events)
		}
	})
}

// staleRoster is a store that, when peeked at, still has the seats that it had the last time.
type staleRoster struct {
	rooms.Store
	roster []rooms.Seat
}

func (f *staleRoster) Beat(ctx context.Context, ref rooms.Ref, node string, lease time.Duration, known rooms.Known) (rooms.Pulse, error) {
	pulse, err := f.Store.Beat(ctx, ref, node, lease, known)
	if known == (rooms.Known{}) {
		f.roster, pulse.Roster = pulse.Roster, append(slices.Clone(f.roster), pulse.Roster...)
	}
	return pulse, err
}

func TestPeekLeavesOutPeopleWhoseKickTheStoreLost(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		one := newHub(t, &staleRoster{Store: h.store}, rooms.HubConfig{})
		enter(t, one, h.name, "ann") // a live room, which hears of the kick
		if _, err := one.Peek(t.Context(), h.name, guest("ann")); err != nil {
			t.Fatal(err)
		}
		if err := kick(t.Context(), h.ann, "bob"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		g, err := one.Peek(t.Context(), h.name, guest("ann"))
		if err != nil || len(g.Roster) < 2 || slices.ContainsFunc(g.Roster, func(s rooms.Seat) bool { return s.Identity == "id-bob" }) {
			t.Errorf("%+v, %v", g.Roster, err)
		}
	})
}
