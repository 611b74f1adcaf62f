package storetest

import (
	"fmt"
	"time"

	"wick/rooms"
)

var burningTests = []test{
	{"a message keeps its recipient and how long it burns", testAsAddressed},
	{"a lost message is restored with its recipient and how long it burns", testRestoredWords},
	{"a message that burns lasts until somebody reveals it", testUnrevealed},
	{"the first reveal sets the deadline, for everybody", testRevealed},
	{"of many messages each burns in time", testManyDeadlines},
	{"a burnt message keeps its place in the order", testBurntKeepsPlace},
	{"a beat tells that a message burns", testBeatTellsOfBurns},
	{"only a message that is there can be revealed", testNothingToReveal},
	{"typing is published and not kept", testTyping},
}

// shortBurn is how long messages burn if a test waits for the end.
const shortBurn = time.Second

// say appends a message and returns it as the history has it.
func (w *world) say(s rooms.Store, ref rooms.Ref, seat rooms.Seat, said rooms.Words) rooms.Event {
	w.Helper()
	seq, err := s.Append(w.ctx, ref, seat, said)
	w.ok(err)
	events := w.since(s, ref, seq-1)
	if len(events) == 0 || events[0].Seq != seq {
		w.Fatalf("message %d is not in the history", seq)
	}
	return events[0]
}

func burns(id string) rooms.Words {
	return rooms.Words{ID: id, Text: rooms.Text("burns: " + id), Burn: rooms.MinBurn}
}

// alike reports whether two messages are the same, recipients included.
func alike(a, b rooms.Event) bool {
	words := a.Words() == b.Words()
	a.To, b.To = nil, nil
	return words && a == b
}

func testAsAddressed(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	for i, said := range []rooms.Words{
		{Text: "for all"},
		{Text: "for bob", To: "identity \x00\xff:|", ToAlias: "bób"},
		{Text: "burns", Burn: rooms.MaxBurn},
		{Text: "", To: "bob", ToAlias: "", Burn: 1500 * time.Millisecond},
	} {
		said.ID = fmt.Sprint(i)
		kept := w.say(w.a, room.Ref, ann, said)
		if kept.Words() != said || kept.From != ann || kept.Burnt || !kept.Deadline.IsZero() {
			w.Errorf("said %+v, history has %+v", said, kept)
		}
		if e := watch.next(rooms.Message); !alike(e, kept) {
			w.Errorf("published %+v, history has %+v", e, kept)
		}
		entry, err := w.b.Enter(w.ctx, w.name, ann, longLease, uint64(i))
		w.ok(err)
		if len(entry.History) != 1 || !alike(entry.History[0], kept) {
			w.Errorf("on entering the history is %+v, then %+v", entry.History, kept)
		}
	}
}

func testRestoredWords(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	said := rooms.Words{ID: "lost", Text: "psst", To: "bob's", ToAlias: "bob", Burn: time.Minute}
	w.ok(w.a.Restore(w.ctx, room.Ref, rooms.Event{Epoch: room.Epoch, Seq: 7, From: ann}.Say(said)))
	if events := w.since(w.b, room.Ref, 0); len(events) != 1 || events[0].Words() != said || events[0].From != ann {
		w.Errorf("restored as %+v", events)
	}
}

func testUnrevealed(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	said := burns("one")
	said.Burn = shortBurn
	kept := w.say(w.a, room.Ref, ann, said)
	w.wait(time.Now().Add(2 * shortBurn))
	if events := w.since(w.b, room.Ref, 0); len(events) != 1 || events[0] != kept {
		w.Errorf("history is %+v, want %+v", events, kept)
	}
}

func testRevealed(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	kept := w.say(w.a, room.Ref, ann, burns("one"))
	other := w.say(w.a, room.Ref, ann, burns("two"))
	here, there := w.watch(w.a), w.watch(w.b)
	before := time.Now()
	end, err := w.b.Reveal(w.ctx, room.Ref, rooms.Seat{}, kept, shortBurn)
	w.ok(err)
	w.ends(end, before, shortBurn)
	for _, watch := range []*reader{here, there} {
		e := watch.next(rooms.Revealed)
		if e.Seq != 1 || e.ID != "one" || e.From != ann || e.Burn != rooms.MinBurn || e.Text != "" || e.Epoch != room.Epoch {
			w.Errorf("published %+v", e)
		}
		w.ends(e.Deadline, before, shortBurn)
	}
	// A later reveal changes nothing.
	again, err := w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, kept, longTTL)
	w.ok(err)
	w.ends(again, before, shortBurn)
	if e := w.since(w.a, room.Ref, 0)[0]; e.Text == kept.Text {
		w.ends(e.Deadline, before, shortBurn)
	} else if !e.Burnt {
		w.Errorf("history has %+v", e)
	}
	entry := w.enter(w.b, newSeat("B", "late"))
	if e := entry.History[0]; e.Text == kept.Text {
		w.ends(e.Deadline, before, shortBurn)
	}
	here.next(rooms.Joined)
	there.next(rooms.Joined)

	w.wait(end)
	for _, s := range []rooms.Store{w.a, w.b} {
		events := w.since(s, room.Ref, 0)
		w.numbered(events, 1, 2)
		if e := events[0]; !e.Burnt || e.Text != "" || e.ID != "one" || e.From != ann || e.Burn != kept.Burn || !e.Time.Equal(kept.Time) {
			w.Errorf("what burned is %+v", e)
		}
		if events[1] != other {
			w.Errorf("what nobody looked at is %+v", events[1])
		}
	}
	for _, watch := range []*reader{here, there} {
		if e := watch.next(rooms.Message); e.Seq != 1 || !e.Burnt || e.Text != "" || e.ID != "one" {
			w.Errorf("published %+v", e)
		}
	}
	_, err = w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, kept, longTTL)
	w.is(err, rooms.ErrBurnt)
}

func testManyDeadlines(w *world) {
	const many = 12
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	all := make([]rooms.Event, many)
	for i := range all {
		all[i] = w.say(w.a, room.Ref, ann, burns(fmt.Sprint(i)))
	}
	// The odd ones get a late deadline, then an earlier one; each even one has
	// its own.
	ends := make([]time.Time, many)
	w.allOK(together(many, func(i int) (err error) {
		left := longTTL
		if i%2 == 0 {
			left = time.Duration(i+1) * shortBurn / 4
		}
		ends[i], err = w.handle(i).Reveal(w.ctx, room.Ref, rooms.Seat{}, all[i], left)
		return err
	}))
	w.wait(ends[many-2])
	for i, e := range w.since(w.b, room.Ref, 0) {
		if e.Burnt != (i%2 == 0) || e.Burnt == (e.Text != "") {
			w.Errorf("message %d is %+v", i, e)
		}
	}
	for i := 1; i < many; i += 2 {
		_, err := w.handle(i).Reveal(w.ctx, room.Ref, rooms.Seat{}, all[i], 0)
		w.ok(err)
	}
	for i, e := range w.since(w.b, room.Ref, 0) {
		if !e.Burnt || e.Text != "" {
			w.Errorf("message %d is %+v", i, e)
		}
	}
}

func testBurntKeepsPlace(w *world) {
	const keep = 3
	room := w.light(rooms.Lighting{History: keep})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	first := w.say(w.a, room.Ref, ann, burns("first"))
	_, err := w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, first, 0)
	w.ok(err)
	w.post(w.a, room.Ref, ann, "second")
	third := w.say(w.a, room.Ref, ann, burns("third"))
	end, err := w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, third, shortBurn)
	w.ok(err)
	w.numbered(w.since(w.b, room.Ref, 0), 1, 3)
	n, err := w.b.Resolve(w.ctx, room.Ref, "first")
	w.ok(err)
	if n != 1 {
		w.Errorf("what burned is found as number %d", n)
	}
	w.ok(w.b.Restore(w.ctx, room.Ref, first)) // it is not added again
	w.numbered(w.since(w.b, room.Ref, 0), 1, 3)
	for range keep { // both are dropped from the history, one with its deadline set
		w.post(w.a, room.Ref, ann, "more")
	}
	w.wait(end)
	for i, e := range w.since(w.b, room.Ref, 0) {
		if e.Seq != uint64(i+4) || e.Text != "more" || e.Burnt {
			w.Errorf("message %d is %+v", i+4, e)
		}
	}
	_, err = w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, third, shortBurn)
	w.is(err, rooms.ErrBurnt)
}

func testBeatTellsOfBurns(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	var last uint64
	changed := func(want bool) {
		w.Helper()
		pulse, err := w.b.Beat(w.ctx, room.Ref, "B", longLease, rooms.Known{})
		w.ok(err)
		if (pulse.Burns != last) != want {
			w.Errorf("a beat tells %d after %d", pulse.Burns, last)
		}
		last = pulse.Burns
	}
	kept := w.say(w.a, room.Ref, ann, burns("one"))
	changed(false)
	end, err := w.a.Reveal(w.ctx, room.Ref, rooms.Seat{}, kept, shortBurn)
	w.ok(err)
	changed(true)
	w.wait(end)
	changed(true)
	changed(false)
}

func testNothingToReveal(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	_, err := w.b.Reveal(w.ctx, room.Ref, rooms.Seat{}, rooms.Event{ID: "never"}.Say(burns("never")), shortBurn)
	w.is(err, rooms.ErrBurnt)
	kept := w.say(w.a, room.Ref, ann, burns("one"))
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	_, err = w.b.Reveal(w.ctx, room.Ref, rooms.Seat{}, kept, shortBurn)
	w.is(err, rooms.ErrNoRoom)
	w.is(w.b.Typing(w.ctx, room.Ref, ann), rooms.ErrNoRoom)
	w.clean(w.name)
}

func testTyping(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	watch := w.watch(w.b)
	w.ok(w.a.Typing(w.ctx, room.Ref, ann))
	if e := watch.next(rooms.Typing); e.From != ann || e.Seq != 0 || e.Roster != 0 || e.Epoch != room.Epoch {
		w.Errorf("published %+v", e)
	}
	w.numbered(w.since(w.a, room.Ref, 0), 1, 0)
	if seq := w.post(w.a, room.Ref, ann, "done"); seq != 1 {
		w.Errorf("the message has number %d", seq)
	}
}
