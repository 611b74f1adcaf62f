package storetest

import (
	"context"
	"slices"
	"time"

	"wick/rooms"
)

var faultTests = []test{
	{"an ended context ends every operation, which does nothing", testEndedContext},
	{"a closed store returns that it cannot be reached", testClosedStore},
	{"closing ends the operations under way", testClosedInUse},
}

func testEndedContext(w *world) {
	room := w.light(rooms.Lighting{})
	ann := w.use(room)
	dark := rooms.Ref{Name: rooms.NewName(), Epoch: "none"}
	ops := slices.Concat(byName[1:], []op{reap}, byRef)

	cancelled, cancel := context.WithCancel(w.ctx)
	cancel()
	w.allReturn(cancelled, ops, w.a, room.Ref, ann, context.Canceled)
	w.allReturn(cancelled, byName, w.a, dark, ann, context.Canceled)
	late, cancel := context.WithDeadline(w.ctx, time.Now().Add(-time.Second))
	defer cancel()
	w.allReturn(late, ops, w.b, room.Ref, ann, context.DeadlineExceeded)
	w.allReturn(late, byName, w.b, dark, ann, context.DeadlineExceeded)

	w.numbered(w.since(w.a, room.Ref, 0), 1, 6)
	roster, _ := w.roster(room.Ref)
	if len(roster) != 2 || !slices.Contains(roster, ann) {
		w.Errorf("roster is %+v", roster)
	}
	found, err := w.a.Find(w.ctx, w.name)
	w.ok(err)
	if found.Left() < longTTL/2 {
		w.Errorf("only %v left", found.Left())
	}
	_, err = w.a.Find(w.ctx, dark.Name)
	w.is(err, rooms.ErrNoRoom)
	w.clean(dark.Name)
}

func testClosedStore(w *world) {
	room := w.light(rooms.Lighting{})
	ann := w.use(room)
	watch := w.watch(w.a)
	w.ok(w.a.Close())
	w.allReturn(w.ctx, slices.Concat(byName, []op{reap}, byRef), w.a, room.Ref, ann, rooms.ErrUnavailable)
	watch.feed.Close() // its owner still closes it
	w.ok(w.a.Close())
}

func testClosedInUse(w *world) {
	const users = 8
	room := w.light(rooms.Lighting{})
	seats := make([]rooms.Seat, users)
	for i := range seats {
		seats[i] = newSeat("A", []string{"a", "b", "c", "d", "e", "f", "g", "h"}[i])
		w.enter(w.a, seats[i])
	}
	busy := make(chan struct{}, users)
	errs := together(users+1, func(i int) error {
		if i == users {
			for range users {
				select {
				case <-busy:
				case <-w.ctx.Done():
					return w.ctx.Err()
				}
			}
			return w.a.Close()
		}
		for n := 0; ; n++ {
			feed, err := w.a.Watch(w.ctx, w.name)
			if err != nil {
				return nil
			}
			_, err = w.a.Append(w.ctx, room.Ref, seats[i], rooms.Words{ID: "id", Text: "hi"})
			feed.Close()
			if err != nil {
				return nil
			}
			if n == 0 {
				busy <- struct{}{}
			}
		}
	})
	w.allOK(errs)
	w.allReturn(w.ctx, []op{reap}, w.a, room.Ref, seats[0], rooms.ErrUnavailable)
}
