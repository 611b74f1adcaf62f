package storetest

import "wick/rooms"

var writerTests = []test{
	{"who comes and goes to say something owns no alias without a key", testWriters},
	{"a reserved seat is not given to somebody about to go", testWriterBesideReserved},
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
