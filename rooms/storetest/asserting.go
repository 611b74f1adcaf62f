package storetest

import (
	"fmt"
	"slices"
	"time"

	"wick/rooms"
)

var assertingTests = []test{
	{"of two deadlines the nearer holds", testAssertedDeadline},
	{"a deadline that is over ends the room", testAssertedEnd},
	{"of two states of the lock the newer holds", testAssertedLock},
	{"somebody who was shown out is out in every process", testAssertedKicks},
	{"more kicks than a room may have are not adopted", testAssertedManyKicks},
	{"a lock does not keep out people who were let in", testAssertedWelcome},
	{"a lock does not keep the owner out", testOwnerEnters},
	{"promises hold even if nobody else can be let in", testAssertedWhileFull},
}

// promises returns those of the room as it is: asserting them changes nothing.
func (w *world) promises(room rooms.Room) rooms.Promises {
	return rooms.Promises{Ends: room.Ends, Locked: room.Locked, Lock: room.Lock}
}

// pulse returns the pulse of the room, as a node without seats gets it.
func (w *world) pulse(ref rooms.Ref) rooms.Pulse {
	w.Helper()
	pulse, err := w.b.Beat(w.ctx, ref, "onlooker", longLease, rooms.Known{Kicks: -1})
	w.ok(err)
	return pulse
}

// silent checks that nothing is published before a message that it posts.
func (w *world) silent(watch *reader, room rooms.Room, by rooms.Seat) {
	w.Helper()
	w.post(w.a, room.Ref, by, "nothing before this")
	watch.next(rooms.Message)
}

func testAssertedDeadline(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	watch := w.watch(w.b)
	p := w.promises(room)
	for _, ends := range []time.Time{room.Ends, room.Ends.Add(time.Minute)} {
		p.Ends, p.ShortenedBy = ends, "eve"
		w.ok(w.a.Assert(w.ctx, room.Ref, p))
	}
	w.silent(watch, room, ann)
	if found, err := w.b.Find(w.ctx, w.name); err != nil || !found.Ends.Equal(room.Ends) {
		w.Errorf("a farther deadline moved it from %v to %v, %v", room.Ends, found.Ends, err)
	}
	p.Ends, p.ShortenedBy = room.Ends.Add(-longTTL/2), "bób"
	w.ok(w.a.Assert(w.ctx, room.Ref, p))
	if e := watch.next(rooms.Shortened); e.From.Alias != "bób" || !e.Deadline.Equal(p.Ends) || e.Epoch != room.Epoch {
		w.Errorf("event is %+v", e)
	}
	w.ok(w.b.Assert(w.ctx, room.Ref, p))
	w.silent(watch, room, ann)
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	pulse := w.pulse(room.Ref)
	if !found.Ends.Equal(p.Ends) || !pulse.Ends.Equal(p.Ends) || !pulse.Stored.Equal(p.Ends) || pulse.ShortenedBy != "bób" {
		w.Errorf("the room ends %v, a beat tells %+v, want %v by bób", found.Ends, pulse.Promises, p.Ends)
	}
	w.ends(found.Deadline, before, longTTL/2)
	_, err = w.b.Shorten(w.ctx, room.Ref, ann, longTTL)
	w.is(err, rooms.ErrLonger)
}

func testAssertedEnd(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "hi")
	w.there(w.name)
	p := w.promises(room)
	p.Ends, p.ShortenedBy = room.Clock.Now().Add(-time.Second), "ann"
	w.is(w.b.Assert(w.ctx, room.Ref, p), rooms.ErrNoRoom)
	w.clean(w.name)
	_, err := w.a.Find(w.ctx, w.name)
	w.is(err, rooms.ErrNoRoom)
	w.is(w.a.Assert(w.ctx, room.Ref, w.promises(room)), rooms.ErrNoRoom)
	again := w.light(rooms.Lighting{})
	w.is(w.a.Assert(w.ctx, room.Ref, p), rooms.ErrNoRoom) // p is about the room before
	if found, err := w.b.Find(w.ctx, w.name); err != nil || found.Epoch != again.Epoch {
		w.Errorf("what was promised of one burning ended another: %v", err)
	}
}

func testAssertedLock(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	watch := w.watch(w.b)
	locked, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	if !locked.Locked || locked.Lock == 0 {
		w.Fatalf("locked: %v, version %d", locked.Locked, locked.Lock)
	}
	p := w.promises(locked)
	for _, version := range []uint64{0, locked.Lock - 1, locked.Lock} {
		p.Locked, p.Lock, p.LockedBy = false, version, "eve"
		w.ok(w.a.Assert(w.ctx, room.Ref, p))
	}
	w.silent(watch, room, ann)
	version := locked.Lock
	for i, open := range []bool{true, false} {
		version += 1_000_000 // as from another process, whose clock is ahead
		p.Locked, p.Lock, p.LockedBy = !open, version, "bob"
		w.ok(w.a.Assert(w.ctx, room.Ref, p))
		e := watch.next([]rooms.Kind{rooms.Unlocked, rooms.Locked}[i])
		if e.Lock != version || e.From.Alias != "bob" {
			w.Errorf("event is %+v", e)
		}
		found, err := w.b.Find(w.ctx, w.name)
		w.ok(err)
		pulse := w.pulse(room.Ref)
		if found.Locked == open || found.Lock != version || pulse.Locked == open || pulse.Lock != version || pulse.LockedBy != "bob" {
			w.Errorf("found %v at %d, a beat tells %+v; want %v at %d", found.Locked, found.Lock, pulse.Promises, !open, version)
		}
	}
	// The next change of the lock is a newer state.
	for _, lock := range []bool{false, true, true} {
		w.ok(w.b.Lock(w.ctx, room.Ref, ann, lock))
		pulse := w.pulse(room.Ref)
		if pulse.Locked != lock || pulse.Lock <= version || pulse.LockedBy != "ann" {
			w.Errorf("after version %d a beat tells %+v", version, pulse.Promises)
		}
		e, err := watch.read(w.ctx)
		w.ok(err)
		if e.Lock != pulse.Lock {
			w.Errorf("version %d was published, %d is held", e.Lock, pulse.Lock)
		}
		version = pulse.Lock
	}
}

func testAssertedKicks(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	second := newSeat("A", "bob2")
	second.Identity = bob.Identity
	for _, s := range []rooms.Seat{ann, bob, second} {
		w.enter(w.a, s)
	}
	watch := w.watch(w.b)
	eve := newSeat("C", "eve") // was never here
	p := w.promises(room)
	p.Kicks = []rooms.Kick{{Seat: bob, By: "ann"}}
	w.ok(w.a.Assert(w.ctx, room.Ref, p))
	if e := watch.next(rooms.Kicked); e.From != bob || e.By != "ann" {
		w.Errorf("event is %+v", e)
	}
	watch.next(rooms.Left)
	watch.next(rooms.Left)
	p.Kicks = append(p.Kicks, rooms.Kick{Seat: eve, By: "cid"})
	for range 2 { // a known kick is not published again
		w.ok(w.b.Assert(w.ctx, room.Ref, p))
	}
	if e := watch.next(rooms.Kicked); e.From != eve || e.By != "cid" {
		w.Errorf("event is %+v", e)
	}
	w.silent(watch, room, ann)
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann)
	if got := w.pulse(room.Ref).Kicks; len(got) != 2 || !slices.Contains(got, p.Kicks[0]) || !slices.Contains(got, p.Kicks[1]) {
		w.Errorf("a beat tells of %+v, want %+v", got, p.Kicks)
	}
	for _, s := range []rooms.Seat{bob, second, eve} {
		_, err := w.b.Enter(w.ctx, w.name, s, longLease, 0)
		w.is(err, rooms.ErrKicked)
		_, err = w.a.Knock(w.ctx, w.name, s, true)
		w.is(err, rooms.ErrKicked)
	}
}

func testAssertedManyKicks(w *world) {
	room := w.light(rooms.Lighting{})
	p := w.promises(room)
	var last rooms.Seat
	for i := range rooms.MaxKicks + 5 {
		last = newSeat("B", fmt.Sprint("guest", i))
		p.Kicks = append(p.Kicks, rooms.Kick{Seat: last, By: "ann"})
	}
	for range 2 {
		w.ok(w.a.Assert(w.ctx, room.Ref, p))
		if n := len(w.pulse(room.Ref).Kicks); n != rooms.MaxKicks {
			w.Errorf("%d are shown out, of %d asserted", n, len(p.Kicks))
		}
	}
	w.enter(w.b, last)
	_, err := w.b.Enter(w.ctx, w.name, p.Kicks[0].Seat, longLease, 0)
	w.is(err, rooms.ErrKicked)
}

func testAssertedWelcome(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob, cid := newSeat("A", "ann"), newSeat("B", "bob"), newSeat("B", "cid")
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, cid))
	locked, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	watch := w.watch(w.b)
	p := w.promises(locked)
	p.Welcome = []string{bob.Identity, cid.Identity}
	for range 2 {
		w.ok(w.b.Assert(w.ctx, room.Ref, p))
	}
	w.silent(watch, room, ann)
	if entry := w.enter(w.b, bob); !entry.Welcome || !entry.Room.Locked {
		w.Errorf("entered, welcome %v, a room that is locked: %v", entry.Welcome, entry.Room.Locked)
	}
	_, err = w.b.Enter(w.ctx, w.name, cid, longLease, 0)
	w.is(err, rooms.ErrKicked)
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "dan"), longLease, 0)
	w.is(err, rooms.ErrLocked)
	// If both are asserted, the kick counts.
	dan := newSeat("B", "dan")
	p.Welcome, p.Kicks = []string{dan.Identity}, []rooms.Kick{{Seat: dan, By: "ann"}}
	w.ok(w.b.Assert(w.ctx, room.Ref, p))
	_, err = w.b.Enter(w.ctx, w.name, dan, longLease, 0)
	w.is(err, rooms.ErrKicked)
}

func testOwnerEnters(w *world) {
	ann, own := newSeat("A", "ann"), newSeat("B", "own")
	room := w.light(rooms.Lighting{Owner: own.Identity})
	w.enter(w.a, ann)
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	open, err := w.b.Knock(w.ctx, w.name, own, true)
	w.ok(err)
	if !open {
		w.Error("the owner has to knock")
	}
	if entry := w.enter(w.b, own); !entry.Welcome {
		w.Error("the owner is a newcomer")
	}
	// A room without an owner lets nobody in as the owner.
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	room = w.light(rooms.Lighting{})
	w.ok(w.a.Lock(w.ctx, room.Ref, ann, true))
	stranger := newSeat("B", "who")
	stranger.Identity = ""
	_, err = w.b.Enter(w.ctx, w.name, stranger, longLease, 0)
	w.is(err, rooms.ErrLocked)
}

// testAssertedWhileFull asserts everything at once in a room that can let in
// nobody any more: the other promises hold all the same.
func testAssertedWhileFull(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	w.fillWelcome(room, ann)
	p := rooms.Promises{
		Ends: room.Ends.Add(-longTTL / 2), ShortenedBy: "ann",
		Locked: true, Lock: 1_000_000, LockedBy: "ann",
		Kicks:   []rooms.Kick{{Seat: bob, By: "ann"}},
		Welcome: []string{newSeat("B", "cid").Identity, newSeat("B", "dan").Identity},
	}
	w.ok(w.a.Assert(w.ctx, room.Ref, p))
	pulse := w.pulse(room.Ref)
	if !pulse.Ends.Equal(p.Ends) || !pulse.Locked || len(pulse.Kicks) != 1 {
		w.Errorf("a beat tells %+v", pulse.Promises)
	}
}
