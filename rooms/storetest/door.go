package storetest

import "wick/rooms"

var doorTests = []test{
	{"a locked room lets nobody new in", testLocked},
	{"a knock is published, and the person let in", testKnocked},
	{"somebody who was denied may knock again", testDenied},
	{"somebody who was kicked stays out", testKicked},
}

func testLocked(w *world) {
	room := w.light(rooms.Lighting{Seats: 5})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.enter(w.b, bob)
	w.ok(w.a.Leave(w.ctx, room.Ref, bob))
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	watch.next(rooms.Left)
	for range 2 { // locking twice is locking
		w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
		if e := watch.next(rooms.Locked); e.From.Alias != "ann" || e.Epoch != room.Epoch {
			w.Errorf("event is %+v", e)
		}
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	pulse, err := w.b.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	if !found.Locked || !pulse.Locked {
		w.Errorf("found locked: %v, beat locked: %v", found.Locked, pulse.Locked)
	}
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "cid"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	// People who sit in it, or have been in it, are not newcomers.
	if entry := w.enter(w.a, ann); !entry.Room.Locked {
		w.Error("entered a room that is not locked")
	}
	again := newSeat("A", "bob")
	again.Identity = bob.Identity
	w.enter(w.a, again)
	watch.next(rooms.Joined)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, false))
	watch.next(rooms.Unlocked)
	w.enter(w.b, newSeat("B", "cid"))
	found, err = w.b.Find(w.ctx, w.name)
	w.ok(err)
	if found.Locked {
		w.Error("the room is still locked")
	}
}

func testKnocked(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.a)
	ann, cid := newSeat("A", "ann"), newSeat("B", "cid")
	cid.Keyed = true
	cid = cid.Tagged(room.Epoch)
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	open, err := w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if !open {
		w.Error("a room that is not locked is not open")
	}
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	watch.next(rooms.Locked)
	open, err = w.b.Knock(w.ctx, w.name, newSeat("B", "dan"), false) // nobody hears of it
	w.ok(err)
	if open {
		w.Error("a locked room is open to who does not ring")
	}
	for range 2 {
		open, err = w.b.Knock(w.ctx, w.name, cid, true)
		w.ok(err)
		if open {
			w.Error("a locked room is open")
		}
		if e := watch.next(rooms.Knocked); e.From != cid || e.Epoch != room.Epoch {
			w.Errorf("event is %+v", e)
		}
	}
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, cid, true))
	if e := watch.next(rooms.Admitted); e.From != cid || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	open, err = w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if !open {
		w.Error("the room is not open to who was admitted")
	}
	w.sameSeats(w.enter(w.b, cid).Roster, ann, cid)
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "dan"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	_, err = w.b.Knock(w.ctx, w.name, cid, true)
	w.is(err, rooms.ErrNoRoom)
}

func testDenied(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.a)
	ann, cid := newSeat("A", "ann"), newSeat("B", "cid")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	watch.next(rooms.Joined)
	watch.next(rooms.Locked)
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, cid, false))
	if e := watch.next(rooms.Denied); e.From != cid || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	_, err := w.b.Enter(w.ctx, w.name, cid, longLease, 0)
	w.is(err, rooms.ErrLocked)
	open, err := w.b.Knock(w.ctx, w.name, cid, true)
	w.ok(err)
	if open {
		w.Error("the room is open to who was turned away")
	}
	watch.next(rooms.Knocked)
}

func testKicked(w *world) {
	room := w.light(rooms.Lighting{Seats: 3})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	second := newSeat("A", "bob2")
	second.Identity = bob.Identity
	for _, s := range []rooms.Seat{ann, bob, second} {
		w.enter(w.a, s)
		watch.next(rooms.Joined)
	}
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, bob))
	if e := watch.next(rooms.Kicked); e.From != bob || e.By != "ann" || e.Roster != 0 {
		w.Errorf("event is %+v", e)
	}
	watch.next(rooms.Left)
	watch.next(rooms.Left)
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann)
	for _, s := range []rooms.Seat{bob, second} {
		_, err := w.b.Append(w.ctx, room.Ref, s, rooms.Words{ID: "id", Text: "still here?"})
		w.is(err, rooms.ErrNotSeated)
		_, err = w.b.Enter(w.ctx, w.name, s, longLease, 0)
		w.is(err, rooms.ErrKicked)
	}
	_, err := w.b.Knock(w.ctx, w.name, bob, true)
	w.is(err, rooms.ErrKicked)
	// No member and no invitation can let them in again.
	w.ok(w.a.Decide(w.ctx, room.Ref, ann, bob, true))
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", longLease))
	w.ok(w.b.Redeem(w.ctx, w.name, "token", bob.Identity))
	_, err = w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.is(err, rooms.ErrKicked)
	if entry := w.enter(w.b, newSeat("B", "bob")); !entry.Seat.Marked {
		w.Error("the name of who was kicked is not remembered")
	}
}
