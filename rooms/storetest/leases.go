package storetest

import (
	"time"

	"wick/rooms"
)

var leaseTests = []test{
	{"a beat gives up the seats of a node whose lease ran out", testLapsed},
	{"entering gives up the seats of a node whose lease ran out", testLapsedAtDoor},
	{"a refused entry changes nothing", testRefused},
	{"a renewed lease keeps its seats", testRenewed},
	{"a late node keeps seats that nobody gave up", testLateNode},
	{"a seat that was given up can be taken again", testReturnAfterLapse},
	{"a beat returns the roster only if it changed", testRosterOnChange},
}

// enterBriefly takes a seat on a short lease and returns when that will have run out.
func (w *world) enterBriefly(s rooms.Store, seat rooms.Seat) time.Time {
	w.Helper()
	_, err := s.Enter(w.ctx, w.name, seat, shortLease, 0)
	w.ok(err)
	return time.Now().Add(shortLease)
}

func testLapsed(w *world) {
	room := w.light(rooms.Lighting{Seats: 3})
	bob := newSeat("B", "bob")
	entry := w.enter(w.b, bob)
	watch := w.watch(w.b)
	ann, cid := newSeat("A", "ann"), newSeat("A", "cid")
	w.enterBriefly(w.a, ann)
	end := w.enterBriefly(w.a, cid)
	w.post(w.a, room.Ref, ann, "last words")
	w.wait(end)

	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{Version: entry.Version, Mark: entry.Mark})
	w.ok(err)
	w.sameSeats(pulse.Roster, bob)
	if pulse.Version != entry.Version+4 || pulse.Seq != 1 {
		w.Errorf("roster version went from %d to %d, newest message %d", entry.Version, pulse.Version, pulse.Seq)
	}
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	one, two := watch.next(rooms.Left), watch.next(rooms.Left)
	w.sameSeats([]rooms.Seat{one.From, two.From}, ann, cid)
	if one.Roster != entry.Version+3 || two.Roster != entry.Version+4 {
		w.Errorf("they left with roster versions %d and %d after %d", one.Roster, two.Roster, entry.Version+2)
	}
	_, err = w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "id", Text: "too late"})
	w.is(err, rooms.ErrNotSeated)
	w.is(w.a.Rename(w.ctx, room.Ref, ann, "eve"), rooms.ErrNotSeated)
	w.enter(w.b, newSeat("B", "ann"))
	w.enter(w.b, newSeat("B", "cid"))
	if history := w.since(w.b, room.Ref, 0); len(history) != 1 || history[0].From != ann {
		w.Errorf("what was said is %+v", history)
	}
}

func testLapsedAtDoor(w *world) {
	w.light(rooms.Lighting{Seats: 1})
	watch := w.watch(w.a)
	ann, bob := newSeat("A", "ann"), newSeat("B", "ann")
	w.wait(w.enterBriefly(w.a, ann))
	entry := w.enter(w.b, bob) // the only place, and the same alias
	w.sameSeats(entry.Roster, bob)
	joined := watch.next(rooms.Joined)
	if e := watch.next(rooms.Left); e.From != ann || e.Roster != joined.Roster+1 {
		w.Errorf("event is %+v", e)
	}
	if e := watch.next(rooms.Joined); e.From != bob || e.Roster != joined.Roster+2 || e.Roster != entry.Version {
		w.Errorf("event is %+v, entered at roster version %d", e, entry.Version)
	}
}

func testRefused(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	watch := w.watch(w.a)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.b, bob)
	w.wait(w.enterBriefly(w.a, ann))
	_, err := w.b.Enter(w.ctx, w.name, newSeat("B", "bob"), longLease, 0)
	w.is(err, rooms.ErrAliasTaken)
	w.post(w.a, room.Ref, ann, "nobody took my seat")
	cid := newSeat("B", "cid")
	w.enter(w.b, cid)
	// If the room is full and the alias is taken, too, ErrFull is returned: another
	// alias would not help.
	_, err = w.b.Enter(w.ctx, w.name, newSeat("B", "bob"), longLease, 0)
	w.is(err, rooms.ErrFull)
	for i, who := range []rooms.Seat{bob, ann, ann, ann, cid} {
		kind := []rooms.Kind{rooms.Joined, rooms.Joined, rooms.Message, rooms.Left, rooms.Joined}[i]
		if e := watch.next(kind); e.From != who {
			w.Errorf("event is %+v, want it from %+v", e, who)
		}
	}
}

func testRenewed(w *world) {
	room := w.light(rooms.Lighting{})
	ann, cid := newSeat("A", "ann"), newSeat("A", "cid")
	w.enterBriefly(w.a, ann)
	end := w.enterBriefly(w.a, cid)
	// One beat renews the lease of all seats of the node.
	first, err := w.a.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	w.wait(end)
	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	w.sameSeats(pulse.Roster, ann, cid)
	if pulse.Version != first.Version {
		w.Errorf("roster version went from %d to %d", first.Version, pulse.Version)
	}
	w.post(w.a, room.Ref, ann, "still here")
}

func testLateNode(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("A", "bob")
	w.wait(w.enterBriefly(w.a, ann))
	// The first call of the node renews its lease, and gives up none of its own
	// seats.
	end := w.enterBriefly(w.a, bob)
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann, bob)
	w.wait(end)
	pulse, err := w.a.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	w.sameSeats(pulse.Roster, ann, bob)
	roster, _ = w.roster(room.Ref)
	w.sameSeats(roster, ann, bob)
}

func testReturnAfterLapse(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.wait(w.enterBriefly(w.a, ann))
	given, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	w.sameSeats(given.Roster)
	// The node learns from its own beat that the seat is gone: an empty roster is
	// returned, too.
	pulse, err := w.a.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{Version: given.Version - 1})
	w.ok(err)
	if pulse.Roster == nil || len(pulse.Roster) != 0 || pulse.Version != given.Version {
		w.Errorf("pulse is %+v, want an empty roster of version %d that is not nil", pulse, given.Version)
	}
	entry := w.enter(w.a, ann)
	w.sameSeats(entry.Roster, ann)
	if entry.Version != given.Version+1 {
		w.Errorf("roster version went from %d to %d", given.Version, entry.Version)
	}
	w.post(w.a, room.Ref, ann, "back again")
}

func testRosterOnChange(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	entry := w.enter(w.a, ann)
	for range 3 {
		w.post(w.a, room.Ref, ann, "hi") // messages do not change the roster
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		pulse, err := s.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{Version: entry.Version, Mark: entry.Mark})
		w.ok(err)
		if pulse.Roster != nil || pulse.Version != entry.Version || pulse.Seq != 3 {
			w.Errorf("pulse is %+v, want roster version %d without the roster, and message 3", pulse, entry.Version)
		}
		w.ends(pulse.Deadline, before, longTTL)
		for _, known := range []uint64{0, entry.Version + 1} {
			pulse, err := s.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{Version: known})
			w.ok(err)
			w.sameSeats(pulse.Roster, ann)
			if pulse.Version != entry.Version {
				w.Errorf("roster version %d, want %d", pulse.Version, entry.Version)
			}
		}
	}
	w.ok(w.a.Rename(w.ctx, room.Ref, ann, "eve"))
	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{Version: entry.Version, Mark: entry.Mark})
	w.ok(err)
	ann.Alias, ann.Rev = "eve", ann.Rev+1
	w.sameSeats(pulse.Roster, ann)
}
