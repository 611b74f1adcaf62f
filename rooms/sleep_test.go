package rooms_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/rooms/redis"
	"wick/rooms/redis/redistest"
)

// The room's timer stands still while the machine sleeps. Only another room is used
// afterwards.
func TestARoomWhoseDeadlineWasSleptThroughIsDroppedUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{Limit: 3 << 10}) // room for one
		defer store.Close()
		lights := func(room string) (rooms.Room, error) {
			return store.Light(t.Context(), rooms.Lighting{Name: name(t, room), TTL: time.Hour, Seats: 1, History: 1})
		}
		if _, err := lights("plans"); err != nil {
			t.Fatal(err)
		}
		if _, err := lights("other"); err == nil {
			t.Fatal("there is room for two")
		}
		synctest.Wait()
		rooms.Suspend(time.Hour)
		later(time.Second)
		if _, err := lights("other"); err != nil {
			t.Errorf("a second after the machine woke: %v", err)
		}
	})
}

func TestARoomWhoseDeadlineWasSleptThroughIsGoneAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		room, err := store.Light(t.Context(), rooms.Lighting{Name: name(t, "plans"), TTL: time.Hour, Seats: 1, History: 1})
		if err != nil {
			t.Fatal(err)
		}
		rooms.Suspend(time.Hour)
		if left := room.Left(); left != 0 {
			t.Errorf("%v left", left)
		}
		if room, err := store.Find(t.Context(), room.Name); err == nil {
			t.Errorf("it burns for another %v", room.Left())
		}
	})
}

func TestSleepDoesNotProlongARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Lease: 48 * time.Hour}) // no beat asks the store meanwhile
		n := light(t, hub, "plans", 3*time.Hour, 2)
		ann := enter(t, hub, n, "ann")
		post(t, ann, "one")
		before := ann.State().Room
		later(time.Second)
		rooms.Suspend(time.Hour)
		if left := ann.Left(); left != 2*time.Hour-time.Second {
			t.Errorf("%v left after an hour's sleep", left)
		}
		later(time.Second)
		if after := ann.State().Room; after.Deadline != before.Deadline || !after.Ends.Equal(before.Ends) {
			t.Errorf("the deadline moved from %v to %v, or %v to %v", before.Deadline, after.Deadline, before.Ends, after.Ends)
		}
		later(2*time.Hour - 3*time.Second)
		if end := ann.State().End; end != nil {
			t.Fatalf("a second too early: %+v", end)
		}
		later(time.Second)
		wantBurnedOut(t, ann)
	})
}

func TestMessagesThatBurnDoNotOutliveASleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Lease: 48 * time.Hour})
		n := light(t, hub, "plans", 3*time.Hour, 2)
		ann, bob := enter(t, hub, n, "ann"), enter(t, hub, n, "bob")
		if err := ann.Say(t.Context(), "once", rooms.Saying{Burn: time.Hour}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := revealOldest(t.Context(), bob); err != nil {
			t.Fatal(err)
		}
		rooms.Suspend(time.Hour)
		later(2 * time.Second)
		events, err := store.Since(t.Context(), ann.State().Room.Ref, 0)
		if err != nil || len(events) != 1 || !events[0].Burnt || events[0].Text != "" {
			t.Errorf("the store has %+v, %v", events, err)
		}
	})
}

func TestAMachineThatSleptThroughADeadlineEndsTheRoomAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		hub := newHub(t, store, rooms.HubConfig{Lease: 48 * time.Hour})
		ann := enter(t, hub, light(t, hub, "plans", time.Hour, 2), "ann")
		post(t, ann, "one")
		rooms.Suspend(2 * time.Hour)
		if left := ann.Left(); left != 0 {
			t.Errorf("%v left", left)
		}
		later(time.Second)
		wantBurnedOut(t, ann)
	})
}

// Redis did not sleep: it has dropped the room by the time the machine wakes.
func TestARoomOnRedisThatEndedDuringASleepBurnedOut(t *testing.T) {
	server := redistest.Start(t)
	store := onRedis(t, server)
	hub := newHub(t, store, rooms.HubConfig{LivesOn: true, Lease: time.Hour})
	ann := enter(t, hub, light(t, hub, "plans", time.Hour, 2), "ann")
	post(t, ann, "one")
	rooms.Suspend(2 * time.Hour)
	if err := server.Client().FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for ann.State().End == nil {
		select {
		case <-ann.News():
		case <-ctx.Done():
			t.Fatal("the room does not end")
		}
	}
	wantBurnedOut(t, ann)
}

// A step of the wall clock moves no instant that has a monotonic reading.
func TestDeadlinesAreNoWallClockTimes(t *testing.T) {
	own := memory.New(memory.Config{})
	defer own.Close()
	for kind, store := range map[string]rooms.Store{"memory": own, "Redis": onRedis(t, redistest.Start(t))} {
		t.Run(kind, func(t *testing.T) {
			hub := newHub(t, store, rooms.HubConfig{})
			n := light(t, hub, "plans", time.Hour, 2)
			ann := enter(t, hub, n, "ann")
			check := func(when string, deadline time.Time) {
				t.Helper()
				if deadline == deadline.Round(0) {
					t.Errorf("%s: the deadline %v has no monotonic reading", when, deadline)
				}
			}
			check("entered", ann.State().Room.Deadline)
			found, err := store.Find(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			check("found", found.Deadline)
			pulse, err := store.Beat(t.Context(), found.Ref, "node", time.Minute, rooms.Known{})
			if err != nil {
				t.Fatal(err)
			}
			check("at a beat", pulse.Deadline)
			if err := ann.Shorten(t.Context(), time.Minute); err != nil {
				t.Fatal(err)
			}
			check("shortened", ann.State().Room.Deadline)
		})
	}
}

// wantBurnedOut checks that the room ended at its deadline, and is unreadable.
func wantBurnedOut(t *testing.T, m *rooms.Member) {
	t.Helper()
	if end := m.State().End; end == nil || end.Reason != rooms.BurnedOut {
		t.Errorf("end is %+v, want burned out", end)
	}
	if left := m.Since(0).Events; len(left) != 0 {
		t.Errorf("%d events of the transcript are left", len(left))
	}
}

func onRedis(t *testing.T, server *redistest.Server) *redis.Store {
	t.Helper()
	store, err := redis.Open(t.Context(), redis.Config{URLs: server.URL(), Sealer: keys.NewSealer(keys.NewSecret())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}
