package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/wording"
)

func TestMembersSeeWhoKnocksUntilTheyDecide(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/admit")
		s.shows("Nobody is knocking.")
		s.send(hit(tea.KeyCtrlU))
		s.hides("locked  10:00")
		s.say("/lock")
		s.shows("if your connection breaks, nobody can unlock", "Type y to lock it anyway.")
		s.send(runes("n"))
		s.shows("The room stays open.")
		s.lock()
		s.shows("■ ana locked the room", "locked  10:00")
		s.say("/lock")
		s.shows("The room is already locked.")
		s.send(hit(tea.KeyCtrlU))
		w.knocking(keyholder("cid"))
		s.shows("? "+w.tagged("cid")+" knocks: /admit or /deny", "\n "+w.tagged("cid")+" knocks: /admit or /deny")
		w.knocking(rooms.Guest{Alias: "dan", Identity: "id-dan"})
		s.shows("\n " + w.tagged("cid") + " and 1 more knock: /admit NAME or /deny NAME")
		s.say("/who")
		s.shows("At the door: " + w.tagged("cid") + ", dan (no key)")
		s.say("/admit")
		s.shows("Several people are knocking")
		s.send(hit(tea.KeyCtrlU))
		s.say("/admit cid")
		later(frameGap)
		s.shows("■ ana let "+w.tagged("cid")+" in", "\n dan (no key) knocks: /admit or /deny")
		s.say("/deny")
		later(frameGap)
		s.shows("■ ana did not let dan (no key) in")
		s.hides("\n dan (no key) knocks")
		s.say("/unlock")
		later(frameGap)
		s.shows("□ ana unlocked the room")
		s.hides("locked  ")
	})
}

func TestALockedRoomWithAKnockLooksRight(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob, err := w.hub.Enter(t.Context(), named(t, "plans"), keyholder("a-name-of-24-characters-"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(bob.Leave)
		s.lock()
		w.knocking(keyholder("cedar-heron"))
		s.golden("locked")
		s.send(tea.WindowSizeMsg{Width: 24, Height: 5})
		checkPaintable(t, s.frame())
		s.shows("plans locked", w.tagged("cedar-heron")[:len("cedar-heron (k7")]+"… knocks")
	})
}

func TestKickAsksFirst(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		s.say("/kick")
		s.shows("Say who")
		s.send(hit(tea.KeyCtrlU))
		s.say("/kick bob")
		s.shows("Type y to kick bob.")
		s.send(runes("n"))
		s.shows("Nobody was kicked.")
		s.say("/kick bib")
		s.send(runes("y"))
		s.shows("Nobody has that name.")
		s.recalls("/kick bib")
		s.send(hit(tea.KeyCtrlU))
		if bob.State().End != nil {
			t.Fatal("bob is out already")
		}
		s.say("/kick bob")
		s.send(runes("Y"))
		later(frameGap)
		s.shows("■ ana kicked bob", "← bob left", "1/16", "bob has no key, and can come back as somebody new until you /lock")
		if end := bob.State().End; end == nil || end.Reason != rooms.ShownOut {
			t.Errorf("bob's end is %+v", end)
		}
	})
}

// /kick means the person who had the name when the owner was asked, not somebody who
// takes it before the reply.
func TestKickMeansThePersonWhoHadTheNameWhenItWasTyped(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		plans := named(t, "plans")
		bob, cid := w.enter(plans, "bob"), w.enter(plans, "cid")
		s.say("/kick bob")
		s.shows("Type y to kick bob.")
		if err := bob.Rename(t.Context(), "rob"); err != nil {
			t.Fatal(err)
		}
		if err := cid.Rename(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		s.send(runes("y"))
		later(frameGap)
		if bob.State().End == nil || cid.State().End != nil {
			t.Errorf("the end of who was meant is %+v, that of who took the name %+v", bob.State().End, cid.State().End)
		}
	})
}

func TestKickSaysWhoCanComeBack(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		plans := named(t, "plans")
		kick := func(g rooms.Guest) {
			t.Helper()
			m, err := w.hub.Enter(t.Context(), plans, g)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(m.Leave)
			later(frameGap)
			s.say("/kick " + g.Alias)
			s.send(runes("y"))
			later(frameGap)
			s.shows("■ ana kicked " + g.Alias)
		}
		kick(keyholder("bob"))
		s.shows("bob's key stays out. Until you /lock, they can come back as")
		w.enter(plans, "dan").Leave() // has been let in before the lock
		s.lock()
		s.say("/clear")
		kick(rooms.Guest{Alias: "dan", Identity: "id-dan"})
		s.hides("somebody new")
	})
}

func TestAKickedPersonIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("plans", time.Hour, 3)
		ana, bob := w.enter(plans, "ana"), w.enter(plans, "bob")
		s := w.start(Config{Member: bob})
		if err := ana.Kick(t.Context(), bob.State().You); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "ana kicked you from plans.", Wipe: true, Status: 4}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestInvitationsAreShownAndCopied(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		later(5 * time.Second)
		s.say("/invite")
		later(frameGap)
		s.shows("ssh plans+i-", "once, within 9m", "Until you /lock") // the room has less than ten minutes left
		s.lock()
		s.say("/invite 90s")
		later(frameGap)
		s.shows("within 1m30s.")
		if n := len(s.emits); n != 2 {
			t.Fatalf("emitted %d times", n)
		}
		at := strings.LastIndex(s.screen(), "ssh plans+i-")
		command, _, _ := strings.Cut(s.screen()[at:], "\n")
		if want := ansi.SetSystemClipboard(command); s.emits[1] != want {
			t.Errorf("emitted %q for %q", s.emits[1], command)
		}
		token := strings.TrimSuffix(strings.TrimPrefix(command, "ssh plans+i-"), "@wick.example")
		if err := w.hub.Redeem(t.Context(), named(t, "plans"), token, keyholder("cid")); err != nil {
			t.Errorf("the invitation is no good: %v", err)
		}
		s.say("/invite soon")
		s.shows("Write a countdown as")
		s.send(hit(tea.KeyCtrlU))
		s.say("/invite 2s")
		s.shows("at least 10 s")
	})
}

func TestOnlyTheOwnerLocksInvitesAndKicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("plans", time.Hour, 3)
		w.enter(plans, "ana")
		s := w.start(Config{Member: w.enter(plans, "bob")})
		for _, command := range []string{"/lock", "/invite", "/kick ana"} {
			s.say(command)
			s.send(runes("y")) // to the question of /kick
			s.shows("Only the person who lit the room may do that.")
			s.send(hit(tea.KeyCtrlU))
			for range 30 {
				s.say("/who")
			}
			s.hides("Only the person who lit")
		}
	})
}
