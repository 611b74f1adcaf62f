package storetest

import (
	"errors"
	"fmt"

	"wick/rooms"
)

var seatTests = []test{
	{"entering returns the whole room", testEntering},
	{"places hold under concurrent entry", testPlacesRace},
	{"one network leaves seats to others", testNetworks},
	{"of many who enter from one network a bounded number gets in", testNetworkRace},
	{"entering again confirms the seat", testConfirmed},
	{"a later state of a seat is published again", testLaterRevision},
	{"leaving frees the place and the alias", testLeaving},
	{"presence events add up to the roster", testChurn},
}

func testEntering(w *world) {
	room := w.light(rooms.Lighting{Seats: 3, Owner: "owner"})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bób-火_1.x")
	first := w.enter(w.a, ann)
	w.sameSeats(first.Roster, ann)
	if first.Seq != 0 || len(first.History) != 0 || first.Version == 0 {
		w.Errorf("the first entry is %+v", first)
	}
	for i := range 5 {
		w.post(w.a, room.Ref, ann, fmt.Sprint(i+1))
	}
	second, err := w.b.Enter(w.ctx, w.name, bob, longLease, 0)
	w.ok(err)
	w.sameSeats(second.Roster, ann, bob)
	w.numbered(second.History, 1, 5)
	if second.Seq != 5 || second.Version != first.Version+1 {
		w.Errorf("newest %d, roster version %d after %d", second.Seq, second.Version, first.Version)
	}
	for i, e := range second.History {
		if e.From != ann || string(e.Text) != fmt.Sprint(i+1) || e.Kind != rooms.Message || e.Epoch != room.Epoch {
			w.Errorf("history holds %+v", e)
		}
	}
	got := second.Room
	got.Deadline, got.Clock = room.Deadline, room.Clock
	if got != room {
		w.Errorf("entered %+v, want %+v", got, room)
	}
	// A process that knows the beginning asks for the rest only.
	third, err := w.a.Enter(w.ctx, w.name, newSeat("A", "cid"), longLease, 3)
	w.ok(err)
	w.numbered(third.History, 4, 5)
	if third.Seq != 5 {
		w.Errorf("newest %d", third.Seq)
	}
	if _, err := w.a.Enter(w.ctx, w.name, newSeat("A", "dan"), longLease, 0); !errors.Is(err, rooms.ErrFull) {
		w.Errorf("entering the full room answers %v", err)
	}
}

func testPlacesRace(w *world) {
	const many, places = 40, 10
	room := w.light(rooms.Lighting{Seats: places})
	entries := make([]rooms.Entry, many)
	errs := together(many, func(i int) (err error) {
		entries[i], err = w.handle(i).Enter(w.ctx, w.name, newSeat([]string{"A", "B"}[i%2], fmt.Sprint("guest", i)), longLease, 0)
		return err
	})
	if n := w.winners(errs, rooms.ErrFull); n != places {
		w.Errorf("%d entered %d places", n, places)
	}
	if roster, _ := w.roster(room.Ref); len(roster) != places {
		w.Errorf("%d sit on %d places", len(roster), places)
	}
	// Each entry saw the room at a moment of its own.
	byVersion := map[uint64]int{}
	for i, err := range errs {
		if err == nil {
			byVersion[entries[i].Version] = len(entries[i].Roster)
		}
	}
	if len(byVersion) != places {
		w.Errorf("%d entries have %d roster versions", places, len(byVersion))
	}
	sizes := map[int]bool{}
	for _, n := range byVersion {
		sizes[n] = true
	}
	if len(sizes) != places {
		w.Errorf("%d entries saw %d sizes of the roster", places, len(sizes))
	}
}

// from returns a new seat of somebody in a network.
func from(network, node, alias string) rooms.Seat {
	seat := newSeat(node, alias)
	seat.Network, seat.Rev = network, 1
	return seat
}

func testNetworks(w *world) {
	room := w.light(rooms.Lighting{Seats: 16})
	var seats []rooms.Seat
	fill := func(network string, want int) {
		w.Helper()
		for n := 0; ; n++ {
			seat := from(network, []string{"A", "B"}[n%2], fmt.Sprint(network, n))
			_, err := w.handle(n).Enter(w.ctx, w.name, seat, longLease, 0)
			if err != nil {
				if w.is(err, rooms.ErrNetworkFull); n != want {
					w.Errorf("%d got in from network %s, want %d", n, network, want)
				}
				return
			}
			seats = append(seats, seat)
		}
	}
	fill("one", 12) // and 4 are free
	// Somebody who sits there, or takes a lost seat again, does not count twice.
	w.enter(w.a, seats[0])
	w.ok(w.b.Leave(w.ctx, room.Ref, seats[0]))
	w.enter(w.a, newSeat("A", "of no network"))
	again := seats[0]
	again.Rev = 2
	w.enter(w.a, again)
	w.is(enterOnly(w, from("one", "A", "more")), rooms.ErrNetworkFull)
	// A household is never refused.
	for i := range 3 {
		w.enter(w.b, from("two", "B", fmt.Sprint("two", i)))
	}
	w.is(enterOnly(w, from("two", "B", "last")), rooms.ErrFull)
	roster, _ := w.roster(room.Ref)
	for _, s := range roster {
		if s.Alias == "two0" && s.Network == "" {
			w.Error("the roster does not tell of what network a seat is")
		}
	}
}

func enterOnly(w *world, seat rooms.Seat) error {
	_, err := w.a.Enter(w.ctx, w.name, seat, longLease, 0)
	return err
}

func testNetworkRace(w *world) {
	w.light(rooms.Lighting{Seats: 20})
	errs := together(40, func(i int) error {
		_, err := w.handle(i).Enter(w.ctx, w.name, from("one", []string{"A", "B"}[i%2], fmt.Sprint("guest", i)), longLease, 0)
		return err
	})
	if n := w.winners(errs, rooms.ErrNetworkFull); n != 15 {
		w.Errorf("%d of 20 seats were given to one network", n)
	}
}

func testConfirmed(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	ann, bob := newSeat("A", "ann"), newSeat("A", "bob")
	w.enter(w.a, ann)
	watch := w.watch(w.b)
	first := w.enter(w.a, bob) // takes the last place
	w.post(w.a, room.Ref, ann, "hi")
	errs := together(8, func(i int) error {
		entry, err := w.handle(i).Enter(w.ctx, w.name, bob, longLease, 0)
		if err == nil && (len(entry.Roster) != 2 || entry.Version != first.Version || len(entry.History) != 1) {
			err = fmt.Errorf("confirmed as %+v", entry)
		}
		return err
	})
	w.allOK(errs)
	w.ok(w.a.Leave(w.ctx, room.Ref, bob))
	// One Joined was published for bob, and one Leave was enough.
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	if e := watch.next(rooms.Left); e.Roster != first.Version+1 {
		w.Errorf("event is %+v", e)
	}
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann)
}

// testLaterRevision has a process take a seat again that others saw given up.
func testLaterRevision(w *world) {
	w.light(rooms.Lighting{Seats: 2})
	ann := newSeat("A", "ann")
	first := w.enter(w.a, ann)
	watch := w.watch(w.b)
	ann.Rev++
	entry := w.enter(w.a, ann)
	w.sameSeats(entry.Roster, ann)
	if e := watch.next(rooms.Joined); e.From != ann || e.Roster != first.Version+1 || entry.Version != e.Roster {
		w.Errorf("event is %+v, entered at roster version %d after %d", e, entry.Version, first.Version)
	}
}

func testLeaving(w *world) {
	room := w.light(rooms.Lighting{Seats: 2})
	watch := w.watch(w.b)
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	entry := w.enter(w.b, bob)
	for i := range 3 { // a seat that is gone already is not an error, and not published again
		w.ok(w.handle(i).Leave(w.ctx, room.Ref, bob))
	}
	again := newSeat("A", "bob")
	w.enter(w.a, again)
	watch.next(rooms.Joined)
	watch.next(rooms.Joined)
	left := watch.next(rooms.Left)
	if left.From != bob || left.Roster != entry.Version+1 || left.Epoch != room.Epoch || left.Seq != 0 {
		w.Errorf("event is %+v", left)
	}
	if e := watch.next(rooms.Joined); e.From != again || e.Roster != entry.Version+2 {
		w.Errorf("event is %+v", e)
	}
	// Giving it up again does not give up the later seat of the same alias.
	w.ok(w.b.Leave(w.ctx, room.Ref, bob))
	roster, _ := w.roster(room.Ref)
	w.sameSeats(roster, ann, again)
	w.ok(w.b.Leave(w.ctx, room.Ref, ann))
	w.ok(w.b.Leave(w.ctx, room.Ref, again))
	roster, _ = w.roster(room.Ref)
	w.sameSeats(roster)
	if _, err := w.a.Find(w.ctx, w.name); err != nil {
		w.Errorf("a room that everybody left answers %v; it burns on until its deadline", err)
	}
}

// testChurn has guests come, rename and go, while a reader of the feed keeps the
// roster by the events alone.
func testChurn(w *world) {
	const guests, rounds, places = 12, 8, 5
	room := w.light(rooms.Lighting{Seats: places})
	watch := w.watch(w.b)
	errs := together(guests, func(i int) error {
		s := w.handle(i)
		for round := range rounds {
			seat := newSeat("A", fmt.Sprintf("guest%d-%d", i, round))
			_, err := s.Enter(w.ctx, w.name, seat, longLease, 0)
			if errors.Is(err, rooms.ErrFull) {
				continue
			}
			if err != nil {
				return err
			}
			if err := s.Rename(w.ctx, room.Ref, seat, fmt.Sprintf("later%d-%d", i, round)); err != nil {
				return err
			}
			if round == rounds-1 && i < 2 {
				break // some stay
			}
			if err := s.Leave(w.ctx, room.Ref, seat); err != nil {
				return err
			}
		}
		return nil
	})
	w.allOK(errs)
	want, newest := w.roster(room.Ref)

	in := map[string]rooms.Seat{}
	var version uint64
	for version < newest {
		e, err := watch.read(w.ctx)
		w.ok(err)
		if version != 0 && e.Roster != version+1 {
			w.Fatalf("roster version %d follows %d", e.Roster, version)
		}
		version = e.Roster
		was, sat := in[e.From.ID]
		switch {
		case e.Kind == rooms.Joined && !sat:
			in[e.From.ID] = e.From
		case e.Kind == rooms.Renamed && sat && e.Was == was.Alias:
			in[e.From.ID] = e.From
		case e.Kind == rooms.Left && sat && e.From == was:
			delete(in, e.From.ID)
		default:
			w.Fatalf("%+v happened to %+v", e, was)
		}
		if len(in) > places {
			w.Fatalf("%d sit on %d places", len(in), places)
		}
	}
	var got []rooms.Seat
	for _, s := range in {
		got = append(got, s)
	}
	w.sameSeats(got, want...)
}
