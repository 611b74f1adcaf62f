package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/cells"
)

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

// Who you are is shown on every screen, however long your name and the room's are. A name
// without its note stands alone.
func TestYourOwnNameIsShownRatherThanItsNote(t *testing.T) {
	for _, room := range []string{"plans", "k7f3-q9xm-2tdw", strings.Repeat("long", 8)} {
		for _, alias := range []string{"an", "a-very-long-name-indeed", "एकलंबानामजोकाटाजाताहै", "名前名前名前名前名前名前"} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, cfgFast, nil)
				name := w.light(room, 10*time.Minute, 16)
				me := rooms.Guest{Alias: alias, Identity: "id-me", Returns: true}
				m, err := w.hub.Enter(t.Context(), name, me)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(m.Leave)
				w.enter(name, "bob")
				s := w.start(Config{Member: m})
				for _, width := range []int{20, 30, 40, 60, 80, 99, 100, 130, 160} {
					s.send(tea.WindowSizeMsg{Width: width, Height: 24})
					screen := s.screen()
					header, _, _ := strings.Cut(screen, "\n")
					noted := strings.Contains(header, alias+" (you)")
					alone := !strings.Contains(header, "(you)") && !strings.Contains(header, "bob")
					if begins := cells.Truncate(alias, 2, ""); width < rosterFrom && !noted && (!alone || !strings.Contains(header, "  "+begins)) {
						t.Errorf("%d cells: %q", width, header)
					}
					if width >= rosterFrom && !strings.Contains(screen, "(you) ("+m.State().You.KeyTag()+")") {
						t.Errorf("%d cells:\n%s", width, screen)
					}
				}
			})
		}
	}
}
