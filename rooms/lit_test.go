package rooms_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// Only the key's own rooms are listed, even if somebody else lights a room under the
// name of one that has ended, or the store reports the room of another key.
func TestAKeyIsToldOfItsOwnRoomsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{})
		lights := func(room, owner string) {
			_, err := hub.Light(t.Context(), rooms.Lighting{Name: name(t, room), TTL: time.Hour, Seats: 2, History: 9, Owner: owner, Key: "key"})
			ok(t, err)
		}
		lights("plans", "ann in plans")
		later(3 * time.Minute)
		lights("other", "somebody else")
		lit := hub.LitBy(t.Context(), "key", func(n rooms.Name) string { return "ann in " + n.String() })
		if len(lit) != 1 || lit[0].Name != name(t, "plans") || lit[0].Ago != 3*time.Minute {
			t.Errorf("ann is told of %v", lit)
		}
		later(time.Hour)
		if lit := hub.LitBy(t.Context(), "key", func(n rooms.Name) string { return "ann in " + n.String() }); len(lit) != 0 {
			t.Errorf("after the end ann is told of %v", lit)
		}
	})
}

func TestLitRoomsAreBounded(t *testing.T) {
	var x rooms.LitIndex
	ends := rooms.Now().Add(time.Hour)
	add := func(i int) {
		x.Add(rooms.LitRecord{By: fmt.Sprint("key", i/2), Room: fmt.Sprint(i), Name: "name", Ends: ends.Add(time.Duration(i))})
	}
	for i := range 4200 {
		add(i)
	}
	add(4199) // known
	if n := x.Len(); n != 4096 {
		t.Errorf("%d rooms are remembered", n)
	}
	if all := x.By("key2099"); len(all) != 2 || all[0].Room != "4199" || all[1].Room != "4198" {
		t.Errorf("the newest are %v", all)
	}
	if all := x.By("key0"); len(all) != 0 {
		t.Errorf("of those that end first, %v are left", all)
	}
	x.Sweep(func(room string) bool { return room == "4198" })
	if all := x.By("key2099"); len(all) != 1 {
		t.Errorf("%v are left of one that is gone", all)
	}
	x.Sweep(func(string) bool { return true })
	if n := x.Len(); n != 0 {
		t.Errorf("%d rooms are left", n)
	}
}
