package storetest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"wick/rooms"
)

var endingTests = []test{
	{"a room is gone at its deadline", testBurnsOut},
	{"whatever touches a burned-out room first finds nothing and leaves nothing", testFirstTouch},
	{"reaping waits for the deadline", testReaping},
	{"a destroyed room is gone at once", testDestroyed},
	{"destroying leaves nothing, even under load", testDestroyedInUse},
	{"burning out leaves nothing, even under load", testBurnedOutInUse},
	{"a countdown can be shortened, and that is published", testShortened},
	{"a countdown is never extended", testNeverExtended},
	{"of many who shorten the shortest counts", testShortenRace},
	{"after its end nothing remains of a room", testRemains},
}

// use puts everything into the room that a room can hold.
func (w *world) use(room rooms.Room) rooms.Seat {
	w.Helper()
	ann := newSeat("A", "ann")
	for _, seat := range []rooms.Seat{ann, newSeat("B", "bob")} {
		_, err := w.a.Enter(w.ctx, room.Name, seat, longLease, 0)
		w.ok(err)
		for range 3 {
			w.post(w.b, room.Ref, seat, "hi")
		}
	}
	_, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	w.there(room.Name)
	return ann
}

func testBurnsOut(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{TTL: shortTTL})
	w.ends(room.Deadline, before, shortTTL)
	w.wait(room.Deadline)
	for _, s := range []rooms.Store{w.a, w.b} {
		_, err := s.Find(w.ctx, w.name)
		w.is(err, rooms.ErrNoRoom)
	}
	w.clean(w.name)
	if again := w.light(rooms.Lighting{}); again.Epoch == room.Epoch {
		w.Error("the same epoch twice")
	}
}

func testFirstTouch(w *world) {
	ops := append(slices.Clone(byRef), byName[1], byName[2]) // find and enter
	burned := make([]rooms.Room, len(ops))
	seats := make([]rooms.Seat, len(ops))
	for i := range ops {
		burned[i] = w.light(rooms.Lighting{Name: rooms.NewName()})
		seats[i] = w.use(burned[i])
	}
	for i := range burned {
		room, err := w.a.Shorten(w.ctx, burned[i].Ref, seats[i], shortTTL)
		w.ok(err)
		burned[i] = room
	}
	w.wait(burned[len(burned)-1].Deadline)
	for i, o := range ops {
		w.allReturn(w.ctx, []op{o}, w.handle(i), burned[i].Ref, seats[i], rooms.ErrNoRoom)
		w.clean(burned[i].Name)
	}
}

func testReaping(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{})
	ann := w.use(room)
	for _, s := range []rooms.Store{w.a, w.b} {
		asked := time.Now()
		left, err := s.Reap(w.ctx, room.Ref)
		w.ok(err)
		w.ends(asked.Add(left), before, longTTL)
	}
	w.numbered(w.since(w.a, room.Ref, 0), 1, 6)
	if roster, _ := w.roster(room.Ref); len(roster) != 2 {
		w.Errorf("roster is %+v", roster)
	}
	w.there(w.name)

	room, err := w.a.Shorten(w.ctx, room.Ref, ann, shortTTL)
	w.ok(err)
	w.wait(room.Deadline)
	left, err := w.b.Reap(w.ctx, room.Ref)
	w.ok(err)
	if left != 0 {
		w.Errorf("%v left after the deadline", left)
	}
	w.clean(w.name)
	for _, s := range []rooms.Store{w.a, w.b} { // many servers reap the same room
		left, err := s.Reap(w.ctx, room.Ref)
		w.ok(err)
		if left != 0 {
			w.Errorf("%v left of a room that is gone", left)
		}
	}
	w.allReturn(w.ctx, byRef, w.a, room.Ref, ann, rooms.ErrNoRoom)
	w.clean(w.name)
}

func testDestroyed(w *world) {
	room := w.light(rooms.Lighting{})
	here, there := w.watch(w.a), w.watch(w.b)
	ann := w.use(room)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	w.clean(w.name)
	for _, watch := range []*reader{here, there} {
		for {
			e, err := watch.read(w.ctx)
			w.ok(err)
			if e.Kind == rooms.Joined || e.Kind == rooms.Message {
				continue
			}
			want := rooms.Event{Kind: rooms.Destroyed, Epoch: room.Epoch, Seq: 6, Time: e.Time, From: rooms.Seat{Alias: "ann"}, Deadline: room.Ends}
			if e != want {
				w.Errorf("event is %+v, want %+v", e, want)
			}
			break
		}
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		w.allReturn(w.ctx, byRef, s, room.Ref, ann, rooms.ErrNoRoom)
		_, err := s.Find(w.ctx, w.name)
		w.is(err, rooms.ErrNoRoom)
		_, err = s.Enter(w.ctx, w.name, ann, longLease, 0)
		w.is(err, rooms.ErrNoRoom)
		left, err := s.Reap(w.ctx, room.Ref)
		w.ok(err)
		if left != 0 {
			w.Errorf("%v left of a destroyed room", left)
		}
	}
	w.clean(w.name)
}

// inUse has many use the room until it is gone for each of them, and runs meanwhile
// once all are in.
func (w *world) inUse(room rooms.Room, meanwhile func() error) {
	w.Helper()
	const users = 8
	in := make(chan struct{}, users)
	errs := together(users+1, func(i int) error {
		if i == users {
			for range users {
				select {
				case <-in:
				case <-w.ctx.Done():
					return w.ctx.Err()
				}
			}
			return meanwhile()
		}
		s := w.handle(i)
		node := fmt.Sprint("node", i%3)
		seat := newSeat(node, fmt.Sprint("guest", i))
		for n := 0; ; n++ {
			_, err := s.Enter(w.ctx, w.name, seat, longLease, 0)
			for range 5 {
				if err == nil {
					_, err = s.Append(w.ctx, room.Ref, seat, rooms.Words{ID: rand.Text(), Text: "hi"})
				}
			}
			if err == nil {
				err = s.Rename(w.ctx, room.Ref, seat, fmt.Sprintf("guest%d-%d", i, n%rooms.MaxNamesEach/2))
			}
			if err == nil {
				_, err = s.Beat(w.ctx, room.Ref, node, longLease, rooms.Known{})
			}
			if err == nil {
				err = s.Leave(w.ctx, room.Ref, seat)
			}
			if errors.Is(err, rooms.ErrNoRoom) {
				return nil
			}
			if err != nil {
				return err
			}
			if n == 0 {
				in <- struct{}{}
			}
		}
	})
	w.allOK(errs)
}

func testDestroyedInUse(w *world) {
	room := w.light(rooms.Lighting{History: 20})
	w.inUse(room, func() error { return w.b.Destroy(w.ctx, room.Ref, newSeat("B", "bob")) })
	w.clean(w.name)
}

func testBurnedOutInUse(w *world) {
	room := w.light(rooms.Lighting{History: 20})
	w.inUse(room, func() error {
		_, err := w.b.Shorten(w.ctx, room.Ref, newSeat("B", "bob"), shortTTL)
		return err
	})
	w.clean(w.name)
}

func testShortened(w *world) {
	const left = 20 * time.Second
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	before := time.Now()
	short, err := w.a.Shorten(w.ctx, room.Ref, newSeat("A", "ann"), left)
	w.ok(err)
	w.ends(short.Deadline, before, left)
	e := watch.next(rooms.Shortened)
	w.ends(short.Clock.Instant(e.Deadline), before, left)
	w.stored(short)
	want := rooms.Event{Kind: rooms.Shortened, Epoch: room.Epoch, Time: e.Time, From: rooms.Seat{Alias: "ann"}, Deadline: e.Deadline}
	if e != want {
		w.Errorf("event is %+v, want %+v", e, want)
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	w.ends(found.Deadline, before, left)
	if found.Ends != short.Ends || e.Deadline != short.Ends {
		w.Errorf("the deadline was shortened to %v, found is %v, told %v", short.Ends, found.Ends, e.Deadline)
	}
	found.Deadline, short.Deadline = room.Deadline, room.Deadline
	found.Ends, short.Ends, found.Clock, short.Clock = room.Ends, room.Ends, room.Clock, room.Clock
	if found != room || short != room {
		w.Errorf("shortening answered %+v and left %+v, want only the deadline of %+v to differ", short, found, room)
	}
	pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	w.ends(pulse.Deadline, before, left)
	entry := w.enter(w.b, newSeat("B", "bob"))
	w.ends(entry.Room.Deadline, before, left)
	asked := time.Now()
	rest, err := w.b.Reap(w.ctx, room.Ref)
	w.ok(err)
	w.ends(asked.Add(rest), before, left)
}

func testNeverExtended(w *world) {
	before := time.Now()
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	for i, left := range []time.Duration{longTTL + time.Second, 2 * longTTL, 1000 * time.Hour} {
		_, err := w.handle(i).Shorten(w.ctx, room.Ref, ann, left)
		w.is(err, rooms.ErrLonger)
	}
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	w.ends(found.Deadline, before, longTTL)
	// Nothing was published: the message follows the join.
	w.post(w.a, room.Ref, ann, "hi")
	watch.next(rooms.Joined)
	watch.next(rooms.Message)
	// A shortened countdown cannot be extended either.
	_, err = w.a.Shorten(w.ctx, room.Ref, ann, longTTL/3)
	w.ok(err)
	_, err = w.b.Shorten(w.ctx, room.Ref, ann, longTTL/2)
	w.is(err, rooms.ErrLonger)
}

func testShortenRace(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	before := time.Now()
	errs := together(many, func(i int) error {
		_, err := w.handle(i).Shorten(w.ctx, room.Ref, newSeat("A", "ann"), time.Duration(20+i)*time.Second)
		return err
	})
	w.winners(errs, rooms.ErrLonger)
	w.ok(errs[0])
	found, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	w.ends(found.Deadline, before, 20*time.Second)
}

func testRemains(w *world) {
	room := w.light(rooms.Lighting{})
	count := func() int {
		n, err := w.b.Remains(w.ctx, room.Ref)
		w.ok(err)
		return n
	}
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "hi")
	if count() == 0 {
		w.Error("nothing remains of a room that burns")
	}
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	if n := count(); n != 0 {
		w.Errorf("%d things remain of a room that was destroyed", n)
	}
	w.light(rooms.Lighting{})
	if n := count(); n != 0 {
		w.Errorf("%d things remain, when another burns under its name", n)
	}
}
