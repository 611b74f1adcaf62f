package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// answered returns the answer to the knock, or that there was none.
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

func TestOnlyTheOwnerLocksKicksAndInvites(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		_, invite := h.bob.Invite(t.Context(), time.Minute)
		_, kick := h.bob.Kick(t.Context(), "ann")
		for what, err := range map[string]error{
			"lock": h.bob.Lock(t.Context(), false), "kick": kick, "invite": invite,
		} {
			if !errors.Is(err, rooms.ErrNotOwner) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !h.ann.State().Room.Locked {
			t.Error("the room was opened")
		}
		// The same key is the owner on another server, too.
		again, err := h.two.Enter(t.Context(), h.name, guest("ann"))
		if err != nil {
			t.Fatal(err)
		}
		defer again.Leave()
		if err := again.Lock(t.Context(), false); err != nil {
			t.Errorf("the owner, on another server: %v", err)
		}
	})
}

func TestAKickedPersonIsOutOnEveryServerAndStaysOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for who, want := range map[string]error{"ann": rooms.ErrYourself, "nobody-here": rooms.ErrNobody, "": rooms.ErrNobody} {
			if _, err := h.ann.Kick(t.Context(), who); !errors.Is(err, want) {
				t.Errorf("kicking %q: %v", who, err)
			}
		}
		post(t, h.bob, "hello")
		synctest.Wait()
		if out, err := h.ann.Kick(t.Context(), "bob"); err != nil || out != h.bob.State().You {
			t.Fatalf("kicking bob: %+v, %v", out, err)
		}
		synctest.Wait()
		if end := h.bob.State().End; end == nil || end.Time.IsZero() || *end != (rooms.End{Reason: rooms.ShownOut, Time: end.Time, By: "ann", Messages: 1}) {
			t.Errorf("bob's end is %+v", end)
		}
		if h.ann.State().End != nil || !slices.Equal(aliases(h.ann), []string{"ann"}) {
			t.Errorf("ann's end is %+v, and here are %q", h.ann.State().End, aliases(h.ann))
		}
		h.bob.Leave()
		bob := rooms.Guest{Alias: "rob", Identity: "id-bob"}
		if _, err := h.one.Enter(t.Context(), h.name, bob); !errors.Is(err, rooms.ErrKicked) {
			t.Errorf("coming back: %v", err)
		}
		if err := h.one.Knock(t.Context(), h.name, bob, nil); !errors.Is(err, rooms.ErrKicked) {
			t.Errorf("knocking: %v", err)
		}
	})
}

func TestAnInvitationLetsOneIn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		token, err := h.ann.Invite(t.Context(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.two.Redeem(t.Context(), h.name, token, guest("cid")); err != nil {
			t.Fatal(err)
		}
		if err := h.one.Redeem(t.Context(), h.name, token, guest("dan")); !errors.Is(err, rooms.ErrSpent) {
			t.Errorf("a second time: %v", err)
		}
		cid, err := h.one.Enter(t.Context(), h.name, guest("cid"))
		if err != nil {
			t.Fatal(err)
		}
		cid.Leave()
	})
}

func TestAMemberIsFoundByTheKeyTag(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		cid := h.knocks(t.Context(), guest("cid"))
		tag := h.ann.State().Knocks[0].KeyTag()
		h.knocks(t.Context(), guest("dan"))
		h.decides(h.ann, strings.ToUpper(tag), true)
		if err, told := answered(cid); !told || err != nil {
			t.Errorf("answered %v, %v", told, err)
		}
		h.atDoor("dan")
	})
}

func TestNobodyIsShownOutOrLetInByANameOfTwoPeople(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		tag := h.knocker(guest("cid"))
		eve := h.knocker(rooms.Guest{Alias: tag, Identity: "id-eve"})
		for _, admit := range []bool{true, false} {
			if err := h.ann.Decide(t.Context(), tag, admit); !errors.Is(err, rooms.ErrAmbiguous) {
				t.Errorf("deciding on a name of two, %v: %v", admit, err)
			}
		}
		synctest.Wait()
		h.atDoor("cid", tag)
		if eve != "" {
			t.Errorf("who has no key has the tag %q", eve)
		}
		ok(t, h.ann.Lock(t.Context(), false))
		cid, err := h.one.Enter(t.Context(), h.name, guest("cid"))
		ok(t, err)
		defer cid.Leave()
		enter(t, h.two, h.name, tag)
		synctest.Wait()
		if _, err := h.ann.Kick(t.Context(), tag); !errors.Is(err, rooms.ErrAmbiguous) {
			t.Errorf("showing out a name of two: %v", err)
		}
		synctest.Wait()
		if here := aliases(h.ann); len(here) != 4 {
			t.Errorf("here are %q", here)
		}
	})
}

// knocker has somebody knock, and returns the key tag that ann sees.
func (h *house) knocker(g rooms.Guest) (tag string) {
	h.t.Helper()
	h.knocks(h.t.Context(), g)
	all := h.ann.State().Knocks
	return all[len(all)-1].KeyTag()
}

func TestTokensAreReadAsPeopleTypeThem(t *testing.T) {
	token := rooms.NewToken()
	for _, typed := range []string{token, strings.ToUpper(token), strings.ReplaceAll(token, "-", ""), "-" + token + "-"} {
		if got, err := rooms.ParseToken(typed); got != token || err != nil {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
	}
	for _, bad := range []string{"", "-", "k7f3-q9xm", token + "0", token[1:], "k7f3-q9xm-2tdu", "k7f3-q9xm-2td\u212a", "k7f3 q9xm 2tdw"} {
		if got, err := rooms.ParseToken(bad); !errors.Is(err, rooms.ErrBadToken) || got != "" {
			t.Errorf("%q is read as %q, %v", bad, got, err)
		}
	}
}

func TestPeekTakesNoSeatAndNeedsToBeLetIn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		aliases := func(g rooms.Preview) (all []string) {
			for _, s := range g.Roster {
				all = append(all, s.Alias)
			}
			return all
		}
		if g, err := h.two.Peek(t.Context(), h.name, guest("cid")); !errors.Is(err, rooms.ErrLocked) || g.Roster != nil || !g.Room.Name.IsZero() {
			t.Errorf("a stranger saw %+v, %v", g, err)
		}
		g, err := h.one.Peek(t.Context(), h.name, guest("ann"))
		if err != nil || !slices.Equal(aliases(g), []string{"ann", "bob"}) || !g.Room.Locked {
			t.Errorf("whoever is in saw %+v, %v", g, err)
		}
		if err := h.ann.Post(t.Context(), "hello"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ann.Kick(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		if err := h.ann.Lock(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		before := h.ann.Since(0).Next()
		g, err = h.two.Peek(t.Context(), h.name, guest("cid"))
		if err != nil || !slices.Equal(aliases(g), []string{"ann"}) || g.Messages != 1 || g.Room.Locked || g.Room.Left() != h.ann.Left() {
			t.Errorf("a stranger at the open door saw %+v, %v", g, err)
		}
		if _, err := h.two.Peek(t.Context(), h.name, guest("bob")); !errors.Is(err, rooms.ErrKicked) {
			t.Errorf("whoever was shown out: %v", err)
		}
		if _, err := h.two.Peek(t.Context(), name(t, "elsewhere"), guest("cid")); !errors.Is(err, rooms.ErrNoRoom) {
			t.Errorf("no room: %v", err)
		}
		synctest.Wait()
		if after := h.ann.Since(0).Next(); after != before {
			t.Errorf("those inside were told: %+v", h.ann.Since(before).Events)
		}
	})
}
