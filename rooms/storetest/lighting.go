package storetest

import (
	"time"

	"wick/rooms"
)

var lightingTests = []test{
	{"a lit room is found as it was lit", testLitIsFound},
	{"a name under which nothing burns is no room", testUnlit},
	{"a burning name cannot be lit again", testBurning},
	{"of many who light one name one wins", testLightingRace},
	{"a room lit again is another room", testRelit},
	{"rooms are apart", testRoomsAreApart},
}

func testLitIsFound(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{TTL: longTTL, Seats: 7, History: 33, Owner: "owner \x00\xff ünï"})
	w.ends(room.Deadline, before, longTTL)
	w.stored(room)
	if room.Epoch == "" {
		w.Error("a room without an epoch")
	}
	want := rooms.Room{
		Ref:      rooms.Ref{Name: w.name, Epoch: room.Epoch},
		Deadline: room.Deadline,
		Ends:     room.Ends,
		Clock:    room.Clock,
		Span:     longTTL,
		Seats:    7,
		History:  33,
		Owner:    "owner \x00\xff ünï",
	}
	if room != want {
		w.Errorf("lit %+v, want %+v", room, want)
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		found, err := s.Find(w.ctx, w.name)
		w.ok(err)
		w.ends(found.Deadline, before, longTTL)
		found.Deadline, found.Clock = room.Deadline, room.Clock
		if found != want {
			w.Errorf("found %+v, want %+v", found, want)
		}
	}
}

// stored checks that the deadline by the store's clock is the same moment.
func (w *world) stored(room rooms.Room) {
	w.Helper()
	if off := room.Clock.At(room.Deadline).Sub(room.Ends).Abs(); off > slack || room.Ends != room.Ends.Truncate(time.Millisecond) {
		w.Errorf("the deadline is %v by the store's clock, %v away from its instant here", room.Ends, off)
	}
}

func testUnlit(w *world) {
	_, err := w.a.Find(w.ctx, w.name)
	w.is(err, rooms.ErrNoRoom)
	_, err = w.a.Enter(w.ctx, w.name, newSeat("A", "ann"), longLease, 0)
	w.is(err, rooms.ErrNoRoom)
	never := rooms.Ref{Name: w.name, Epoch: "never"}
	w.allReturn(w.ctx, byRef, w.a, never, newSeat("A", "ann"), rooms.ErrNoRoom)
	left, err := w.a.Reap(w.ctx, never)
	w.ok(err)
	if left != 0 {
		w.Errorf("a room that never was has %v left", left)
	}
	w.clean(w.name)
}

func testBurning(w *world) {
	room := w.light(rooms.Lighting{Seats: 3})
	for _, s := range []rooms.Store{w.a, w.b} {
		_, err := s.Light(w.ctx, rooms.Lighting{Name: w.name, TTL: time.Second, Seats: 9, History: 9})
		w.is(err, rooms.ErrBurning)
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	if found.Epoch != room.Epoch || found.Seats != 3 || found.Left() < longTTL/2 {
		w.Errorf("lighting it again changed the room to %+v", found)
	}
}

func testLightingRace(w *world) {
	const many = 40
	lit := make([]rooms.Room, many)
	errs := together(many, func(i int) (err error) {
		lit[i], err = w.handle(i).Light(w.ctx, rooms.Lighting{Name: w.name, TTL: longTTL, Seats: i + 1, History: 10})
		return err
	})
	if n := w.winners(errs, rooms.ErrBurning); n != 1 {
		w.Fatalf("%d of %d lit the room", n, many)
	}
	found, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	for i, err := range errs {
		if err == nil && (lit[i].Epoch != found.Epoch || lit[i].Seats != found.Seats) {
			w.Errorf("the winner lit %+v, but %+v burns", lit[i], found)
		}
	}
}

func testRelit(w *world) {
	old := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	for range 3 {
		w.post(w.a, old.Ref, ann, "before")
	}
	w.ok(w.b.Destroy(w.ctx, old.Ref, ann))

	room := w.light(rooms.Lighting{})
	if room.Epoch == old.Epoch {
		w.Fatal("the same epoch twice")
	}
	bob := newSeat("B", "bob")
	entry := w.enter(w.b, bob)
	w.sameSeats(entry.Roster, bob)
	if entry.Seq != 0 || len(entry.History) != 0 {
		w.Errorf("the new room begins with %d messages, newest %d", len(entry.History), entry.Seq)
	}
	if seq := w.post(w.b, room.Ref, bob, "after"); seq != 1 {
		w.Errorf("the first message is number %d", seq)
	}

	// Nothing of the old room reaches the new one.
	w.allReturn(w.ctx, byRef, w.a, old.Ref, ann, rooms.ErrNoRoom)
	w.allReturn(w.ctx, byRef, w.a, old.Ref, bob, rooms.ErrNoRoom)
	left, err := w.a.Reap(w.ctx, old.Ref)
	w.ok(err)
	if left != 0 {
		w.Errorf("the old room has %v left", left)
	}
	roster, version := w.roster(room.Ref)
	w.sameSeats(roster, bob)
	if version != entry.Version {
		w.Errorf("roster version went from %d to %d", entry.Version, version)
	}
	w.numbered(w.since(w.a, room.Ref, 0), 1, 1)
	found, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	if found.Left() < longTTL/2 {
		w.Errorf("only %v left", found.Left())
	}
}

func testRoomsAreApart(w *world) {
	room := w.light(rooms.Lighting{Seats: 1})
	other := rooms.NewName()
	twin := w.light(rooms.Lighting{Name: other, Seats: 1})
	watch := w.watch(w.b)
	// The same seat in both rooms: they share nothing of it.
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	_, err := w.a.Enter(w.ctx, other, ann, longLease, 0)
	w.ok(err)
	w.post(w.a, twin.Ref, ann, "there")
	w.post(w.a, twin.Ref, ann, "there")
	if seq := w.post(w.a, room.Ref, ann, "here"); seq != 1 {
		w.Errorf("the first message is number %d", seq)
	}
	w.ok(w.a.Destroy(w.ctx, twin.Ref, ann))
	w.post(w.a, room.Ref, ann, "still here")
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	if e := watch.next(rooms.Message); e.Text != "still here" || e.Epoch != room.Epoch {
		w.Errorf("event is %+v", e)
	}
	// A right epoch under the wrong name opens nothing.
	mixed := rooms.Ref{Name: w.name, Epoch: twin.Epoch}
	w.allReturn(w.ctx, byRef, w.a, mixed, ann, rooms.ErrNoRoom)
}
