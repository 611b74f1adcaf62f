package storetest

import (
	"errors"
	"fmt"
	"time"

	"wick/rooms"
)

var dropTests = []test{
	{"what was offered waits in the room, for everybody to see", testOffered},
	{"a room has one drop", testOneDrop},
	{"one of many claims holds, until it is given up or lapses", testClaims},
	{"a claim that is renewed does not lapse", testRenewedClaim},
	{"of many takers one takes it, and the room is gone", testTakenOnce},
	{"taking again with the same claim has taken it, with another has not", testTakenAgain},
	{"without a claim nothing is taken", testNothingToTake},
	{"what tells of a taking goes with a new room, and at the deadline", testTakingEnds},
}

// dropped puts and offers a blob.
func (w *world) dropped(room rooms.Room, size int) (rooms.Drop, []byte) {
	w.Helper()
	all := w.put(room, "secret", size)
	from := rooms.Seat{Alias: "ann", Identity: "ann's key", Keyed: true}.Tagged(room.Epoch)
	d := rooms.Drop{Blob: "secret", Size: int64(size), From: from, For: "bob's"}
	w.ok(w.a.Offer(w.ctx, room.Ref, d))
	return d, all
}

// same checks a drop, but for its time.
func (w *world) same(got *rooms.Drop, want rooms.Drop) {
	w.Helper()
	if got == nil {
		w.Fatal("there is no drop")
	}
	d := *got
	d.Time = time.Time{}
	if d != want || got.Time.IsZero() {
		w.Errorf("the drop is %+v, want %+v", *got, want)
	}
}

func testOffered(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	w.enter(w.a, newSeat("A", "early"))
	watch.next(rooms.Joined)
	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	if pulse.Drop != nil || room.Drop != nil {
		w.Error("something waits in a new room")
	}
	d, all := w.dropped(room, rooms.ChunkSize+100)
	e := watch.next(rooms.Dropped)
	w.same(e.Drop, d)
	if e.From != d.From || e.Epoch != room.Epoch || !e.Time.Equal(e.Drop.Time) {
		w.Errorf("published %+v", e)
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	w.same(found.Drop, d)
	w.same(w.enter(w.b, newSeat("B", "late")).Room.Drop, d)
	pulse, err = w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	w.same(pulse.Drop, d)
	w.holds(w.b, room, d.Blob, all)
}

func testOneDrop(w *world) {
	room := w.light(rooms.Lighting{})
	d, _ := w.dropped(room, 10)
	w.ok(w.b.Offer(w.ctx, room.Ref, d)) // as after a lost reply
	other := d
	other.Blob = "another"
	w.is(w.b.Offer(w.ctx, room.Ref, other), rooms.ErrDropped)
	found, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	w.same(found.Drop, d)
}

func testClaims(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	d, _ := w.dropped(room, 10)
	errs := together(many, func(i int) error {
		_, err := w.handle(i).Claim(w.ctx, room.Ref, fmt.Sprint("claim ", i), longLease)
		return err
	})
	if n := w.winners(errs, rooms.ErrClaimed); n != 1 {
		w.Fatalf("%d claims hold", n)
	}
	for i, err := range errs {
		if err != nil {
			w.ok(w.b.Unclaim(w.ctx, room.Ref, fmt.Sprint("claim ", i))) // not its own: nothing happens
		}
	}
	_, err := w.b.Claim(w.ctx, room.Ref, "next", longLease)
	w.is(err, rooms.ErrClaimed)
	for i, err := range errs {
		if err == nil {
			w.ok(w.b.Unclaim(w.ctx, room.Ref, fmt.Sprint("claim ", i)))
		}
	}
	got, err := w.b.Claim(w.ctx, room.Ref, "next", shortLease)
	w.ok(err)
	w.same(&got, d)
	w.wait(time.Now().Add(shortLease))
	_, err = w.a.Claim(w.ctx, room.Ref, "last", longLease)
	w.ok(err)
	w.is(w.b.Take(w.ctx, room.Ref, "next", newSeat("B", "bob")), rooms.ErrClaimed)
}

func testRenewedClaim(w *world) {
	room := w.light(rooms.Lighting{})
	w.dropped(room, 10)
	_, err := w.a.Claim(w.ctx, room.Ref, "mine", shortLease)
	w.ok(err)
	_, err = w.a.Claim(w.ctx, room.Ref, "mine", longLease)
	w.ok(err)
	w.wait(time.Now().Add(shortLease))
	_, err = w.b.Claim(w.ctx, room.Ref, "another", longLease)
	w.is(err, rooms.ErrClaimed)
}

func testTakenOnce(w *world) {
	const many = 50
	room := w.light(rooms.Lighting{})
	here, there := w.watch(w.a), w.watch(w.b)
	d, _ := w.dropped(room, 3*rooms.ChunkSize)
	here.next(rooms.Dropped)
	there.next(rooms.Dropped)
	seats := make([]rooms.Seat, many)
	errs := together(many, func(i int) error {
		s, claim := w.handle(i), fmt.Sprint("claim ", i)
		seats[i] = newSeat("A", fmt.Sprint("taker", i))
		seats[i].Keyed = true
		for {
			_, err := s.Claim(w.ctx, room.Ref, claim, longLease)
			switch {
			case errors.Is(err, rooms.ErrClaimed):
				continue // somebody else is at it, and may break off
			case err != nil:
				return err
			}
			if _, err := s.Chunk(w.ctx, room.Ref, d.Blob, i%3); err != nil {
				return err
			}
			if i%2 == 1 { // breaks off
				return errors.Join(s.Unclaim(w.ctx, room.Ref, claim), rooms.ErrNoRoom)
			}
			return s.Take(w.ctx, room.Ref, claim, seats[i])
		}
	})
	if n := w.winners(errs, rooms.ErrNoRoom); n != 1 {
		w.Fatalf("%d have taken it", n)
	}
	for i, err := range errs {
		if err != nil {
			continue
		}
		by := rooms.Seat{Alias: seats[i].Alias, Identity: seats[i].Identity, Keyed: true}.Tagged(room.Epoch)
		for _, watch := range []*reader{here, there} {
			if e := watch.next(rooms.Taken); e.From != by || e.Epoch != room.Epoch || !e.Deadline.Equal(room.Ends) || e.Seq != 0 {
				w.Errorf("published %+v", e)
			}
		}
		for _, s := range []rooms.Store{w.a, w.b} {
			taking, err := s.Taking(w.ctx, w.name)
			w.ok(err)
			if taking.By != by || taking.Epoch != room.Epoch || time.Until(taking.Time).Abs() > skew {
				w.Errorf("taken: %+v", taking)
			}
			_, err = s.Find(w.ctx, w.name)
			w.is(err, rooms.ErrNoRoom)
			w.allReturn(w.ctx, byRef, s, room.Ref, seats[i], rooms.ErrNoRoom)
		}
	}
	n, err := w.b.Remains(w.ctx, room.Ref)
	w.ok(err)
	if n != 0 {
		w.Errorf("%d things remain of the room", n)
	}
}

func testTakenAgain(w *world) {
	room := w.light(rooms.Lighting{})
	w.dropped(room, 10)
	bob := newSeat("B", "bob")
	_, err := w.a.Claim(w.ctx, room.Ref, "mine", longLease)
	w.ok(err)
	w.is(w.b.Take(w.ctx, room.Ref, "another", bob), rooms.ErrClaimed)
	w.ok(w.a.Take(w.ctx, room.Ref, "mine", bob))
	for _, s := range []rooms.Store{w.a, w.b} { // as after a lost reply
		w.ok(s.Take(w.ctx, room.Ref, "mine", bob))
		w.is(s.Take(w.ctx, room.Ref, "another", bob), rooms.ErrNoRoom)
	}
}

func testNothingToTake(w *world) {
	room := w.light(rooms.Lighting{})
	bob := newSeat("B", "bob")
	_, err := w.a.Claim(w.ctx, room.Ref, "mine", longLease)
	w.is(err, rooms.ErrNoDrop)
	w.is(w.a.Take(w.ctx, room.Ref, "mine", bob), rooms.ErrNoDrop)
	w.put(room, "secret", 10) // not offered yet
	_, err = w.b.Claim(w.ctx, room.Ref, "mine", longLease)
	w.is(err, rooms.ErrNoDrop)
	w.ok(w.b.Unclaim(w.ctx, room.Ref, "mine"))
	_, err = w.b.Taking(w.ctx, w.name)
	w.is(err, rooms.ErrNoRoom)
	w.dropped(room, 10)
	w.is(w.b.Take(w.ctx, room.Ref, "mine", bob), rooms.ErrClaimed)
	w.ok(w.b.Destroy(w.ctx, room.Ref, bob))
	_, err = w.b.Taking(w.ctx, w.name) // it was not taken
	w.is(err, rooms.ErrNoRoom)
	w.clean(w.name)
}

func testTakingEnds(w *world) {
	take := func(room rooms.Room) {
		w.Helper()
		w.dropped(room, 10)
		_, err := w.a.Claim(w.ctx, room.Ref, "mine", longLease)
		w.ok(err)
		w.ok(w.b.Take(w.ctx, room.Ref, "mine", newSeat("B", "bob")))
		_, err = w.a.Taking(w.ctx, w.name)
		w.ok(err)
	}
	take(w.light(rooms.Lighting{TTL: 10 * shortTTL}))
	again := w.light(rooms.Lighting{TTL: 10 * shortTTL})
	_, err := w.b.Taking(w.ctx, w.name)
	w.is(err, rooms.ErrNoRoom)
	take(again)
	w.wait(again.Deadline)
	for _, s := range []rooms.Store{w.a, w.b} {
		_, err = s.Taking(w.ctx, w.name)
		w.is(err, rooms.ErrNoRoom)
	}
	if w.h.Remains == nil {
		return
	}
	for { // a sweep deletes it
		if left := w.h.Remains(w.T, w.a, w.name); len(left) == 0 {
			return
		}
		w.wait(time.Now())
	}
}
