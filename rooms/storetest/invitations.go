package storetest

import (
	"time"

	"wick/rooms"
)

var invitationTests = []test{
	{"an invitation is valid once", testInvited},
	{"of many who spend one invitation one gets in", testInviteRace},
	{"an invitation expires in time", testInviteEnds},
}

func testInvited(w *world) {
	room := w.light(rooms.Lighting{})
	ann, cid, dan := newSeat("A", "ann"), newSeat("B", "cid"), newSeat("B", "dan")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	w.is(w.b.Redeem(w.ctx, w.name, "made up", cid.Identity), rooms.ErrSpent)
	w.ok(w.a.Invite(w.ctx, room.Ref, "one", longLease))
	w.ok(w.a.Invite(w.ctx, room.Ref, "two", longLease))
	w.ok(w.b.Redeem(w.ctx, w.name, "one", cid.Identity))
	w.is(w.b.Redeem(w.ctx, w.name, "one", dan.Identity), rooms.ErrSpent)
	w.enter(w.b, cid)
	_, err := w.b.Enter(w.ctx, w.name, dan, longLease, 0)
	w.is(err, rooms.ErrLocked)
	w.ok(w.a.Redeem(w.ctx, w.name, "two", dan.Identity))
	w.enter(w.a, dan)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	w.is(w.a.Redeem(w.ctx, w.name, "two", dan.Identity), rooms.ErrNoRoom)
}

func testInviteRace(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", longLease))
	guests := make([]rooms.Seat, many)
	errs := together(many, func(i int) error {
		guests[i] = newSeat("B", "guest")
		return w.handle(i).Redeem(w.ctx, w.name, "token", guests[i].Identity)
	})
	if n := w.winners(errs, rooms.ErrSpent); n != 1 {
		w.Errorf("%d spent one invitation", n)
	}
	for i, spent := range errs {
		_, err := w.handle(i+1).Enter(w.ctx, w.name, guests[i], longLease, 0)
		if (err == nil) != (spent == nil) {
			w.Errorf("redeemed: %v, entered: %v", spent, err)
		}
	}
}

func testInviteEnds(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	end := time.Now().Add(shortLease)
	w.ok(w.a.Invite(w.ctx, room.Ref, "token", shortLease))
	w.wait(end)
	w.is(w.b.Redeem(w.ctx, w.name, "token", ann.Identity), rooms.ErrSpent)
}
