package memory

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestANameThatWasHeldForLongIsRemembered(t *testing.T) {
	for held, want := range map[time.Duration]bool{rooms.NameHeld - time.Second: false, rooms.NameHeld: true} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Config{})
			defer s.Close()
			ref := lightRoom(t, s)
			enter := func(id, alias string) rooms.Seat {
				entry, err := s.Enter(t.Context(), ref.Name, rooms.Seat{ID: id, Node: "A", Alias: alias, Identity: id, Rev: 1}, time.Hour, 0)
				if err != nil {
					t.Fatal(err)
				}
				return entry.Seat
			}
			enter("ann", "ann")
			time.Sleep(held)
			if err := s.Leave(t.Context(), ref, rooms.Seat{ID: "ann"}); err != nil {
				t.Fatal(err)
			}
			if eve := enter("eve", "Ann"); eve.Marked != want {
				t.Errorf("after %v another is marked: %v", held, eve.Marked)
			}
		})
	}
}

// Remembered aliases are counted as memory, and given back.
func TestRememberedNamesAreCounted(t *testing.T) {
	s := New(Config{})
	defer s.Close()
	ref := lightRoom(t, s)
	s.mu.Lock()
	r := s.slots[ref.Name].room
	s.mu.Unlock()
	before := r.held
	for i := range 3 * rooms.MaxNames {
		s.claimAlias(r, fmt.Sprint("n", i), rooms.Seat{Identity: fmt.Sprint(i / 2), Network: fmt.Sprint(i % 7)}, rooms.Now())
	}
	if n := len(r.aliasOwners); n == 0 || n > rooms.MaxNames || r.held != before+int64(n)*identityCost {
		t.Errorf("%d names are counted as %d", n, r.held-before)
	}
	s.forgetUnconfirmed(r)
	if len(r.aliasOwners)+len(r.aliasCounts)+len(r.networkAliases) > 0 || r.held != before {
		t.Errorf("what is left is %d names of %d people and %d networks, counted as %d", len(r.aliasOwners), len(r.aliasCounts), len(r.networkAliases), r.held-before)
	}
}

func lightRoom(t *testing.T, s *Store) rooms.Ref {
	t.Helper()
	name, err := rooms.ParseName("plans")
	if err != nil {
		t.Fatal(err)
	}
	room, err := s.Light(t.Context(), rooms.Lighting{Name: name, TTL: time.Hour, Seats: 9, History: 10})
	if err != nil {
		t.Fatal(err)
	}
	return room.Ref
}
