package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"wick/rooms"
)

// The verbs below do what most tests need, and end the test if that fails. They
// are for the test's own goroutine.

// light lights the test's room, with defaults for the zero fields of l.
func (w *world) light(l rooms.Lighting) rooms.Room {
	w.Helper()
	if l.Name.IsZero() {
		l.Name = w.name
	}
	if l.TTL == 0 {
		l.TTL = longTTL
	}
	if l.Seats == 0 {
		l.Seats = 100
	}
	if l.History == 0 {
		l.History = 2000
	}
	room, err := w.a.Light(w.ctx, l)
	w.ok(err)
	return room
}

func newSeat(node, alias string) rooms.Seat {
	return rooms.Seat{ID: rand.Text(), Node: node, Alias: alias, Identity: rand.Text()}
}

func (w *world) enter(s rooms.Store, seat rooms.Seat) rooms.Entry {
	w.Helper()
	entry, err := s.Enter(w.ctx, w.name, seat, longLease, 0)
	w.ok(err)
	return entry
}

func (w *world) post(s rooms.Store, ref rooms.Ref, seat rooms.Seat, text string) uint64 {
	w.Helper()
	seq, err := s.Append(w.ctx, ref, seat, rooms.Words{ID: rand.Text(), Text: rooms.Text(text)})
	w.ok(err)
	return seq
}

func (w *world) since(s rooms.Store, ref rooms.Ref, after uint64) []rooms.Event {
	w.Helper()
	events, err := s.Since(w.ctx, ref, after)
	w.ok(err)
	return events
}

// roster returns the whole roster and its version, as a node without seats gets it.
func (w *world) roster(ref rooms.Ref) ([]rooms.Seat, uint64) {
	w.Helper()
	pulse, err := w.b.Beat(w.ctx, ref, "onlooker", longLease, rooms.Known{})
	w.ok(err)
	return pulse.Roster, pulse.Version
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected error: %v", err)
	}
}

// is checks that err is the wanted error.
func (w *world) is(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("answer is %v, want %v", err, want)
	}
}

// sameSeats checks that two rosters hold the same seats, in whatever order.
func (w *world) sameSeats(got []rooms.Seat, want ...rooms.Seat) {
	w.Helper()
	byID := func(a, b rooms.Seat) int { return strings.Compare(a.ID, b.ID) }
	got, want = slices.SortedFunc(slices.Values(got), byID), slices.SortedFunc(slices.Values(want), byID)
	if !slices.Equal(got, want) {
		w.Fatalf("roster is\n%+v, want\n%+v", got, want)
	}
}

// numbered checks that the messages are those numbered from to to.
func (w *world) numbered(events []rooms.Event, from, to uint64) {
	w.Helper()
	var got []uint64
	for _, e := range events {
		got = append(got, e.Seq)
	}
	var want []uint64
	for n := from; n <= to; n++ {
		want = append(want, n)
	}
	if !slices.Equal(got, want) {
		w.Fatalf("messages are numbered %v, want %v", got, want)
	}
}

// ends checks that a deadline is left after some instant between before and now.
func (w *world) ends(deadline, before time.Time, left time.Duration) {
	w.Helper()
	early, late := before.Add(left-slack), time.Now().Add(left+slack)
	if deadline.Before(early) || deadline.After(late) {
		w.Fatalf("deadline is in %v, want %v", time.Until(deadline), left)
	}
}

// together runs n functions at once and returns their errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// winners returns how many errors are nil; all others must be lost.
func (w *world) winners(errs []error, lost error) (n int) {
	w.Helper()
	for _, err := range errs {
		if err == nil {
			n++
		} else {
			w.is(err, lost)
		}
	}
	return n
}

func (w *world) allOK(errs []error) {
	w.Helper()
	for _, err := range errs {
		w.ok(err)
	}
}

// op is one operation of a store, reduced to its error.
type op struct {
	name string
	do   func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error
}

// byName are the operations on the room that burns under a name.
var byName = []op{
	{"light", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Light(ctx, rooms.Lighting{Name: ref.Name, TTL: longTTL, Seats: 2, History: 2})
		return err
	}},
	{"find", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Find(ctx, ref.Name)
		return err
	}},
	{"enter", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		_, err := s.Enter(ctx, ref.Name, seat, longLease, 0)
		return err
	}},
	{"watch", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		feed, err := s.Watch(ctx, ref.Name)
		if err == nil {
			feed.Close()
		} else if feed != nil {
			return fmt.Errorf("a feed beside the error %w", err)
		}
		return err
	}},
}

// byRef are the operations on one burning of a room.
var byRef = []op{
	{"append", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		_, err := s.Append(ctx, ref, seat, rooms.Words{ID: rand.Text(), Text: "hello?"})
		return err
	}},
	{"since", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Since(ctx, ref, 0)
		return err
	}},
	{"beat", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		_, err := s.Beat(ctx, ref, seat.Node, longLease, rooms.Known{})
		return err
	}},
	{"reveal", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		_, err := s.Reveal(ctx, ref, seat, rooms.Event{ID: "any", Burn: time.Minute}, time.Minute)
		return err
	}},
	{"unsay", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Unsay(ctx, ref, rooms.Event{ID: "any"})
		return err
	}},
	{"rename", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.Rename(ctx, ref, seat, "ghost")
	}},
	{"leave", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.Leave(ctx, ref, seat)
	}},
	{"shorten", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		_, err := s.Shorten(ctx, ref, seat, time.Second)
		return err
	}},
	{"put chunk", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		return s.PutChunk(ctx, ref, "blob", 0, []byte("bytes"))
	}},
	{"chunk", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Chunk(ctx, ref, "blob", 0)
		return err
	}},
	{"delete blob", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		return s.DeleteBlob(ctx, ref, "blob", 1)
	}},
	{"add file", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.AddFile(ctx, ref, rooms.File{Name: "report", Blob: "blob", Size: 5, From: seat}, 100)
	}},
	{"remove file", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.RemoveFile(ctx, ref, seat, rooms.File{Name: "report", Blob: "blob", Size: 5})
	}},
	{"files", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Files(ctx, ref)
		return err
	}},
	{"offer", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.Offer(ctx, ref, rooms.Drop{Blob: "blob", Size: 5, From: seat})
	}},
	{"claim", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		_, err := s.Claim(ctx, ref, "claim", longLease)
		return err
	}},
	{"unclaim", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
		return s.Unclaim(ctx, ref, "claim")
	}},
	{"take", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.Take(ctx, ref, "claim", seat)
	}},
	{"destroy", func(ctx context.Context, s rooms.Store, ref rooms.Ref, seat rooms.Seat) error {
		return s.Destroy(ctx, ref, seat)
	}},
}

// reap needs no room, so it is in neither list.
var reap = op{"reap", func(ctx context.Context, s rooms.Store, ref rooms.Ref, _ rooms.Seat) error {
	_, err := s.Reap(ctx, ref)
	return err
}}

// allReturn checks that each operation returns the error, whose text tells
// nothing about the room or the people in it.
func (w *world) allReturn(ctx context.Context, ops []op, s rooms.Store, ref rooms.Ref, seat rooms.Seat, want error) {
	w.Helper()
	for _, o := range ops {
		if err := o.do(ctx, s, ref, seat); !errors.Is(err, want) {
			w.Errorf("%s answers %v, want %v", o.name, err, want)
		} else if told := err.Error(); strings.Contains(told, ref.Name.String()) || strings.Contains(told, seat.ID) || strings.Contains(told, seat.Identity) {
			w.Errorf("%s tells secrets: %v", o.name, err)
		}
	}
}
