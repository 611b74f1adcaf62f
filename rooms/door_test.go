package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
	"wick/rooms/memory"
)

// house is a locked room that ann lit on the first of two hubs, with ann and bob
// in it.
type house struct {
	t        *testing.T
	store    rooms.Store
	one, two *rooms.Hub
	name     rooms.Name
	ann, bob *rooms.Member
}

// inHouse runs a test in a house.
func inHouse(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Config{})
		defer store.Close()
		h := &house{t: t, store: store, one: newHub(t, store, rooms.HubConfig{}), two: newHub(t, store, rooms.HubConfig{}), name: name(t, "plans")}
		_, err := h.one.Light(t.Context(), rooms.Lighting{Name: h.name, TTL: time.Hour, Seats: 5, History: 10, Owner: "id-ann"})
		if err != nil {
			t.Fatal(err)
		}
		h.ann, h.bob = enter(t, h.one, h.name, "ann"), enter(t, h.two, h.name, "bob")
		if err := h.ann.Lock(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		test(t, h)
	})
}

func guest(alias string) rooms.Guest {
	return rooms.Guest{Alias: alias, Identity: "id-" + alias, Returns: true}
}

// knocks has somebody knock at the second hub, until ctx ends.
func (h *house) knocks(ctx context.Context, g rooms.Guest) (answer chan error) {
	answer = make(chan error, 1)
	go func() { answer <- h.two.Knock(ctx, h.name, g, nil) }()
	later(time.Millisecond) // so that nobody comes at the same instant
	return answer
}

// answered returns how the knock ended, and whether it has.
func answered(answer chan error) (err error, told bool) {
	synctest.Wait()
	select {
	case err := <-answer:
		return err, true
	default:
		return nil, false
	}
}

func (h *house) atDoor(want ...string) {
	h.t.Helper()
	for _, m := range []*rooms.Member{h.ann, h.bob} {
		var got []string
		for _, s := range m.State().Knocks {
			got = append(got, s.Alias)
		}
		if !slices.Equal(got, want) {
			h.t.Errorf("%s sees %q at the door, want %q", m.State().You.Alias, got, want)
		}
	}
}

// told returns how many events of a kind are in ann's transcript.
func (h *house) told(kind rooms.Kind) (n int) {
	for _, e := range h.ann.Since(0).Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (h *house) decides(m *rooms.Member, who string, admit bool) {
	h.t.Helper()
	if err := m.Decide(h.t.Context(), who, admit); err != nil {
		h.t.Fatalf("deciding on %q: %v", who, err)
	}
	synctest.Wait()
}

func TestAKnockWaitsUntilAMemberDecides(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		if _, err := h.two.Enter(t.Context(), h.name, guest("cid")); !errors.Is(err, rooms.ErrLocked) {
			t.Fatalf("entering a locked room: %v", err)
		}
		cid, dan := h.knocks(t.Context(), guest("cid")), h.knocks(t.Context(), guest("dan"))
		later(time.Minute)
		h.atDoor("cid", "dan")
		if n := h.told(rooms.Knocked); n != 0 {
			t.Errorf("strangers wrote %d lines of the transcript", n)
		}
		if err := h.bob.Decide(t.Context(), "", true); !errors.Is(err, rooms.ErrNobody) {
			t.Errorf("deciding on one of two, unnamed: %v", err)
		}
		h.decides(h.bob, "Cid", true) // any member may decide
		if err, told := answered(cid); !told || err != nil {
			t.Errorf("cid's knock: answered %v, %v", told, err)
		}
		h.atDoor("dan")
		enter, err := h.two.Enter(t.Context(), h.name, guest("cid"))
		if err != nil {
			t.Fatal(err)
		}
		defer enter.Leave()
		h.decides(h.ann, "", false) // the only one
		if err, told := answered(dan); !told || !errors.Is(err, rooms.ErrDenied) {
			t.Errorf("dan's knock: answered %v, %v", told, err)
		}
		h.atDoor()
		if _, err := h.two.Enter(t.Context(), h.name, guest("dan")); !errors.Is(err, rooms.ErrLocked) {
			t.Errorf("entering after being turned away: %v", err)
		}
	})
}

func TestAGuestWhoStopsKnockingIsGoneFromTheDoor(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		ctx, leave := context.WithCancel(t.Context())
		cid := h.knocks(ctx, guest("cid"))
		h.atDoor("cid")
		later(time.Minute)
		for len(h.ann.News()) > 0 {
			<-h.ann.News()
		}
		leave()
		if err, told := answered(cid); !told || !errors.Is(err, context.Canceled) {
			t.Errorf("answered %v, %v", told, err)
		}
		later(time.Minute)
		h.atDoor()
		if len(h.ann.News()) == 0 {
			t.Error("nobody was told that the door is empty")
		}
		if err := h.ann.Decide(t.Context(), "cid", true); !errors.Is(err, rooms.ErrNobody) {
			t.Errorf("deciding on who has left: %v", err)
		}
		// The guest knocks again.
		h.knocks(t.Context(), guest("cid"))
		h.atDoor("cid")
	})
}

// A knock is remembered however much happens meanwhile.
func TestAKnockOutlivesTheTranscript(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.knocks(t.Context(), guest("cid"))
		for i := range 300 {
			ok(t, h.ann.Rename(t.Context(), fmt.Sprint("ann-", i%4)))
		}
		later(time.Second)
		h.atDoor("cid")
	})
}

func TestOpeningTheRoomAnswersEveryKnock(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		cid, dan := h.knocks(t.Context(), guest("cid")), h.knocks(t.Context(), guest("dan"))
		if err := h.ann.Lock(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for _, knock := range []chan error{cid, dan} {
			if err, told := answered(knock); !told || err != nil {
				t.Errorf("answered %v, %v", told, err)
			}
		}
		h.atDoor()
		if h.bob.State().Room.Locked {
			t.Error("the room is still locked for bob")
		}
	})
}

func TestOneKeyThatKnocksTwiceIsLetInOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first, second := h.knocks(t.Context(), guest("cid")), h.knocks(t.Context(), guest("cid"))
		h.atDoor("cid", "cid")
		h.decides(h.ann, "cid", true)
		for _, knock := range []chan error{first, second} {
			if err, told := answered(knock); !told || err != nil {
				t.Errorf("answered %v, %v", told, err)
			}
		}
		h.atDoor()
	})
}

func TestAKnockEndsWithTheRoom(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		cid := h.knocks(t.Context(), guest("cid"))
		if err := h.bob.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err, told := answered(cid); !told || !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("answered %v, %v", told, err)
		}
	})
}

func TestTheDoorHasABound(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for i := range 100 {
			h.knocks(t.Context(), guest(fmt.Sprint("g", i)))
		}
		later(time.Minute)
		if n := len(h.ann.State().Knocks); n == 0 || n >= 100 {
			t.Errorf("%d are at the door", n)
		}
	})
}
