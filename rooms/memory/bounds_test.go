package memory

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

// TestRenamesCostNothing has one member take new and old aliases without end.
func TestRenamesCostNothing(t *testing.T) {
	const renames, little = 200_000, 2 * rooms.MaxNamesEach * identityCost
	s := open(t, Config{Limit: 1 << 20})
	room := light(t, s, rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 3, History: 10})
	before, refused := s.quota.used.Load(), 0
	for i := range renames {
		alias := fmt.Sprint("ann", i)
		if i%2 == 1 {
			alias = fmt.Sprint("ann", i/2%rooms.MaxNamesEach*2)
		}
		switch err := s.Rename(t.Context(), room.Ref, ann, alias); {
		case errors.Is(err, rooms.ErrTooManyNames):
			refused++
		case err != nil:
			t.Fatalf("rename %d: %v", i, err)
		}
	}
	if grown := s.quota.used.Load() - before; grown > little || refused < renames/3 {
		t.Errorf("%d renames, of which %d were refused, take %d bytes", renames, refused, grown)
	}
	r := s.slots[room.Name].room
	if len(r.aliasOwners) > rooms.MaxNamesEach || len(r.aliases) != 1 || len(r.aliasCounts) != 1 {
		t.Errorf("%d names are remembered, %d are taken, of %d people", len(r.aliasOwners), len(r.aliases), len(r.aliasCounts))
	}
	bob := rooms.Seat{ID: "2", Node: "A", Alias: "bob", Identity: "other"}
	if _, err := s.Enter(t.Context(), room.Name, bob, time.Hour, 0); err != nil {
		t.Errorf("then another enters: %v", err)
	}
}

// IDs that were ruled out are forgotten once their messages cannot arrive any more.
func TestRuledOutMessagesAreForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		room := light(t, s, rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 2, History: 10})
		before := s.quota.used.Load()
		for round := range 3 {
			for i := range rooms.MaxRuledOut {
				if _, err := s.Resolve(t.Context(), room.Ref, fmt.Sprint(round, i)); err != nil {
					t.Fatalf("round %d, message %d: %v", round, i, err)
				}
			}
			pass(rooms.AppendLimit)
			if _, err := s.Resolve(t.Context(), room.Ref, "more"); !errors.Is(err, rooms.ErrStoreFull) {
				t.Errorf("one more is answered %v", err)
			}
			pass(rooms.AppendLimit + time.Millisecond)
		}
		if grown := s.quota.used.Load() - before; grown > rooms.MaxRuledOut*identityCost {
			t.Errorf("what was ruled out takes %d bytes", grown)
		}
	})
}
