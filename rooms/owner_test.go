package rooms_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wick/rooms"
)

func TestOnlyTheOwnerLocksKicksAndInvites(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		_, invite := h.bob.Invite(t.Context(), time.Minute)
		for what, err := range map[string]error{
			"lock": h.bob.Lock(t.Context(), false), "kick": kick(t.Context(), h.bob, "ann"), "invite": invite,
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
			if err := kick(t.Context(), h.ann, who); !errors.Is(err, want) {
				t.Errorf("kicking %q: %v", who, err)
			}
		}
		post(t, h.bob, "hello")
		synctest.Wait()
		out, err := h.ann.Named("bob")
		if err != nil || out != h.bob.State().You {
			t.Errorf("bob is %+v, %v", out, err)
		}
		if err := h.ann.Kick(t.Context(), out); err != nil {
			t.Fatalf("kicking bob: %v", err)
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
		if err := kick(t.Context(), h.ann, tag); !errors.Is(err, rooms.ErrAmbiguous) {
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
