package storetest

import (
	"fmt"

	"wick/rooms"
)

var resolvingTests = []test{
	{"a message that was said is found by its ID", testResolved},
	{"a message that was ruled out is never said", testRuledOut},
	{"a lost message is restored once", testRestored},
}

func testResolved(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	for n := range uint64(5) {
		_, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: fmt.Sprint("id", n), Text: "hi"})
		w.ok(err)
	}
	for n := range uint64(5) {
		seq, err := w.b.Resolve(w.ctx, room.Ref, fmt.Sprint("id", n))
		w.ok(err)
		if seq != n+1 {
			w.Errorf("message %d is found as number %d", n+1, seq)
		}
	}
	w.numbered(w.since(w.b, room.Ref, 0), 1, 5)
	w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
	_, err := w.b.Resolve(w.ctx, room.Ref, "id0")
	w.is(err, rooms.ErrNoRoom)
}

// testRuledOut appends each message from one process while the other resolves it:
// either it is found, or it is refused.
func testRuledOut(w *world) {
	const many = 40
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	for range 2 {
		seq, err := w.b.Resolve(w.ctx, room.Ref, "never sent")
		w.ok(err)
		if seq != 0 {
			w.Errorf("what was never sent has number %d", seq)
		}
	}
	_, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: "never sent", Text: "late"})
	w.is(err, rooms.ErrNotSaid)

	said := make([]bool, many)
	answers := make([]uint64, many)
	w.allOK(together(2*many, func(i int) (err error) {
		id := fmt.Sprint("id", i/2)
		if i%2 == 0 {
			_, err = w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: id, Text: "hi"})
			said[i/2] = err == nil
			return nil
		}
		answers[i/2], err = w.b.Resolve(w.ctx, room.Ref, id)
		return err
	}))
	n := 0
	for i := range said {
		if said[i] != (answers[i] > 0) {
			w.Errorf("message %d: said %v, found as number %d", i, said[i], answers[i])
		}
		if said[i] {
			n++
		}
	}
	w.numbered(w.since(w.a, room.Ref, 0), 1, uint64(n))
}

func testRestored(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	watch.next(rooms.Joined)
	w.post(w.a, room.Ref, ann, "one")
	watch.next(rooms.Message)
	// The sender may be gone by now.
	w.ok(w.a.Leave(w.ctx, room.Ref, ann))
	watch.next(rooms.Left)
	lost := rooms.Event{Kind: rooms.Message, Epoch: room.Epoch, Seq: 1, From: ann, ID: "lost", Text: "two"}
	w.allOK(together(6, func(i int) error { return w.handle(i).Restore(w.ctx, room.Ref, lost) }))
	e := watch.next(rooms.Message)
	if e.Seq != 2 || e.From != ann || e.ID != "lost" || e.Text != "two" || e.Epoch != room.Epoch {
		w.Errorf("restored as %+v", e)
	}
	events := w.since(w.a, room.Ref, 0)
	w.numbered(events, 1, 2)
	if events[1] != e {
		w.Errorf("history holds %+v, published was %+v", events[1], e)
	}
	_, err := w.b.Resolve(w.ctx, room.Ref, "unsaid")
	w.ok(err)
	lost.ID = "unsaid"
	w.ok(w.a.Restore(w.ctx, room.Ref, lost))
	w.numbered(w.since(w.a, room.Ref, 0), 1, 2)
}
