package ui

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// onSmallScreen runs a test with a session at 40×12, in a room with bob.
func onSmallScreen(t *testing.T, test func(t *testing.T, w *world, s *session, bob *rooms.Member)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 40, 12, io.Discard), Config{})
		test(t, w, s, w.enter(named(t, "plans"), "bob"))
	})
}

func (w *world) burns(m *rooms.Member, text string) {
	w.t.Helper()
	if err := m.Say(w.t.Context(), text, rooms.Saying{Burn: 10 * time.Second}); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

func TestOnlyWhatIsInViewIsRevealed(t *testing.T) {
	for name, reveal := range map[string]func(*session){
		"Ctrl-R":  func(s *session) { s.send(hit(tea.KeyCtrlR)) },
		"/reveal": func(s *session) { s.say("/reveal") },
	} {
		t.Run(name, func(t *testing.T) {
			onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
				w.burns(bob, "swordfish")
				w.burns(bob, "halibut")
				for i := range 30 {
					w.post(bob, fmt.Sprint("below ", i))
				}
				later(frameGap)
				s.hides("▒▒▒")
				reveal(s)
				later(time.Minute) // the fuse is not lit
				s.shows("▒▒▒ burns 10s after", "Ctrl-R again shows it")
				s.hides("swordfish")
				reveal(s)
				s.shows("swordfish", "▒▒▒ burns 10s after") // halibut
				s.hides("Ctrl-R again")
				w.burns(bob, "flounder")
				later(9 * time.Second)
				s.shows("swordfish")
				later(time.Second)
				s.hides("swordfish")
				s.shows("▒▒▒ burned")
				s.send(hit(tea.KeyCtrlEnd))
				s.shows("below 29", "▒▒▒ burns 10s after")
				reveal(s) // halibut is older, but not in view
				s.shows("flounder")
			})
		})
	}
}

func TestALongTextBurnsFromWhenItsEndIsSeen(t *testing.T) {
	var words []string
	for i := range 100 {
		words = append(words, fmt.Sprintf("w%02d..", i))
	}
	long := strings.Join(words, " ") // 599 characters
	for name, pages := range map[string]int{"read to the end": 20, "never read on": 0} {
		t.Run(name, func(t *testing.T) {
			onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
				w.burns(bob, long)
				for i := range 30 {
					w.post(bob, fmt.Sprint("below ", i))
				}
				later(frameGap)
				s.send(hit(tea.KeyCtrlR))
				s.send(hit(tea.KeyCtrlR))
				s.shows("w00..", "it burns once you see")
				later(30 * time.Second)
				s.shows("w00..")
				for i := 0; i < pages && !strings.Contains(s.screen(), "w99.."); i++ {
					s.hides("burns at")
					s.send(hit(tea.KeyPgDown))
				}
				if pages > 0 {
					s.shows("w99..")
					s.hides("it burns once")
					later(9 * time.Second)
					s.shows("w99..")
					later(time.Second)
				} else {
					later(rooms.MaxReading - 21*time.Second)
					s.shows("w00..")
					later(2 * time.Second)
				}
				s.hides("w00..")
				s.hides("w99..")
				s.shows("▒▒▒ burned")
			})
		})
	}
}

// A text that is longer than the screen, but is the last one, starts at its top, too; and
// what fits is never longer than its Burn.
func TestTheLastTextStartsAtItsTop(t *testing.T) {
	onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
		w.burns(bob, "top "+strings.Repeat("filler ", 80)+"end")
		s.send(hit(tea.KeyCtrlR))
		s.shows("top filler")
		s.send(tea.WindowSizeMsg{Width: 80, Height: 40})
		s.shows("top filler", "filler end")
		later(10 * time.Second)
		s.hides("filler")
		w.burns(bob, "short")
		s.send(hit(tea.KeyCtrlR))
		s.shows("short")
		later(10 * time.Second)
		s.hides("short")
	})
}

// What burns for others must not come back for its sender, wherever it was typed.
func TestNothingThatPassesComesBack(t *testing.T) {
	for name, typed := range map[string]string{
		"/burn":                   "/burn 10s swordfish",
		"/msg":                    "/msg bob swordfish",
		"a blank before":          "  /burn 10s swordfish",
		"a fullwidth slash":       "／msg bob swordfish",
		"in capitals":             "/BURN 10s swordfish",
		"several lines":           "/burn 10s one\nswordfish",
		"with somebody addressed": "/msg @bob swordfish",
	} {
		t.Run(name, func(t *testing.T) {
			onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
				s.say("first")
				s.send(pasted(typed), hit(tea.KeyCtrlW), hit(tea.KeyCtrlY), hit(tea.KeyEnter))
				later(time.Second)
				if text := bobsLast(bob).Text; text == "first" {
					t.Fatalf("bob did not get it:\n%s", s.screen())
				}
				s.send(hit(tea.KeyCtrlY))
				if got := s.typed(); got != "" {
					t.Errorf("Ctrl-Y brings back %q", got)
				}
				s.send(hit(tea.KeyUp))
				if got := s.typed(); got != "first" {
					t.Errorf("↑ brings back %q", got)
				}
			})
		})
	}
}

func bobsLast(m *rooms.Member) (last rooms.Event) {
	for _, e := range m.Since(0).All() {
		if e.Kind == rooms.Message {
			last = *e
		}
	}
	return last
}

// A refused text comes back once, until it or another such text was sent.
func TestWhatWasRefusedComesBackUntilItIsSent(t *testing.T) {
	onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
		for _, refused := range []string{"/burn 1s swordfish", "/brun 10s swordfish", "/msg carol swordfish", "/burn 10s @carol swordfish"} {
			s.say("/who")
			s.say(refused)
			later(time.Second)
			s.send(hit(tea.KeyUp))
			if got := s.typed(); got != refused {
				t.Fatalf("after %s is refused, ↑ brings back %q:\n%s", refused, got, s.screen())
			}
			s.send(hit(tea.KeyCtrlU))
			s.say("/burn 10s swordfish")
			later(time.Second)
			s.send(hit(tea.KeyUp))
			if got := s.typed(); got != "/who" {
				t.Errorf("after it was sent, ↑ brings back %q", got)
			}
			s.send(hit(tea.KeyCtrlU))
		}
	})
}
