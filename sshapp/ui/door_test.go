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

// keyholder is somebody with a key.
func keyholder(alias string) rooms.Guest {
	return rooms.Guest{Alias: alias, Identity: "id-" + alias, Returns: true}
}

// tagged is a keyholder as others see them in plans.
func (w *world) tagged(alias string) string {
	w.t.Helper()
	room, err := w.hub.Find(w.t.Context(), named(w.t, "plans"))
	if err != nil {
		w.t.Fatal(err)
	}
	return alias + " (" + rooms.KeyTag(room.Epoch, "id-"+alias) + ")"
}

// knocking has guests at the door of plans, one after the other.
func (w *world) knocking(guests ...rooms.Guest) {
	for _, g := range guests {
		go w.hub.Knock(w.t.Context(), named(w.t, "plans"), g, nil)
		later(frameGap)
	}
}

// atDoor runs a session of cid's at the door of a locked room in which ana sits.
func atDoor(t *testing.T, test func(t *testing.T, w *world, ana *rooms.Member, cid *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("plans", 10*time.Minute, 3)
		ana := w.enter(plans, "ana")
		w.post(ana, "nobody else may read this")
		lock(t, ana)
		test(t, w, ana, w.start(Config{Door: plans, Guest: func(rooms.Name) rooms.Guest { return keyholder("cid") }}))
	})
}

func lock(t *testing.T, m *rooms.Member) {
	t.Helper()
	if err := m.Lock(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func decide(t *testing.T, m *rooms.Member, who string, admit bool) {
	t.Helper()
	if err := m.Decide(t.Context(), who, admit); err != nil {
		t.Fatal(err)
	}
	later(frameGap)
}

func TestTheDoorLooksRight(t *testing.T) {
	atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
		cid.golden("door")
		for _, f := range cid.frames {
			for _, secret := range []string{"ana", "1/3", "nobody else", "10:00", "09:5"} {
				if strings.Contains(plainText(f), secret) {
					t.Fatalf("the door shows %q:\n%s", secret, plainText(f))
				}
			}
		}
	})
}

func TestWhoIsAdmittedComesInAndSeesTheRoom(t *testing.T) {
	atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
		decide(t, ana, "", true)
		cid.shows("2/3", "nobody else may read this", "→ "+w.tagged("cid")+" came in", "locked")
		cid.say("thanks")
		later(frameGap)
		cid.shows("cid  thanks")
		cid.model.close()
		synctest.Wait()
		if n := len(ana.State().Roster); n != 1 {
			t.Errorf("%d are here after leaving", n)
		}
	})
}

func TestTheDoorEndsInASentence(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(t *testing.T, w *world, ana *rooms.Member, cid *session)
		want wording.Outcome
	}{
		"turned away": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { decide(t, ana, "cid", false) },
			wording.Outcome{Line: "They did not let you in.", Status: 4}},
		"the room is full": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
			for _, g := range []string{"dan", "eve"} {
				if err := w.hub.Redeem(t.Context(), named(t, "plans"), invitation(t, ana), keyholder(g)); err != nil {
					t.Fatal(err)
				}
				w.enter(named(t, "plans"), g)
			}
			decide(t, ana, "cid", true)
		}, wording.Outcome{Line: "The room is full.", Status: 4}},
		"the room ends": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
			if err := ana.Destroy(t.Context()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}, wording.Outcome{Line: "No such room, or it burned out.", Status: 3}},
		"the room burns out": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { later(11 * time.Minute) },
			wording.Outcome{Line: "No such room, or it burned out.", Status: 3}},
		"Ctrl-C": {func(t *testing.T, w *world, ana *rooms.Member, cid *session) { cid.send(hit(tea.KeyCtrlC)) },
			wording.Outcome{Line: "You left. plans is locked."}},
	} {
		t.Run(name, func(t *testing.T) {
			atDoor(t, func(t *testing.T, w *world, ana *rooms.Member, cid *session) {
				tt.do(t, w, ana, cid)
				if o := cid.ends(); o != tt.want {
					t.Errorf("the outcome is %+v", o)
				}
			})
		})
	}
}

func invitation(t *testing.T, m *rooms.Member) string {
	t.Helper()
	token, err := m.Invite(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTheLobbyLeadsToTheDoorOfALockedRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		ana := w.enter(w.light("plans", time.Hour, 3), "ana")
		lock(t, ana)
		cid := w.start(Config{Lobby: Lobby{Name: "plans"}, Guest: func(rooms.Name) rooms.Guest { return keyholder("cid") }})
		cid.send(hit(tea.KeyEnter))
		cid.shows("plans is locked.", "You are "+w.tagged("cid"))
		decide(t, ana, "cid", true)
		cid.shows("2/3")
	})
}

func TestMembersSeeWhoKnocksUntilTheyDecide(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/admit")
		s.shows("Nobody is knocking.")
		s.send(hit(tea.KeyCtrlU))
		s.hides("locked  10:00")
		s.say("/lock")
		later(frameGap)
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
		s.say("/lock")
		w.knocking(keyholder("cedar-heron"))
		s.golden("locked")
		s.send(tea.WindowSizeMsg{Width: 24, Height: 5})
		sound(t, s.frame())
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
		s.shows("Type y to show bob out.")
		s.send(runes("n"))
		s.shows("Nobody was shown out.")
		s.say("/kick bib")
		s.send(runes("y"))
		s.shows("There is nobody of that name.")
		if s.typed() != "/kick bib" {
			t.Errorf("the composer holds %q", s.typed())
		}
		s.send(hit(tea.KeyCtrlU))
		if bob.State().End != nil {
			t.Fatal("bob is out already")
		}
		s.say("/kick bob")
		s.send(runes("Y"))
		later(frameGap)
		s.shows("■ ana showed bob out", "← bob left", "1/16", "bob has no key, and can come back as somebody new until you /lock")
		if end := bob.State().End; end == nil || end.Reason != rooms.ShownOut {
			t.Errorf("bob's end is %+v", end)
		}
	})
}

// Who is shown out is who had the name when the owner was asked, not who takes it
// before the answer.
func TestKickMeansWhoHadTheNameWhenItWasTyped(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		plans := named(t, "plans")
		bob, cid := w.enter(plans, "bob"), w.enter(plans, "cid")
		s.say("/kick bob")
		s.shows("Type y to show bob out.")
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
			s.shows("■ ana showed " + g.Alias)
		}
		kick(keyholder("bob"))
		s.shows("bob's key stays out. Until you /lock, they can come back as")
		s.say("/clear")
		w.enter(plans, "dan").Leave() // who was let in before the lock
		s.say("/lock")
		kick(rooms.Guest{Alias: "dan", Identity: "id-dan"})
		s.hides("somebody new")
	})
}

func TestWhoIsKickedSeesItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("plans", time.Hour, 3)
		ana, bob := w.enter(plans, "ana"), w.enter(plans, "bob")
		s := w.start(Config{Member: bob})
		if _, err := ana.Kick(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "ana showed you out of plans.", Wipe: true, Status: 4}); o != want {
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
		s.say("/lock")
		later(frameGap)
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
		s.shows("A countdown is written")
		s.send(hit(tea.KeyCtrlU))
		s.say("/invite 2s")
		s.shows("at least 10 s")
	})
}

func TestOnlyWhoLitTheRoomCommandsTheDoor(t *testing.T) {
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

func TestAnAliasThatComesBackWithAnotherKeyIsMarked(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		enter := func(alias, identity string, key bool) *rooms.Member {
			m, err := w.hub.Enter(t.Context(), named(t, "plans"), rooms.Guest{Alias: alias, Identity: identity, Returns: key})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(m.Leave)
			return m
		}
		s.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		bob := enter("bob", "id-bob", true)
		later(frameGap)
		tag := "(" + bob.State().You.KeyTag() + ")"
		s.shows("→ bob "+tag+" came in", "│ bob "+tag)
		w.post(bob, "it is me")
		bob.Leave()
		later(frameGap)
		eve := enter("bob", "id-eve", true)
		w.post(eve, "it is me again")
		later(frameGap)
		other := "(" + eve.State().You.KeyTag() + ")"
		s.shows("bob  it is me\n", "→ bob! "+other+" came in: not the key that had this name before", "bob!  it is me again", "│ bob! "+other)
		eve.Leave()
		later(frameGap)
		enter("bob", "id-dan", false)
		later(frameGap)
		s.shows("→ bob! came in: no key, and somebody had this name before")
		s.say("/who")
		s.shows("2 of 16 here: ana (you) (no key), bob! (no key)")
		back := enter("rob", "id-bob", true)
		later(frameGap)
		s.shows("→ rob " + tag + " came in")
		s.hides("rob!")
		if err := back.Rename(t.Context(), "eva"); err != nil {
			t.Fatal(err)
		}
		later(frameGap)
		s.shows("~ rob is now eva " + tag)
	})
}

func TestOnesOwnTagIsInAHeaderThatHasRoomForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		m, err := w.hub.Enter(t.Context(), w.light("plans", time.Hour, 3), keyholder("ana"))
		if err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: m})
		s.shows("ana (you) (" + m.State().You.KeyTag() + ")")
		s.send(tea.WindowSizeMsg{Width: 40, Height: 12})
		if head := strings.SplitN(s.screen(), "\n", 2)[0]; strings.Contains(head, m.State().You.KeyTag()) || !strings.Contains(head, "ana (you)") {
			t.Errorf("a narrow header is %q", head)
		}
	})
}
