package memory

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"wick/rooms"
)

var ann = rooms.Seat{ID: "1", Node: "A", Alias: "ann", Identity: "who"}

// light lights a room in which ann sits and has said something.
func light(t testing.TB, s *Store, l rooms.Lighting) rooms.Room {
	t.Helper()
	room, err := s.Light(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Enter(t.Context(), l.Name, ann, 48*time.Hour, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	return room
}

// pass lets time pass in a synctest bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestRoomBurnsForAnHourAndIsDroppedUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		name := rooms.NewName()
		feed, err := s.Watch(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer feed.Close()
		light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})

		pass(time.Hour - time.Millisecond)
		room, err := s.Find(t.Context(), name)
		if err != nil || room.Left() != time.Millisecond {
			t.Fatalf("a millisecond before the deadline: %v left, %v", room.Left(), err)
		}
		pass(time.Millisecond)
		if left := remains(s, name); left != nil {
			t.Errorf("at the deadline, untouched: %q", left)
		}
		if used := s.quota.used.Load(); used != 0 {
			t.Errorf("%d bytes are counted for nothing", used)
		}

		// The watch stands, and sees the next room burn for its own hour.
		feed.Take()
		again := light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
		events, gap := feed.Take()
		if len(events) != 2 || gap || events[0].Epoch != again.Epoch {
			t.Errorf("the watch sees %+v, gap %v", events, gap)
		}
		pass(30 * time.Minute)
		if left, err := s.Reap(t.Context(), again.Ref); err != nil || left != 30*time.Minute {
			t.Errorf("half an hour later: %v left, %v", left, err)
		}
	})
}

func TestShortenedRoomIsDroppedAtItsNewDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		name := rooms.NewName()
		room := light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
		for _, left := range []time.Duration{40 * time.Minute, 20 * time.Minute} {
			if _, err := s.Shorten(t.Context(), room.Ref, ann, left); err != nil {
				t.Fatal(err)
			}
		}
		pass(20*time.Minute - time.Millisecond)
		if remains(s, name) == nil {
			t.Error("it is gone too early")
		}
		pass(time.Millisecond)
		if left := remains(s, name); left != nil {
			t.Errorf("at the new deadline, untouched: %q", left)
		}
		// The old deadline does not end a room lit since.
		light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
		pass(50 * time.Minute)
		if remains(s, name) == nil {
			t.Error("the next room went with the first one's deadline")
		}
	})
}

func TestLeaseLastsExactlyAsLongAsGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		name := rooms.NewName()
		room := light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
		beat := func(node string) int {
			t.Helper()
			pulse, err := s.Beat(t.Context(), room.Ref, node, 30*time.Second, rooms.Known{})
			if err != nil {
				t.Fatal(err)
			}
			return len(pulse.Roster)
		}
		beat("A")
		for range 5 {
			pass(30*time.Second - time.Millisecond)
			if n := beat("B"); n != 1 {
				t.Fatalf("%d sit in the room before the lease ran out", n)
			}
			beat("A")
		}
		pass(30 * time.Second)
		if n := beat("B"); n != 0 {
			t.Errorf("%d sit in the room after the lease ran out", n)
		}
	})
}

func TestClosingStopsEveryTimerAndWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{})
		var feeds []*rooms.Feed
		for range 20 {
			name := rooms.NewName()
			light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 2, History: 10})
			feed, err := s.Watch(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			feeds = append(feeds, feed)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, f := range feeds {
			f.Push(rooms.Event{Kind: rooms.Message})
			if events, _ := f.Take(); events != nil {
				t.Error("a feed of a closed store is open")
			}
			f.Close()
		}
		if used := s.quota.used.Load(); used != 0 {
			t.Errorf("a closed store counts %d bytes", used)
		}
	})
}

func TestNothingReferencesARoomThatIsGone(t *testing.T) {
	s := open(t, Config{})
	name := rooms.NewName()
	room := light(t, s, rooms.Lighting{Name: name, TTL: 24 * time.Hour, Seats: 2, History: 10})
	feed, err := s.Watch(t.Context(), name) // holds the slot, not the room
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	gone := weak.Make(s.slots[name].room)
	runtime.GC()
	if gone.Value() == nil {
		t.Fatal("a burning room was collected")
	}
	if err := s.Destroy(t.Context(), room.Ref, ann); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if gone.Value() != nil {
		t.Error("a destroyed room is still referenced")
	}
}

func TestLookingForRoomsLeavesNothing(t *testing.T) {
	s := open(t, Config{})
	for range 100 {
		ref := rooms.Ref{Name: rooms.NewName(), Epoch: "none"}
		if _, err := s.Find(t.Context(), ref.Name); !errors.Is(err, rooms.ErrNoRoom) {
			t.Fatal(err)
		}
		if _, err := s.Reap(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		feed, err := s.Watch(t.Context(), ref.Name)
		if err != nil {
			t.Fatal(err)
		}
		feed.Close()
	}
	if len(s.slots) != 0 {
		t.Errorf("%d slots are left of rooms that never were", len(s.slots))
	}
}

func TestFullStoreRefusesAndRecovers(t *testing.T) {
	const limit = 64 << 10
	s := open(t, Config{Limit: limit})
	name := rooms.NewName()
	room := light(t, s, rooms.Lighting{Name: name, TTL: time.Hour, Seats: 1000, History: 20})
	text := strings.Repeat("x", 1000)
	say := func() error {
		_, err := s.Append(t.Context(), room.Ref, ann, rooms.Words{ID: "id", Text: rooms.Text(text)})
		return err
	}
	for n := range 1000 { // what the history drops makes room for what is new
		if err := say(); err != nil {
			t.Fatalf("message %d of a history of 20: %v", n, err)
		}
	}
	var err error
	for n := 0; err == nil; n++ {
		seat := rooms.Seat{ID: fmt.Sprint("seat", n), Node: "A", Alias: fmt.Sprint("guest", n)}
		_, err = s.Enter(t.Context(), name, seat, time.Hour, 0)
	}
	if !errors.Is(err, rooms.ErrStoreFull) {
		t.Fatalf("entering answers %v", err)
	}
	if used := s.quota.used.Load(); used > limit || used < limit-messageCost-seatCost {
		t.Errorf("%d of %d bytes are counted", used, limit)
	}
	other := rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 2, History: 2}
	if _, err := s.Light(t.Context(), other); !errors.Is(err, rooms.ErrStoreFull) {
		t.Errorf("lighting answers %v", err)
	}
	if err := say(); err != nil {
		t.Errorf("saying what takes the place of as much answers %v", err)
	}
	text = strings.Repeat("x", 4000)
	if err := say(); !errors.Is(err, rooms.ErrStoreFull) {
		t.Errorf("saying more answers %v", err)
	}
	events, err := s.Since(t.Context(), room.Ref, 0)
	if err != nil || len(events) != 20 || events[19].Seq != 1002 {
		t.Errorf("what was refused changed the history: %d messages, %v", len(events), err)
	}
	if err := s.Destroy(t.Context(), room.Ref, ann); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Light(t.Context(), other); err != nil {
		t.Errorf("with the room gone, lighting answers %v", err)
	}
}

func TestIncompleteLightingIsRefused(t *testing.T) {
	whole := rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 2, History: 10}
	for _, change := range []func(l *rooms.Lighting){
		func(l *rooms.Lighting) { l.Name = rooms.Name{} },
		func(l *rooms.Lighting) { l.TTL = 0 },
		func(l *rooms.Lighting) { l.Seats = -1 },
		func(l *rooms.Lighting) { l.History = 0 },
	} {
		s := open(t, Config{})
		l := whole
		change(&l)
		if _, err := s.Light(t.Context(), l); !errors.Is(err, errIncomplete) {
			t.Errorf("lighting %+v answers %v", l, err)
		}
		if len(s.slots) != 0 || s.quota.used.Load() != 0 {
			t.Errorf("something is left of %+v", l)
		}
	}
}

func TestErrorsNameTheOperationOnly(t *testing.T) {
	s := open(t, Config{})
	ref := rooms.Ref{Name: rooms.NewName(), Epoch: "epoch"}
	_, err := s.Append(t.Context(), ref, ann, rooms.Words{ID: "id", Text: "text"})
	if want := "memory: append: " + rooms.ErrNoRoom.Error(); err == nil || err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Find(ctx, ref.Name); err == nil || err.Error() != "memory: find: context canceled" {
		t.Errorf("error is %q", err)
	}
}

// A ring behaves like a plain slice of the newest messages.
func TestRingHoldsTheNewest(t *testing.T) {
	for keep := 1; keep <= 5; keep++ {
		h := ring{keep: keep}
		var all []rooms.Event
		for n := range 3*keep + 1 {
			old, full := h.displaced()
			if full != (n >= keep) || full && old != all[n-keep] {
				t.Fatalf("keep %d: message %d displaces %+v, %v", keep, n+1, old, full)
			}
			e := h.add(rooms.Event{ID: fmt.Sprint(n)})
			if e.Seq != uint64(n+1) {
				t.Fatalf("keep %d: message %d is numbered %d", keep, n+1, e.Seq)
			}
			all = append(all, e)
			for after := range uint64(n + 3) {
				want := all[min(max(int(after), len(all)-keep), len(all)):]
				if got := h.since(after); !slices.Equal(got, want) {
					t.Fatalf("keep %d, after %d: %+v, want %+v", keep, after, got, want)
				}
			}
		}
	}
}
