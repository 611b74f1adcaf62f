package storetest

import (
	"errors"
	"time"

	"wick/rooms"
)

var reservingTests = []test{
	{"a reserved seat is given to its identity on return", testReturned},
	{"a reserved seat is given to nobody else", testReservedFromOthers},
	{"of two who return to one seat one gets it", testReturnRace},
	{"a reserved seat to which nobody returns is given up", testNotReturned},
	{"a room with reserved seats leaves nothing behind", testReservedRemains},
}

func testReturned(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	entry := w.enter(w.b, bob)
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	ann.Seen = 7
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	away := watch.next(rooms.Away)
	if !away.From.Away || away.From.Seen != 7 || away.From.ID != ann.ID || away.From.Alias != "ann" || away.Roster != entry.Version+1 {
		w.Errorf("event is %+v", away)
	}
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, away.From, bob)

	again := newSeat("C", "somebody")
	again.Identity = ann.Identity
	back, err := w.b.Enter(w.ctx, w.name, again, longLease, 0)
	w.ok(err)
	want := rooms.Seat{ID: ann.ID, Node: "C", Alias: "ann", Identity: ann.Identity, Rev: away.From.Rev + 1}
	if back.Seat != want || !back.Reserved || back.Seen != 7 || back.Version != away.Roster+1 {
		w.Errorf("came back to %+v, reserved %v, seen %d, version %d", back.Seat, back.Reserved, back.Seen, back.Version)
	}
	w.sameSeats(back.Roster, want, bob)
	if e := watch.next(rooms.Back); e.From != want || e.Roster != back.Version {
		w.Errorf("event is %+v", e)
	}
	// The seat is like any other again.
	w.post(w.a, room.Ref, back.Seat, "here I am")
	w.ok(w.a.Rename(w.ctx, room.Ref, back.Seat, "eve"))
	w.ok(w.a.Leave(w.ctx, room.Ref, back.Seat))
	roster, _ = w.roster(room.Ref)
	w.sameSeats(roster, bob)
	// A seat that is gone cannot be reserved.
	w.ok(w.a.Reserve(w.ctx, room.Ref, back.Seat, longLease))
	roster, _ = w.roster(room.Ref)
	w.sameSeats(roster, bob)
}

func testReservedFromOthers(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	_, err := w.b.Enter(w.ctx, w.name, newSeat("B", "Ann"), longLease, 0)
	w.is(err, rooms.ErrAliasTaken)
	if entry := w.enter(w.b, bob); entry.Reserved || entry.Seat != bob {
		w.Errorf("a stranger got %+v", entry.Seat)
	}
	_, err = w.a.Enter(w.ctx, w.name, newSeat("A", "cid"), longLease, 0)
	w.is(err, rooms.ErrFull)
	again := newSeat("B", "dan")
	again.Identity = ann.Identity
	if entry := w.enter(w.b, again); !entry.Reserved || entry.Seat.Alias != "ann" {
		w.Errorf("in a full room the owner of a reserved seat got %+v", entry.Seat)
	}
}

func testReturnRace(w *world) {
	room := w.light(rooms.Lighting{Seats: 20})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	const many = 8
	entries := make([]rooms.Entry, many)
	errs := together(many, func(i int) (err error) {
		seat := newSeat("B", "")
		seat.Alias = "guest" + seat.ID
		seat.Identity = ann.Identity
		entries[i], err = w.handle(i).Enter(w.ctx, w.name, seat, longLease, 0)
		return err
	})
	w.allOK(errs)
	ids, reserved := map[string]bool{}, 0
	for _, e := range entries {
		ids[e.Seat.ID] = true
		if e.Reserved {
			reserved++
		}
	}
	if len(ids) != many || reserved != 1 {
		w.Errorf("%d sit on %d seats, %d on the reserved one", many, len(ids), reserved)
	}
}

func testNotReturned(w *world) {
	room := w.light(rooms.Lighting{Seats: 1})
	ann, bob := newSeat("A", "ann"), newSeat("B", "ann")
	w.enter(w.a, ann)
	end := time.Now().Add(shortLease)
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, shortLease))
	_, err := w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.is(err, rooms.ErrFull)
	w.wait(end)
	bob.Identity = ann.Identity // too late
	entry := w.enter(w.b, bob)
	w.sameSeats(entry.Roster, bob)
	if entry.Reserved || entry.Seat != bob {
		w.Errorf("got %+v", entry.Seat)
	}
}

func testReservedRemains(w *world) {
	room := w.light(rooms.Lighting{TTL: shortTTL, Seats: 3})
	ann := newSeat("A", "ann")
	_, err := w.a.Enter(w.ctx, w.name, ann, shortLease, 0)
	w.ok(err)
	w.ok(w.a.Reserve(w.ctx, room.Ref, ann, longLease))
	w.wait(room.Deadline)
	for {
		left, err := w.a.Reap(w.ctx, room.Ref)
		if errors.Is(err, rooms.ErrNoRoom) || err == nil && left == 0 {
			break
		}
		w.ok(err)
		w.wait(time.Now().Add(left))
	}
	w.clean(w.name)
}
