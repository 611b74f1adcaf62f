package storetest

import (
	"fmt"

	"wick/rooms"
)

var lookingTests = []test{
	{"whoever looks at what burns is told of once, and kept", testLooked},
	{"what burns without a look has none", testNobodyLooked},
	{"looks at a message are bounded", testManyLooked},
}

// looked checks who looked at a message.
func (w *world) looked(e rooms.Event, who ...rooms.Seat) {
	w.Helper()
	var got []rooms.Look
	if e.Looks != nil {
		got = *e.Looks
	}
	if len(got) != len(who) {
		w.Errorf("%d looked at %+v, want %d", len(got), e, len(who))
		return
	}
	for i, l := range got {
		if l.By != who[i] || l.Time.IsZero() {
			w.Errorf("look %d is %+v, want by %+v", i, l, who[i])
		}
	}
}

func testLooked(w *world) {
	room := w.light(rooms.Lighting{History: 2})
	ann, bob, cat := newSeat("A", "ann"), newSeat("B", "bob"), newSeat("A", "cat")
	again := newSeat("A", "bob-2")
	again.Identity = bob.Identity
	w.enter(w.a, ann)
	w.say(w.a, room.Ref, ann, burns("dark"))
	e := w.say(w.a, room.Ref, ann, burns("lit"))
	watch := w.watch(w.b)
	before := w.pulse(room.Ref)
	end, err := w.b.Reveal(w.ctx, room.Ref, bob, e, longTTL/2)
	w.ok(err)
	watch.next(rooms.Revealed)
	if l := watch.next(rooms.Looked); l.From != bob || l.ID != "lit" || l.Seq != 2 || l.Text != "" || l.Time.IsZero() || l.Epoch != room.Epoch {
		w.Errorf("published %+v", l)
	}
	for _, by := range []rooms.Seat{bob, again, cat} { // the first two are the same person
		later, err := w.a.Reveal(w.ctx, room.Ref, by, e, longTTL)
		w.ok(err)
		if !later.Equal(end) {
			w.Errorf("a later look moves the end to %v, from %v", later, end)
		}
	}
	if l := watch.next(rooms.Looked); l.From != cat {
		w.Errorf("published %+v", l)
	}
	if after := w.pulse(room.Ref); after.Burns < before.Burns+2 {
		w.Errorf("a beat tells %d after %d", after.Burns, before.Burns)
	}
	w.looked(w.since(w.a, room.Ref, 1)[0], bob, cat)
	_, err = w.b.Reveal(w.ctx, room.Ref, rooms.Seat{}, e, 0)
	w.ok(err)
	events := w.since(w.a, room.Ref, 0)
	w.looked(events[0])
	if w.looked(events[1], bob, cat); !events[1].Burnt {
		w.Errorf("it has not burned: %+v", events[1])
	}
	w.looked(w.enter(w.b, newSeat("B", "late")).History[1], bob, cat)
	w.post(w.a, room.Ref, ann, "drops a message")
	w.post(w.a, room.Ref, ann, "drops another")
	if events := w.since(w.b, room.Ref, 0); events[0].Looks != nil || events[0].Seq != 3 {
		w.Errorf("the history is %+v", events)
	}
}

func testNobodyLooked(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	e := w.say(w.a, room.Ref, ann, burns("one"))
	watch := w.watch(w.b)
	_, err := w.b.Reveal(w.ctx, room.Ref, rooms.Seat{}, e, 0)
	w.ok(err)
	watch.next(rooms.Revealed)
	watch.next(rooms.Message)
	w.looked(w.since(w.a, room.Ref, 0)[0])
}

func testManyLooked(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	e := w.say(w.a, room.Ref, ann, burns("one"))
	w.allOK(together(rooms.MaxLooks+8, func(i int) error {
		_, err := w.handle(i).Reveal(w.ctx, room.Ref, newSeat("B", fmt.Sprint("guest", i)), e, longTTL)
		return err
	}))
	looks := w.since(w.b, room.Ref, 0)[0].Looks
	if looks == nil || len(*looks) != rooms.MaxLooks {
		w.Errorf("the store keeps %+v", looks)
	}
	seen := map[string]bool{}
	for _, l := range *looks {
		if seen[l.By.Identity] {
			w.Errorf("%s looked twice", l.By.Alias)
		}
		seen[l.By.Identity] = true
	}
}
