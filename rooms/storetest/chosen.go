package storetest

import (
	"crypto/rand"

	"wick/rooms"
)

var chosenTests = []test{
	{"a chosen alias is refused if it is or was another's", testChosen},
	{"a key gets the alias back that it chose", testChosenAgain},
}

func testChosen(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	chosen := func(alias string) rooms.Seat {
		seat := writer(alias)
		seat.Chosen = true
		return seat
	}
	w.is(enterOnly(w, chosen("Ann")), rooms.ErrAliasTaken)
	w.post(w.a, room.Ref, ann, "it is me")
	w.ok(w.a.Rename(w.ctx, room.Ref, ann, "eve"))
	w.is(enterOnly(w, chosen("Ann")), rooms.ErrAliasUsed)
	for range 2 {
		if seat := w.visit(room, chosen("ci")); seat.Chosen || seat.Marked || seat.Alias != "ci" {
			w.Errorf("entered as %+v", seat)
		}
	}
}

func testChosenAgain(w *world) {
	room := w.light(rooms.Lighting{})
	identity := rand.Text()
	// comes has the identity enter under the alias made from it, and returns the seat.
	comes := func(s rooms.Store, node string) rooms.Seat {
		w.Helper()
		seat := newSeat(node, "amber-otter")
		seat.Identity, seat.Keyed, seat.Own, seat.Rev = identity, true, true, 1
		return w.enter(s, seat).Seat
	}
	renames := func(seat rooms.Seat, alias string, own bool) {
		w.Helper()
		seat.Own = own
		w.ok(w.a.Rename(w.ctx, room.Ref, seat, alias))
	}
	is := func(seat rooms.Seat, alias string) {
		w.Helper()
		if seat.Alias != alias || seat.Marked || seat.Own {
			w.Errorf("came back as %+v, want %q", seat, alias)
		}
	}
	first := comes(w.a, "A")
	is(first, "amber-otter")
	renames(first, "ann", false)
	renames(first, "bob", false)
	second := comes(w.b, "B")
	is(second, "amber-otter") // another session has bob
	w.ok(w.b.Leave(w.ctx, room.Ref, second))
	w.ok(w.a.Leave(w.ctx, room.Ref, first))
	again := comes(w.b, "B")
	is(again, "bob")
	w.post(w.b, room.Ref, again, "it is me")
	w.ok(w.b.Leave(w.ctx, room.Ref, again))
	// Nobody else comes in under it by the name made from a key, nor unmarked.
	eve := newSeat("A", "Bob")
	if entry := w.enter(w.a, eve); !entry.Seat.Marked {
		w.Errorf("entered as %+v", entry.Seat)
	}
	w.ok(w.a.Leave(w.ctx, room.Ref, eve))
	// A script may not choose it, also as long as nothing was said under it.
	third := comes(w.a, "A")
	renames(third, "cid", false)
	w.ok(w.a.Leave(w.ctx, room.Ref, third))
	script := writer("cid")
	script.Chosen = true
	w.is(enterOnly(w, script), rooms.ErrAliasUsed)
	// Whoever takes it until then has it.
	dan := newSeat("B", "cid")
	w.enter(w.b, dan)
	w.ok(w.b.Leave(w.ctx, room.Ref, dan))
	fourth := comes(w.a, "A")
	if fourth.Alias == "cid" {
		w.Error("an alias that became another's came back")
	}
	// The alias made from the key needs no memory.
	renames(fourth, "dora", false)
	renames(fourth, "amber_otter", true)
	w.ok(w.a.Leave(w.ctx, room.Ref, fourth))
	if fifth := comes(w.b, "B"); fifth.Alias == "dora" {
		w.Errorf("came back as %+v", fifth)
	}
}
