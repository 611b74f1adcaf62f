package storetest

import (
	"fmt"

	"wick/rooms"
)

var writerTests = []test{
	{"who comes and goes to say something owns no alias without a key", testWriters},
	{"a reserved seat is not given to somebody about to go", testWriterBesideReserved},
	{"who has a seat in a full room says something beside it", testBeside},
	{"so many say something beside a seat", testBesideBound},
	{"who comes back to a seat of their script stays", testBackToAWriter},
}

// writer is a new seat of somebody without a key who says something and goes.
func writer(alias string) rooms.Seat {
	seat := newSeat("A", alias)
	seat.Writer, seat.Rev = true, 1
	return seat
}

// visit has somebody enter, say something and leave.
func (w *world) visit(room rooms.Room, seat rooms.Seat) rooms.Seat {
	w.Helper()
	entry := w.enter(w.a, seat)
	w.post(w.a, room.Ref, entry.Seat, "done")
	w.ok(w.b.Leave(w.ctx, room.Ref, entry.Seat))
	return entry.Seat
}

func testWriters(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	for range 2 {
		if seat := w.visit(room, writer("ci")); seat.Marked || !seat.Writer {
			w.Errorf("entered as %+v", seat)
		}
		for _, kind := range []rooms.Kind{rooms.Joined, rooms.Message, rooms.Left} {
			if e := watch.next(kind); !e.From.Writer || e.From.Marked {
				w.Errorf("event is %+v", e)
			}
		}
	}
	ann := newSeat("B", "CI")
	if entry := w.enter(w.b, ann); entry.Seat.Marked {
		w.Error("a name that only scripts without keys had is another's")
	}
	w.post(w.b, room.Ref, ann, "this is mine")
	w.ok(w.b.Leave(w.ctx, room.Ref, ann))
	if seat := w.visit(room, writer("ci")); !seat.Marked {
		w.Error("a name that somebody had is not marked")
	}
	keyed := writer("build")
	keyed.Keyed = true
	w.visit(room, keyed)
	if entry := w.enter(w.a, newSeat("A", "build")); !entry.Seat.Marked {
		w.Error("a name that a script with a key had is not marked")
	}
}

func testWriterBesideReserved(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	script := writer("script")
	script.Identity = ann.Identity
	if entry := w.enter(w.b, script); entry.Reserved || entry.Seat.ID != script.ID {
		w.Errorf("took %+v", entry.Seat)
	}
	w.ok(w.b.Leave(w.ctx, room.Ref, script))
	again := newSeat("B", "somebody")
	again.Identity = ann.Identity
	if entry := w.enter(w.b, again); !entry.Reserved || entry.Seat.ID != ann.ID {
		w.Errorf("came back to %+v", entry.Seat)
	}
}

// beside is a new seat of a person in a full room, who says something and goes.
func beside(of rooms.Seat) rooms.Seat {
	seat := writer(of.Alias + "-2")
	seat.Identity, seat.Network, seat.Keyed, seat.Beside = of.Identity, of.Network, true, true
	return seat
}

// testBeside has people of one network fill a room, and one of them say something beside
// a living seat and beside one that is reserved for her.
func testBeside(w *world) {
	room := w.light(rooms.Lighting{Seats: rooms.Household})
	var seats []rooms.Seat
	for i := range rooms.Household {
		seat := newSeat("A", fmt.Sprint("guest", i))
		seat.Network, seat.Keyed, seat.Rev = "office", true, 1
		seats = append(seats, w.enter(w.a, seat).Seat)
	}
	ann := seats[0]
	counted := beside(ann)
	counted.Beside = false
	w.is(enterOnly(w, counted), rooms.ErrFull)
	w.is(enterOnly(w, beside(newSeat("A", "eve"))), rooms.ErrFull)

	post := func() {
		w.Helper()
		want := beside(ann)
		entry, err := w.b.Enter(w.ctx, w.name, want, longLease, 0)
		w.ok(err)
		if entry.Reserved || entry.Seat.ID != want.ID || !entry.Seat.Beside || rooms.SeatsTaken(entry.Roster) != rooms.Household {
			w.Errorf("sits as %+v, roster %+v", entry.Seat, entry.Roster)
		}
		w.post(w.b, room.Ref, entry.Seat, "it is me")
		w.is(enterOnly(w, newSeat("A", "eve")), rooms.ErrFull)
		w.ok(w.b.Leave(w.ctx, room.Ref, entry.Seat))
	}
	post()
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	post()
	again := newSeat("B", "ann")
	again.Identity = ann.Identity
	if entry := w.enter(w.b, again); !entry.Reserved || entry.Seat.ID != ann.ID {
		w.Errorf("came back to %+v", entry.Seat)
	}

	// What is beside a seat counts neither as one of the person nor as one of the room.
	stays := w.enter(w.b, beside(ann)).Seat
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	alone := newSeat("B", "ann")
	alone.Identity, alone.Network, alone.Alone = ann.Identity, "home", true
	w.enter(w.b, alone)
	w.ok(w.b.Leave(w.ctx, room.Ref, stays))
	roster, _ := w.roster(room.Ref)
	if n := rooms.SeatsTaken(roster); n != rooms.Household || len(roster) != n {
		w.Errorf("%d seats are taken, roster %+v", n, roster)
	}
}

func testBesideBound(w *world) {
	room := w.light(rooms.Lighting{Seats: 1})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	const many = rooms.MaxBeside + 4
	errs := together(many, func(i int) error {
		seat := beside(ann)
		seat.Alias = fmt.Sprint("ann-", i)
		_, err := w.handle(i).Enter(w.ctx, w.name, seat, longLease, 0)
		return err
	})
	if n := w.winners(errs, rooms.ErrFull); n != rooms.MaxBeside {
		w.Errorf("%d say something beside one seat", n)
	}
	w.ok(w.a.Kick(w.ctx, room.Ref, newSeat("A", "bob"), ann))
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster)
}

// A person may come back to the seat of their own script that does not respond.
func testBackToAWriter(w *world) {
	room := w.light(rooms.Lighting{Seats: 1})
	script := writer("ann")
	script.Keyed = true
	w.enter(w.a, script)
	w.ok(w.a.Reserve(w.ctx, room.Ref, script, longLease))
	again := newSeat("B", "somebody")
	again.Identity, again.Keyed = script.Identity, true
	if entry := w.enter(w.b, again); !entry.Reserved || entry.Seat.ID != script.ID || entry.Seat.Writer {
		w.Errorf("came back to %+v", entry.Seat)
	}
}
