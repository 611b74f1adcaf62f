package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

func TestAKeyBlanksTheScreenUntilItIsPressedAgain(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		s.send(runes("half a"))
		s.rush(hit(tea.KeyCtrlBackslash))
		before := s.frame()
		if strings.TrimSpace(plainText(before)) != "" || strings.TrimSpace(before.Title) != "" || before.Title == "" || before.CursorY >= 0 || before.Mouse || before.Clock != nil {
			t.Fatalf("at once it shows %+v", before)
		}
		w.post(bob, "are you there?")
		later(time.Second)
		s.send(runes(" thought"), hit(tea.KeyEnter), tea.WindowSizeMsg{Width: 60, Height: 20}, noticeMsg("Nothing was typed."))
		if f := s.frame(); strings.TrimSpace(plainText(f)) != "" || strings.Contains(f.Title, "plans") || f.Width != 60 {
			t.Errorf("while blank it shows %q", plainText(f))
		}
		s.send(hit(tea.KeyCtrlBackslash))
		s.shows("are you there?", "❯ half a")
		if f := s.frame(); !strings.Contains(f.Title, "plans") || f.CursorY < 0 {
			t.Errorf("brought back it is %q with the cursor at %d", f.Title, f.CursorY)
		}
	})
}

func TestABlankScreenEndsWithoutTheNameOfTheRoom(t *testing.T) {
	for name, end := range map[string]func(*world, *session){
		"left":   func(_ *world, s *session) { s.send(hit(tea.KeyCtrlC)) },
		"burned": func(*world, *session) { later(10 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			inChat(t, func(t *testing.T, w *world, s *session) {
				s.send(hit(tea.KeyCtrlBackslash))
				end(w, s)
				if o := s.ends(); o.Line != "" || o.Wipe != (name == "burned") {
					t.Errorf("it ends with %+v", o)
				}
				for _, c := range s.emits {
					if strings.Contains(ansi.Strip(c), "plans") {
						t.Errorf("it emitted %q", c)
					}
				}
			})
		})
	}
}
