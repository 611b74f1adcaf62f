package storetest

import (
	"time"

	"wick/rooms"
)

var takeoverTests = []test{
	{"who is to sit alone is told of their other seats", testAlone},
	{"a probe and its answer are published", testProbe},
}

// testAlone has somebody enter who has seats already: a living one, one that lapsed, and
// one that is reserved.
func testAlone(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.enter(w.b, bob)
	again := newSeat("B", "ann")
	again.Identity, again.Alone, again.Rev = ann.Identity, true, 1
	entry, err := w.b.Enter(w.ctx, w.name, again, longLease, 0)
	w.is(err, rooms.ErrSeated)
	w.sameSeats(entry.Roster, ann)
	if entry.Room.Ref != room.Ref {
		w.Errorf("the room is %+v", entry.Room)
	}
	// Others are not told, and nothing has changed.
	eve := newSeat("B", "eve")
	eve.Alone = true
	w.is(enterOnly(w, eve), rooms.ErrFull)
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann, bob)

	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	entry = w.enter(w.b, again)
	if entry.Seat.ID != ann.ID || entry.Seat.Alone {
		w.Errorf("took %+v", entry.Seat)
	}
	w.ok(w.b.Leave(w.ctx, room.Ref, entry.Seat))
	entry = w.enter(w.b, again)
	if entry.Seat.ID != again.ID || entry.Seat.Alone {
		w.Errorf("took %+v", entry.Seat)
	}
	w.ok(w.b.Leave(w.ctx, room.Ref, entry.Seat))

	lapsing := newSeat("dead", "ann")
	lapsing.Identity = ann.Identity
	_, err = w.a.Enter(w.ctx, w.name, lapsing, shortLease, 0)
	w.ok(err)
	w.is(enterOnly(w, again), rooms.ErrSeated)
	w.wait(time.Now().Add(shortLease))
	w.enter(w.b, again)
}

func testProbe(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	ann.Keyed = true
	watch := w.watch(w.b)
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	w.ok(w.a.Probe(w.ctx, room.Ref, ann))
	w.ok(w.b.Answer(w.ctx, room.Ref, ann))
	for _, kind := range []rooms.Kind{rooms.Probed, rooms.Answered} {
		if e := watch.next(kind); e.From != ann.Tagged(room.Epoch) || e.Epoch != room.Epoch || e.Time.IsZero() {
			w.Errorf("event is %+v", e)
		}
	}
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	w.is(w.a.Probe(w.ctx, room.Ref, ann), rooms.ErrNoRoom)
	w.is(w.b.Answer(w.ctx, room.Ref, ann), rooms.ErrNoRoom)
}
