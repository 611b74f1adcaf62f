package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"sync"

	"wick/rooms"
)

var watchingTests = []test{
	{"every process sees one order", testOneOrder},
	{"entering misses nothing and doubles nothing", testSeamless},
	{"a watch can begin before the room and outlives it", testWatchOutlives},
	{"a watch outlives the context that made it", testWatchDetached},
	{"a closed feed is silent and does not end another", testClosedFeed},
	{"a reader that falls behind is told", testFallBehind},
}

func testOneOrder(w *world) {
	const guests, posts = 6, 40
	room := w.light(rooms.Lighting{})
	here, there := w.watch(w.a), w.watch(w.b)
	w.allOK(together(guests, func(i int) error {
		s := w.handle(i)
		seat := newSeat("A", fmt.Sprint("guest", i))
		if _, err := s.Enter(w.ctx, w.name, seat, longLease, 0); err != nil {
			return err
		}
		for range posts {
			if _, err := s.Append(w.ctx, room.Ref, seat, rooms.Words{ID: rand.Text(), Text: "hi"}); err != nil {
				return err
			}
		}
		return s.Leave(w.ctx, room.Ref, seat)
	}))
	for range guests * (posts + 2) {
		a, err := here.read(w.ctx)
		w.ok(err)
		b, err := there.read(w.ctx)
		w.ok(err)
		if a != b {
			w.Fatalf("one process saw %+v where another saw %+v", a, b)
		}
	}
}

// testSeamless has many enter a room in which others never stop talking. Each
// watches, enters, drops what the feed held up to the entry, and must then see
// every message once, up to the last.
func testSeamless(w *world) {
	const entrants, posters, posts = 20, 4, 60
	room := w.light(rooms.Lighting{})
	talkers := make([]rooms.Seat, posters)
	for i := range talkers {
		talkers[i] = newSeat("A", fmt.Sprint("talker", i))
		w.enter(w.a, talkers[i])
	}
	var talk sync.WaitGroup
	said := make([]error, posters)
	for i, seat := range talkers {
		talk.Go(func() {
			for range posts {
				if _, err := w.handle(i).Append(w.ctx, room.Ref, seat, rooms.Words{ID: rand.Text(), Text: "hi"}); err != nil {
					said[i] = err
					return
				}
			}
		})
	}
	w.allOK(together(entrants, func(i int) error {
		s := w.handle(i)
		feed, err := s.Watch(w.ctx, w.name)
		if err != nil {
			return err
		}
		defer feed.Close()
		entry, err := s.Enter(w.ctx, w.name, newSeat("B", fmt.Sprint("guest", i)), longLease, 0)
		if err != nil {
			return err
		}
		if len(entry.History) != int(entry.Seq) {
			return fmt.Errorf("a history of %d at message %d", len(entry.History), entry.Seq)
		}
		for n, e := range entry.History {
			if e.Seq != uint64(n+1) {
				return fmt.Errorf("number %d at place %d of the history", e.Seq, n+1)
			}
		}
		r := &reader{w: w, feed: feed}
		seq, version := entry.Seq, entry.Version
		for seq < posters*posts {
			e, err := r.read(w.ctx)
			if err != nil {
				return fmt.Errorf("after message %d: %w", seq, err)
			}
			switch {
			case e.Kind == rooms.Message && e.Seq == seq+1:
				seq++
			case e.Kind == rooms.Message && (e.Seq > seq+1 || e.Seq > entry.Seq):
				return fmt.Errorf("message %d after %d", e.Seq, seq)
			case e.Kind == rooms.Joined && e.Roster == version+1:
				version++
			case e.Kind == rooms.Joined && (e.Roster > version+1 || e.Roster > entry.Version):
				return fmt.Errorf("roster version %d after %d", e.Roster, version)
			}
		}
		return nil
	}))
	talk.Wait()
	w.allOK(said)
}

func testWatchOutlives(w *world) {
	watch := w.watch(w.b)
	var epochs []string
	for i := range 3 {
		room := w.light(rooms.Lighting{})
		ann := newSeat("A", fmt.Sprint("ann", i))
		w.enter(w.a, ann)
		w.post(w.a, room.Ref, ann, "hi")
		w.ok(w.a.Destroy(w.ctx, room.Ref, ann))
		epochs = append(epochs, room.Epoch)
	}
	for i, epoch := range epochs {
		for _, kind := range []rooms.Kind{rooms.Joined, rooms.Message, rooms.Destroyed} {
			if e := watch.next(kind); e.Epoch != epoch || e.From.Alias != fmt.Sprint("ann", i) {
				w.Errorf("event is %+v, want it of epoch %s", e, epoch)
			}
		}
	}
}

func testWatchDetached(w *world) {
	ctx, cancel := context.WithCancel(w.ctx)
	feed, err := w.b.Watch(ctx, w.name)
	w.ok(err)
	defer feed.Close()
	cancel()
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	w.enter(w.a, ann)
	r := &reader{w: w, feed: feed}
	r.next(rooms.Joined)
	for n := range uint64(100) { // long enough for the end of the context to have an effect
		runtime.Gosched()
		w.post(w.a, room.Ref, ann, "hi")
		if e := r.next(rooms.Message); e.Seq != n+1 {
			w.Fatalf("message %d after %d", e.Seq, n)
		}
	}
}

func testClosedFeed(w *world) {
	room := w.light(rooms.Lighting{})
	ann := newSeat("A", "ann")
	closed, open := w.watch(w.b), w.watch(w.b)
	w.enter(w.a, ann)
	closed.next(rooms.Joined)
	open.next(rooms.Joined)
	closed.feed.Close()
	closed.feed.Close() // closing twice is allowed
	w.post(w.a, room.Ref, ann, "one")
	w.post(w.a, room.Ref, ann, "two")
	open.next(rooms.Message)
	open.next(rooms.Message)
	if events, gap := closed.feed.Take(); len(events) > 0 || gap {
		w.Errorf("a closed feed holds %+v, gap %v", events, gap)
	}
	// The last one closes, and another opens.
	open.feed.Close()
	anew := w.watch(w.b)
	w.post(w.a, room.Ref, ann, "three")
	if e := anew.next(rooms.Message); e.Text != "three" {
		w.Errorf("event is %+v", e)
	}
	// Opening and closing while others do, and while there is traffic.
	w.allOK(together(10, func(i int) error {
		for range 10 {
			feed, err := w.b.Watch(w.ctx, w.name)
			if err != nil {
				return err
			}
			if _, err := w.a.Append(w.ctx, room.Ref, ann, rooms.Words{ID: rand.Text(), Text: "hi"}); err != nil {
				return err
			}
			r := &reader{w: w, feed: feed}
			_, err = r.read(w.ctx)
			feed.Close()
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for n := range uint64(100) {
		if e := anew.next(rooms.Message); e.Seq != n+4 {
			w.Fatalf("message %d after %d", e.Seq, n+3)
		}
	}
}

// testFallBehind has a reader sleep through more than a feed holds. It must get the
// newest messages, or be told of a gap and find them in the history.
func testFallBehind(w *world) {
	const batch = 100
	const said = (rooms.FeedCap/batch + 2) * batch // a little more than a feed holds
	room := w.light(rooms.Lighting{History: said})
	asleep, awake := w.watch(w.b), w.watch(w.b)
	seats := make([]rooms.Seat, 4)
	for i := range seats {
		seats[i] = newSeat("A", fmt.Sprint("guest", i))
		w.enter(w.a, seats[i])
		awake.next(rooms.Joined)
	}
	// In batches, so that another reader keeps up.
	for done := 0; done < said; done += batch {
		w.allOK(together(len(seats), func(i int) error {
			for range batch / len(seats) {
				if _, err := w.handle(i).Append(w.ctx, room.Ref, seats[i], rooms.Words{ID: rand.Text(), Text: "hi"}); err != nil {
					return err
				}
			}
			return nil
		}))
		for n := range uint64(batch) {
			if e := awake.next(rooms.Message); e.Seq != uint64(done)+n+1 {
				w.Fatalf("message %d after %d", e.Seq, uint64(done)+n)
			}
		}
	}
	var seq uint64
	told := false
	for seq < said && !told {
		select {
		case <-asleep.feed.Ready():
		case <-w.ctx.Done():
			w.Fatalf("the reader was not told that it missed what came after message %d", seq)
		}
		events, gap := asleep.feed.Take()
		told = gap
		for _, e := range events {
			if e.Kind == rooms.Message {
				if e.Seq != seq+1 && !gap {
					w.Fatalf("message %d after %d, and no gap was told", e.Seq, seq)
				}
				seq = e.Seq
			}
		}
	}
	if !told {
		w.Errorf("a feed held %d messages, more than its bound", seq)
	}
	w.numbered(w.since(w.b, room.Ref, 0), 1, said)
}
