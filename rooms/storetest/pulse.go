package storetest

import (
	"time"

	"wick/rooms"
)

var pulseTests = []test{
	{"a beat returns the roster and the kicks only if they are news", testNewsOnly},
	{"every call returns the same end of the room", testOneEnd},
	{"each change of a seat has another revision", testRevisions},
}

func testNewsOnly(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	entry := w.enter(w.a, ann)
	if len(entry.Promises.Kicks) != 0 {
		w.Errorf("nobody was shown out, and entering tells of %+v", entry.Promises.Kicks)
	}
	beat := func(known rooms.Known, roster, kicks bool) rooms.Pulse {
		w.Helper()
		pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, known)
		w.ok(err)
		if (pulse.Roster != nil) != roster || (pulse.Kicks != nil) != kicks {
			w.Fatalf("who knows %+v is told the roster %+v and the kicks %+v", known, pulse.Roster, pulse.Kicks)
		}
		return pulse
	}
	known := rooms.Known{Version: entry.Version, Mark: entry.Mark}
	if pulse := beat(known, false, false); pulse.Version != known.Version || pulse.Mark != known.Mark {
		w.Errorf("entering told version %d %q, a beat %d %q", known.Version, known.Mark, pulse.Version, pulse.Mark)
	}
	for _, other := range []rooms.Known{
		{Version: known.Version + 1, Mark: known.Mark},
		{Version: known.Version, Mark: "another's"},
		{},
	} {
		w.sameSeats(beat(other, true, false).Roster, ann)
	}
	w.ok(w.a.Kick(w.ctx, room.Ref, ann, bob))
	if pulse := beat(known, false, true); len(pulse.Kicks) != 1 || pulse.Kicks[0] != (rooms.Kick{Seat: bob, By: "ann"}) {
		w.Errorf("a beat tells of %+v", pulse.Kicks)
	}
	known.Kicks = 1
	beat(known, false, false)
	known.Kicks = 2
	beat(known, false, true)
	if entry := w.enter(w.a, ann); len(entry.Promises.Kicks) != 1 || entry.Promises.Kicks[0].Seat != bob {
		w.Errorf("entering tells of %+v", entry.Promises.Kicks)
	}
}

func testOneEnd(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	agree := func(as string, ends time.Time, got rooms.Room) {
		w.Helper()
		w.stored(got)
		if !got.Ends.Equal(ends) || got.Deadline.Sub(got.Clock.Instant(ends)).Abs() > 0 {
			w.Errorf("%s tells that the room ends %v, at %v here; want %v", as, got.Ends, got.Deadline, ends)
		}
	}
	all := func(ends time.Time) {
		w.Helper()
		for _, s := range []rooms.Store{w.a, w.b} {
			found, err := s.Find(w.ctx, w.name)
			w.ok(err)
			agree("finding", ends, found)
			entry := w.enter(s, ann)
			agree("entering", ends, entry.Room)
			if !entry.Promises.Ends.Equal(ends) {
				w.Errorf("entering promises %v, want %v", entry.Promises.Ends, ends)
			}
			pulse, err := s.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
			w.ok(err)
			agree("a beat", ends, rooms.Room{Ends: pulse.Ends, Clock: pulse.Clock, Deadline: pulse.Deadline})
			if !pulse.Stored.Equal(ends) {
				w.Errorf("the store will end the room %v, want %v", pulse.Stored, ends)
			}
		}
	}
	agree("lighting", room.Ends, room)
	all(room.Ends)
	watch := w.watch(w.b)
	for _, left := range []time.Duration{longTTL / 2, longTTL / 3} {
		shorter, err := w.a.Shorten(w.ctx, room.Ref, ann, left)
		w.ok(err)
		agree("shortening", shorter.Ends, shorter)
		if e := watch.next(rooms.Shortened); !e.Deadline.Equal(shorter.Ends) {
			w.Errorf("published is %v, want %v", e.Deadline, shorter.Ends)
		}
		all(shorter.Ends)
	}
}

func testRevisions(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	ann.Rev = 1
	entry := w.enter(w.a, ann)
	if entry.Seat.Rev != 1 {
		w.Errorf("a new seat has revision %d", entry.Seat.Rev)
	}
	watch := w.watch(w.b)
	rev := entry.Seat.Rev
	newer := func(kind rooms.Kind) rooms.Seat {
		w.Helper()
		e := watch.next(kind)
		roster, _ := w.roster(room.Ref)
		if len(roster) != 1 || roster[0] != e.From || e.From.Rev <= rev {
			w.Errorf("after revision %d published %+v, the roster holds %+v", rev, e.From, roster)
		}
		rev = e.From.Rev
		return e.From
	}
	for i, alias := range []string{"anna", "anne"} { // of the old seat, too: an answer may have been lost
		w.ok(w.handle(i).Rename(w.ctx, room.Ref, ann, alias))
		newer(rooms.Renamed)
	}
	w.ok(w.b.Reserve(w.ctx, room.Ref, ann, longLease))
	newer(rooms.Away)
	again := newSeat("B", "other")
	again.Identity = ann.Identity
	back := w.enter(w.b, again)
	if seat := newer(rooms.Back); back.Seat != seat || seat.Alias != "anne" {
		w.Errorf("came back to %+v, published %+v", back.Seat, seat)
	}
	w.ok(w.a.Rename(w.ctx, room.Ref, back.Seat, "ann"))
	newer(rooms.Renamed)
	if entry := w.enter(w.b, back.Seat); entry.Seat.Rev != rev {
		w.Errorf("to confirm a seat made revision %d of %d", entry.Seat.Rev, rev)
	}
}
