package storetest

import (
	"fmt"
	"time"

	"wick/rooms"
)

var unsayingTests = []test{
	{"a message that was taken back keeps its place and loses its text", testUnsaid},
	{"what burns can be taken back, and does not burn then", testUnsaidBurning},
	{"what has burned cannot be taken back", testBurntIsNotUnsaid},
	{"taking back a message that the history dropped is published", testUnsaidIsDropped},
	{"a message that was lost and taken back is not restored", testUnsaidIsLost},
	{"a message that was taken back is restored as such", testUnsaidIsRestored},
	{"many take back messages at once", testManyUnsaid},
}

// isTombstone checks that e is the message said, taken back.
func (w *world) isTombstone(e, said rooms.Event) {
	w.Helper()
	if e.Kind != rooms.Message || !e.Unsaid || e.Burnt || e.Text != "" || e.ID != said.ID || e.From != said.From || !e.Time.Equal(said.Time) || e.Deadline.IsZero() {
		w.Errorf("what was taken back is %+v, of %+v", e, said)
	}
}

func testUnsaid(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	w.post(w.a, room.Ref, ann, "first")
	direct := rooms.Words{ID: "two", Text: "psst", To: "bob's", ToAlias: "bob"}
	said := w.say(w.a, room.Ref, ann, direct)
	w.post(w.a, room.Ref, ann, "third")
	here, there := w.watch(w.a), w.watch(w.b)
	before, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
	w.ok(err)
	for range 2 { // the second changes nothing
		_, err := w.b.Unsay(w.ctx, room.Ref, said)
		w.ok(err)
	}
	for _, watch := range []*reader{here, there} {
		e := watch.next(rooms.Message)
		if e.Seq != 2 || e.To == nil || *e.To != *said.To {
			w.Errorf("published %+v", e)
		}
		w.isTombstone(e, said)
	}
	for _, s := range []rooms.Store{w.a, w.b} {
		events := w.since(s, room.Ref, 0)
		w.numbered(events, 1, 3)
		w.isTombstone(events[1], said)
		if events[0].Text != "first" || events[2].Text != "third" {
			w.Errorf("the others are %+v", events)
		}
	}
	w.isTombstone(w.enter(w.b, newSeat("B", "late")).History[1], said)
	after, err := w.a.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	if after.Burns != before.Burns+1 || after.Seq != 3 {
		w.Errorf("a beat tells %d after %d, and %d messages", after.Burns, before.Burns, after.Seq)
	}
	n, err := w.a.Resolve(w.ctx, room.Ref, "two")
	w.ok(err)
	if n != 2 {
		w.Errorf("it is found as number %d", n)
	}
	w.ok(w.b.Restore(w.ctx, room.Ref, said)) // it is not added again
	w.numbered(w.since(w.a, room.Ref, 0), 1, 3)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	_, err = w.b.Unsay(w.ctx, room.Ref, said)
	w.is(err, rooms.ErrNoRoom)
	w.clean(w.name)
}

func testUnsaidBurning(w *world) {
	room := w.light(rooms.Lighting{})
	ann, bob := newSeat("A", "ann"), newSeat("B", "bob")
	w.enter(w.a, ann)
	lit, dark := w.say(w.a, room.Ref, ann, burns("lit")), w.say(w.a, room.Ref, ann, burns("dark"))
	end, err := w.b.Reveal(w.ctx, room.Ref, bob, lit, 2*shortBurn)
	w.ok(err)
	for _, e := range []rooms.Event{lit, dark} {
		_, err := w.a.Unsay(w.ctx, room.Ref, e)
		w.ok(err)
		_, err = w.b.Reveal(w.ctx, room.Ref, bob, e, shortBurn)
		w.is(err, rooms.ErrBurnt)
	}
	w.wait(end)
	events := w.since(w.b, room.Ref, 0)
	w.numbered(events, 1, 2)
	w.isTombstone(events[0], lit)
	w.isTombstone(events[1], dark)
	w.looked(events[0], bob) // the sender still learns that
}

func testBurntIsNotUnsaid(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	e := w.say(w.a, room.Ref, ann, burns("one"))
	_, err := w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, e, 0)
	w.ok(err)
	_, err = w.b.Unsay(w.ctx, room.Ref, e)
	w.is(err, rooms.ErrBurnt)
	if kept := w.since(w.a, room.Ref, 0)[0]; kept.Unsaid || !kept.Burnt {
		w.Errorf("the history has %+v", kept)
	}
}

func testUnsaidIsDropped(w *world) {
	const keep = 3
	room := w.light(rooms.Lighting{History: keep})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	first := w.say(w.a, room.Ref, ann, rooms.Words{ID: "first", Text: "dropped"})
	for range keep {
		w.post(w.a, room.Ref, ann, "more")
	}
	watch := w.watch(w.b)
	_, err := w.a.Unsay(w.ctx, room.Ref, first)
	w.ok(err)
	e := watch.next(rooms.Message) // servers may have it longer than the store
	w.isTombstone(e, first)
	if e.Seq != 0 {
		w.Errorf("it is published as number %d", e.Seq)
	}
	w.numbered(w.since(w.b, room.Ref, 0), 2, 4)
}

func testUnsaidIsLost(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	lost := rooms.Event{Epoch: room.Epoch, Seq: 7, From: ann}.Say(rooms.Words{ID: "lost", Text: "gone"})
	watch := w.watch(w.b)
	_, err := w.a.Unsay(w.ctx, room.Ref, lost)
	w.ok(err)
	if e := watch.next(rooms.Message); !e.Unsaid || e.ID != "lost" || e.Seq != 0 || e.Text != "" {
		w.Errorf("published %+v", e)
	}
	w.ok(w.b.Restore(w.ctx, room.Ref, lost)) // by a server that was about to
	if events := w.since(w.b, room.Ref, 0); len(events) > 0 {
		w.Errorf("restored %+v", events)
	}
}

func testUnsaidIsRestored(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	said := rooms.Event{Epoch: room.Epoch, Seq: 7, From: ann, Time: time.Now().Truncate(time.Millisecond)}.Say(rooms.Words{ID: "lost", Text: "gone"})
	lost := said
	lost.Unsaid, lost.Deadline = true, said.Time.Add(time.Second)
	watch := w.watch(w.b)
	w.ok(w.a.Restore(w.ctx, room.Ref, lost))
	w.ok(w.b.Restore(w.ctx, room.Ref, said)) // by a server that has not heard
	w.isTombstone(watch.next(rooms.Message), said)
	events := w.since(w.b, room.Ref, 0)
	w.numbered(events, 1, 1)
	w.isTombstone(events[0], said)
	if events[0].Again != 7 {
		w.Errorf("it was number %d", events[0].Again)
	}
}

func testManyUnsaid(w *world) {
	const many = 20
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	said := make([]rooms.Event, many)
	for i := range said {
		said[i] = w.say(w.a, room.Ref, ann, rooms.Words{ID: fmt.Sprint(i), Text: "hi"})
	}
	w.allOK(together(2*many, func(i int) error {
		if i/2%2 == 1 {
			return nil
		}
		_, err := w.handle(i).Unsay(w.ctx, room.Ref, said[i/2])
		return err
	}))
	events := w.since(w.b, room.Ref, 0)
	w.numbered(events, 1, many)
	for i, e := range events {
		if e.Unsaid != (i%2 == 0) || e.Unsaid == (e.Text != "") {
			w.Errorf("message %d is %+v", i, e)
		}
	}
}
