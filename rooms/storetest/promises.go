package storetest

import (
	"errors"
	"fmt"
	"time"

	"wick/rooms"
)

var promises = []test{
	{"a nearer deadline is adopted, a later one is not", assertedDeadline},
	{"a newer lock is adopted, an older one is not", assertedLock},
	{"kicks are adopted, and who was let in", assertedDoor},
	{"no lock keeps out who lit the room", ownerEnters},
	{"one person bears a bounded number of names", namesEach},
	{"a bounded number of names is remembered", namesInAll},
	{"a room has a bounded number of open invitations", invitations},
	{"a room shows out a bounded number of people", kicksInAll},
	{"a bounded number of messages is ruled out", ruledOutInAll},
}

// knows is what a process that has just found the room would assert.
func knows(room rooms.Room) rooms.Promises {
	return rooms.Promises{Ends: room.Ends, Locked: room.Locked, Lock: room.Lock}
}

func assertedDeadline(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	later := knows(room)
	later.Ends = room.Ends.Add(time.Hour)
	w.ok(w.a.Assert(w.ctx, room.Ref, later))
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	if found.Ends != room.Ends {
		w.Errorf("the deadline moved from %v to %v", room.Ends, found.Ends)
	}
	sooner := knows(room)
	sooner.Ends, sooner.ShortenedBy = room.Ends.Add(-longTTL/2), "ann"
	w.ok(w.a.Assert(w.ctx, room.Ref, sooner))
	if e := watch.next(rooms.Shortened); e.Deadline != sooner.Ends || e.From.Alias != "ann" {
		w.Errorf("event is %+v", e)
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		found, err := s.Find(w.ctx, w.name)
		w.ok(err)
		pulse, err := s.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
		w.ok(err)
		if found.Ends != sooner.Ends || pulse.Ends != sooner.Ends || pulse.Stored != sooner.Ends || pulse.ShortenedBy != "ann" {
			w.Errorf("found %v, a beat says %v, stored %v, by %q, want %v", found.Ends, pulse.Ends, pulse.Stored, pulse.ShortenedBy, sooner.Ends)
		}
	}
	past := knows(room)
	past.Ends = room.Ends.Add(-2 * longTTL)
	w.is(w.b.Assert(w.ctx, room.Ref, past), rooms.ErrNoRoom)
	_, err = w.a.Find(w.ctx, w.name)
	w.is(err, rooms.ErrNoRoom)
	w.is(w.a.Assert(w.ctx, room.Ref, sooner), rooms.ErrNoRoom)
}

func assertedLock(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	first := watch.next(rooms.Locked).Lock
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	if first == 0 || found.Lock != first {
		w.Errorf("the lock has version %d, found %d", first, found.Lock)
	}
	older := knows(room)
	older.Lock = first - 1
	w.ok(w.b.Assert(w.ctx, room.Ref, older))
	newer := knows(room)
	newer.Lock, newer.LockedBy = first+10, "bob"
	w.ok(w.b.Assert(w.ctx, room.Ref, newer))
	if e := watch.next(rooms.Unlocked); e.Lock != newer.Lock || e.From.Alias != "bob" {
		w.Errorf("event is %+v", e)
	}
	w.enter(w.b, newSeat("B", "cid"))
	watch.next(rooms.Joined)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	if e := watch.next(rooms.Locked); e.Lock <= newer.Lock {
		w.Errorf("version %d follows %d", e.Lock, newer.Lock)
	}
	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	if !pulse.Locked || pulse.Lock <= newer.Lock || pulse.LockedBy != "ann" {
		w.Errorf("a beat says %+v", pulse.Promises)
	}
}

func assertedDoor(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann, bob, cid := newSeat("A", "ann"), newSeat("B", "bob"), newSeat("B", "cid")
	w.enter(w.a, ann)
	w.enter(w.b, bob)
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	p := knows(room)
	p.Lock, p.Locked, p.LockedBy = 1, true, "ann"
	p.Kicks = []rooms.Kick{{Seat: bob, By: "ann"}}
	p.Welcome = []string{cid.Identity, bob.Identity}
	for range 2 { // again is no harm
		w.ok(w.a.Assert(w.ctx, room.Ref, p))
	}
	if e := watch.next(rooms.Kicked); e.From != bob || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	if e := watch.next(rooms.Left); e.From.ID != bob.ID {
		w.Errorf("event is %+v", e)
	}
	_, err := w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.is(err, rooms.ErrKicked)
	entry := w.enter(w.b, cid)
	w.sameSeats(entry.Roster, ann, cid)
	if len(entry.Promises.Kicks) != 1 || entry.Promises.Kicks[0].Seat.Identity != bob.Identity || !entry.Welcome {
		w.Errorf("entered with %+v, welcome %v", entry.Promises, entry.Welcome)
	}
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "dan"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	for known, told := range map[int]bool{0: true, 1: false} {
		pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{Kicks: known})
		w.ok(err)
		if (len(pulse.Kicks) == 1) != told {
			w.Errorf("knowing of %d, a beat tells %+v", known, pulse.Kicks)
		}
	}
}

func ownerEnters(w *world) {
	ann := newSeat("A", "ann")
	room := w.light(rooms.Lighting{Owner: ann.Identity})
	w.ok(w.a.Lock(w.ctx, room.Ref, newSeat("A", "bob"), true))
	open, err := w.b.Knock(w.ctx, w.name, ann)
	w.ok(err)
	if !open {
		w.Error("who lit the room has to knock")
	}
	w.enter(w.b, ann)
}

func namesEach(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "name-0")
	w.enter(w.a, ann)
	var err error
	n := 1
	for ; err == nil && n < 10*rooms.MaxNamesEach; n++ {
		err = w.a.Rename(w.ctx, room.Ref, ann, fmt.Sprint("name-", n))
	}
	w.is(err, rooms.ErrTooManyNames)
	if n-1 != rooms.MaxNamesEach {
		w.Errorf("the name that is too many is number %d", n-1)
	}
	w.ok(w.b.Rename(w.ctx, room.Ref, ann, "name-1")) // one of her own
	// Nobody else is the worse for it.
	bob := newSeat("B", "bob")
	w.enter(w.b, bob)
	w.ok(w.b.Rename(w.ctx, room.Ref, bob, "rob"))
}

func namesInAll(w *world) {
	room := w.light(rooms.Lighting{Seats: 4})
	for i := range rooms.MaxNames + 5 {
		guest := newSeat("A", fmt.Sprint("guest-", i))
		w.enter(w.handle(i), guest)
		w.ok(w.handle(i).Leave(w.ctx, room.Ref, guest))
	}
	if entry := w.enter(w.a, newSeat("A", "guest-1")); !entry.Seat.Marked {
		w.Error("an alias that somebody had is not marked")
	}
	if entry := w.enter(w.a, newSeat("A", fmt.Sprint("guest-", rooms.MaxNames+2))); entry.Seat.Marked {
		w.Error("more names are remembered than may be")
	}
}

func invitations(w *world) {
	room := w.light(rooms.Lighting{})
	w.ok(w.a.Invite(w.ctx, room.Ref, "soon over", shortLease))
	end := time.Now().Add(shortLease)
	for i := range rooms.MaxInvites - 1 {
		w.ok(w.handle(i).Invite(w.ctx, room.Ref, fmt.Sprint("token ", i), longLease))
	}
	w.is(w.a.Invite(w.ctx, room.Ref, "one more", longLease), rooms.ErrTooManyInvites)
	w.wait(end)
	w.ok(w.a.Invite(w.ctx, room.Ref, "one more", longLease))
	w.is(w.b.Invite(w.ctx, room.Ref, "another", longLease), rooms.ErrTooManyInvites)
	w.ok(w.b.Redeem(w.ctx, w.name, "token 1", "identity"))
	w.ok(w.b.Invite(w.ctx, room.Ref, "another", longLease))
}

func kicksInAll(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	var last rooms.Seat
	for i := range rooms.MaxKicks {
		last = newSeat("B", fmt.Sprint("guest-", i))
		w.ok(w.handle(i).Kick(w.ctx, room.Ref, ann, last))
	}
	w.is(w.a.Kick(w.ctx, room.Ref, ann, newSeat("B", "one-more")), rooms.ErrTooManyKicks)
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, last)) // again
	_, err := w.b.Enter(w.ctx, w.name, last, longLease, 0)
	w.is(err, rooms.ErrKicked)
}

func ruledOutInAll(w *world) {
	room := w.light(rooms.Lighting{})
	var err error
	n := 0
	for ; err == nil && n < 10*rooms.MaxRuledOut; n++ {
		_, err = w.handle(n).Resolve(w.ctx, room.Ref, fmt.Sprint("message ", n))
	}
	if !errors.Is(err, rooms.ErrStoreFull) || n != rooms.MaxRuledOut+1 {
		w.Errorf("ruling out message %d answers %v", n, err)
	}
	if seq, err := w.a.Resolve(w.ctx, room.Ref, "message 1"); err != nil || seq != 0 {
		w.Errorf("what is ruled out already answers %d, %v", seq, err)
	}
}
