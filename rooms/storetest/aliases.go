package storetest

import (
	"fmt"
	"slices"

	"wick/rooms"
)

var aliasTests = []test{
	{"aliases that look alike are one alias", testAliasFolded},
	{"of many who claim one alias one gets it", testAliasRace},
	{"renaming is atomic and published", testRenaming},
	{"of many who rename to one alias one gets it", testRenameRace},
	{"an alias that another identity had is marked", testMarked},
	{"an alias that was only tried is nobody's", testTriedNames},
	{"an alias made from the identity is not marked", testOwnNames},
	{"a key has a tag for each burning of a room", testKeyTags},
}

func testAliasFolded(w *world) {
	w.light(rooms.Lighting{})
	spellings := []string{"ann", "Ann", "ANN"}
	for _, s := range spellings {
		if rooms.FoldAlias(s) != rooms.FoldAlias("ann") {
			w.Fatalf("%q does not fold to what ann does", s)
		}
	}
	w.enter(w.a, newSeat("A", "ann"))
	for i, s := range spellings {
		_, err := w.handle(i).Enter(w.ctx, w.name, newSeat("B", s), longLease, 0)
		w.is(err, rooms.ErrAliasTaken)
	}
	w.enter(w.b, newSeat("B", "anna"))
}

func testAliasRace(w *world) {
	const many = 30
	room := w.light(rooms.Lighting{})
	errs := together(many, func(i int) error {
		_, err := w.handle(i).Enter(w.ctx, w.name, newSeat("A", []string{"ann", "Ann", "ANN"}[i%3]), longLease, 0)
		return err
	})
	if n := w.winners(errs, rooms.ErrAliasTaken); n != 1 {
		w.Errorf("%d are called the same", n)
	}
	if roster, _ := w.roster(room.Ref); len(roster) != 1 {
		w.Errorf("%d sit in the room", len(roster))
	}
}

func testRenaming(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	entry := w.enter(w.b, bob)
	w.is(w.a.Rename(w.ctx, room.Ref, ann, "Bob"), rooms.ErrAliasTaken)
	w.is(w.a.Rename(w.ctx, room.Ref, newSeat("A", "cid"), "dan"), rooms.ErrNotSeated)
	w.ok(w.a.Rename(w.ctx, room.Ref, ann, "eve"))
	eve := ann
	eve.Alias, eve.Rev = "eve", ann.Rev+1
	w.ok(w.a.Rename(w.ctx, room.Ref, eve, "EVE")) // nobody else's: one's own, spelled another way
	last := ann
	last.Alias, last.Rev = "EVE", eve.Rev+1

	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	if e := watch.next(rooms.Renamed); e.From != eve || e.Was != "ann" || e.Roster != entry.Version+1 || e.Epoch != room.Epoch {
		w.Errorf("event is %+v", e)
	}
	if e := watch.next(rooms.Renamed); e.From != last || e.Was != "eve" || e.Roster != entry.Version+2 {
		w.Errorf("event is %+v", e)
	}
	roster, version := w.roster(room.Ref)
	w.sameSeats(roster, last, bob)
	if version != entry.Version+2 {
		w.Errorf("roster version %d", version)
	}

	// A seat is its ID: a process that missed the new alias still speaks under it.
	w.post(w.a, room.Ref, last, "one")
	w.post(w.a, room.Ref, ann, "two")
	for range 2 {
		if e := watch.next(rooms.Message); e.From != last {
			w.Errorf("a message from %+v, want %+v", e.From, last)
		}
	}
	for _, e := range w.since(w.b, room.Ref, 0) {
		if e.From != last {
			w.Errorf("history has a message from %+v, want %+v", e.From, last)
		}
	}
	// Bob may have the old alias, nobody the new one.
	w.is(w.b.Rename(w.ctx, room.Ref, bob, "eve"), rooms.ErrAliasTaken)
	w.ok(w.b.Rename(w.ctx, room.Ref, bob, "ann"))
	// Leaving frees the alias that the seat has, not the one it had.
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	_, err := w.a.Enter(w.ctx, w.name, newSeat("A", "Ann"), longLease, 0)
	w.is(err, rooms.ErrAliasTaken)
	w.enter(w.a, newSeat("A", "eve"))
}

func testRenameRace(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	all := make([]rooms.Seat, many)
	for i := range all {
		all[i] = newSeat("A", fmt.Sprint("guest", i))
		w.enter(w.a, all[i])
	}
	errs := together(many, func(i int) error {
		return w.handle(i).Rename(w.ctx, room.Ref, all[i], []string{"ann", "Ann", "ANN"}[i%3])
	})
	if n := w.winners(errs, rooms.ErrAliasTaken); n != 1 {
		w.Errorf("%d are called the same", n)
	}
	roster, _ := w.roster(room.Ref)
	aliases := map[string]bool{}
	for _, s := range roster {
		aliases[rooms.FoldAlias(s.Alias)] = true
	}
	if len(roster) != many || len(aliases) != many {
		w.Errorf("%d seats with %d aliases, want %d", len(roster), len(aliases), many)
	}
	for i, err := range errs {
		if err != nil && !aliases[rooms.FoldAlias(all[i].Alias)] {
			w.Error("who failed to rename lost the old alias")
		}
	}
}

func testMarked(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann, eve := newSeat("A", "ann"), newSeat("B", "Ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "hi")
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	watch.next(rooms.Left)
	entry := w.enter(w.b, eve)
	if e := watch.next(rooms.Joined); !e.From.Marked || !entry.Seat.Marked || !entry.Roster[0].Marked {
		w.Errorf("not marked: %+v, %+v", e.From, entry.Seat)
	}
	_, err := w.b.Append(w.ctx, room.Ref, eve, rooms.Words{ID: "id", Text: "I am ann"})
	w.ok(err)
	if e := watch.next(rooms.Message); !e.From.Marked {
		w.Errorf("a message that is not marked: %+v", e.From)
	}
	w.ok(w.b.Rename(w.ctx, room.Ref, eve, "eve"))
	if e := watch.next(rooms.Renamed); e.From.Marked || e.Was != "Ann" {
		w.Errorf("event is %+v", e)
	}
	again := newSeat("A", "ann")
	again.Identity = ann.Identity
	if entry := w.enter(w.a, again); entry.Seat.Marked {
		w.Error("who had the alias first is marked")
	}
	watch.next(rooms.Joined)
	cid := newSeat("A", "cid")
	w.enter(w.a, cid)
	watch.next(rooms.Joined)
	w.ok(w.a.Leave(w.ctx, room.Ref, again))
	watch.next(rooms.Left)
	w.ok(w.a.Rename(w.ctx, room.Ref, cid, "ann"))
	if e := watch.next(rooms.Renamed); !e.From.Marked || e.Was != "cid" {
		w.Errorf("event is %+v", e)
	}
}

// testTriedNames has somebody try one alias after the other: that marks nobody.
func testTriedNames(w *world) {
	room := w.light(rooms.Lighting{})
	eve := newSeat("A", "eve")
	w.enter(w.a, eve)
	for _, alias := range []string{"ann", "bob"} {
		w.ok(w.a.Rename(w.ctx, room.Ref, eve, alias))
	}
	w.ok(w.a.Leave(w.ctx, room.Ref, eve))
	ann, cid := newSeat("B", "ann"), newSeat("A", "cid")
	for _, entry := range []rooms.Entry{w.enter(w.b, ann), w.enter(w.a, cid)} {
		if entry.Seat.Marked {
			w.Errorf("%q is marked, which somebody has only tried", entry.Seat.Alias)
		}
	}
	w.ok(w.a.Rename(w.ctx, room.Ref, cid, "bob"))
	w.post(w.b, room.Ref, ann, "hi")
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "anna"))
	w.unmarked(room, ann, cid)
	// Ann said something, and eve takes the alias again.
	again := newSeat("A", "eve")
	again.Identity = eve.Identity
	w.enter(w.a, again)
	w.ok(w.a.Rename(w.ctx, room.Ref, again, "ann"))
	w.unmarked(room, ann, cid)
}

// unmarked checks that these seats, and no others, are not marked.
func (w *world) unmarked(room rooms.Room, who ...rooms.Seat) {
	w.Helper()
	roster, _ := w.roster(room.Ref)
	for _, s := range roster {
		if own := slices.ContainsFunc(who, func(o rooms.Seat) bool { return o.ID == s.ID }); s.Marked == own {
			w.Errorf("%q is marked: %v", s.Alias, s.Marked)
		}
	}
}

func testOwnNames(w *world) {
	room := w.light(rooms.Lighting{})
	eve := newSeat("A", "amber-otter")
	w.enter(w.a, eve)
	w.post(w.a, room.Ref, eve, "this is mine")
	w.ok(w.a.Leave(w.ctx, room.Ref, eve))
	ann := newSeat("B", "amber-otter")
	ann.Own = true
	if entry := w.enter(w.b, ann); entry.Seat.Marked || entry.Seat.Own {
		w.Errorf("entered as %+v", entry.Seat)
	}
	w.unmarked(room, ann)
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "ann"))
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "amber-otter"))
	w.unmarked(room, ann)
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "ann"))
	ann.Own = false
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "Amber_Otter"))
	w.unmarked(room)
}

func testKeyTags(w *world) {
	ann, bob, cid := newSeat("A", "ann"), newSeat("B", "bob"), newSeat("B", "cid")
	bob.Keyed, cid.Keyed = true, true
	bob.Tag, ann.Tag = "2222", "3333" // from elsewhere, or made up
	var tags []string
	for range 2 {
		room := w.light(rooms.Lighting{})
		watch := w.watch(w.a)
		w.enter(w.a, ann)
		want := rooms.KeyTag(room.Epoch, bob.Identity)
		entry := w.enter(w.b, bob)
		if entry.Seat.Tag != want {
			w.Errorf("entered with the tag %q, want %q", entry.Seat.Tag, want)
		}
		for _, s := range entry.Roster {
			if s.ID == bob.ID && s.Tag != want || s.ID == ann.ID && s.Tag != "" {
				w.Errorf("the roster holds %+v", s)
			}
		}
		watch.next(rooms.Joined)
		w.post(w.b, room.Ref, bob, "hi")
		w.ok(w.b.Rename(w.ctx, room.Ref, bob, "rob"))
		w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
		_, err := w.b.Knock(w.ctx, w.name, cid, true)
		w.ok(err)
		for _, kind := range []rooms.Kind{rooms.Joined, rooms.Message, rooms.Renamed} {
			if e := watch.next(kind); e.From.Tag != want {
				w.Errorf("event is %+v, want the tag %q", e, want)
			}
		}
		watch.next(rooms.Locked)
		if e := watch.next(rooms.Knocked); e.From.Tag != rooms.KeyTag(room.Epoch, cid.Identity) {
			w.Errorf("event is %+v", e)
		}
		w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
		tags = append(tags, want)
	}
	if tags[0] == tags[1] {
		w.Errorf("two burnings have the tag %q", tags[0])
	}
}
