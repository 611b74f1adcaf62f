package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

func TestCommandsDoWhatTheySay(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/help")
		s.shows("/destroy", "/ttl 5m")
		s.say("/who")
		s.shows("1 of 16 here: ana (you) (no key)")
		s.say("/share")
		s.shows("ssh plans@wick.example")
		if want := ansi.SetSystemClipboard("ssh plans@wick.example"); len(s.emits) != 1 || s.emits[0] != want {
			t.Errorf("emitted: %q", s.emits)
		}
		s.say("/nick bea")
		later(frameGap)
		s.shows("ana is now bea", "bea (you)")
		s.say("/nick bad name!")
		later(frameGap)
		s.shows("A name is 1 to 24")
		s.recalls("/nick bad name!")
		s.send(hit(tea.KeyCtrlU))
		s.say("/ttl 5m")
		later(frameGap)
		s.shows("shortened the countdown", "05:00")
		s.say("/ttl 1h")
		later(frameGap)
		s.shows("never extended")
		s.send(hit(tea.KeyCtrlU))
		s.say("/ttl soon")
		s.shows("Write a countdown as")
		s.send(hit(tea.KeyCtrlU))
		s.say("/dance now")
		s.shows("There is no such command: /help")
		s.recalls("/dance now")
	})
}

func TestEveryCommandRunsOnTheScreen(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		for _, name := range slash.Names(slash.Screen) {
			switch name {
			case "/leave", "/destroy", "/plain":
				continue
			}
			s.send(runes(name), hit(tea.KeyEnter))
			later(time.Second)
			s.hides("There is no such command")
			if rest := s.typed(); rest != "" {
				t.Errorf("%s left %q in the composer", name, rest)
			}
		}
	})
}

func TestAWarningIsNotRepeated(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		again := func() {
			s.say("/dance")
			s.send(hit(tea.KeyCtrlU))
		}
		again()
		again()
		if n := strings.Count(s.screen(), "There is no such command"); n != 1 {
			t.Errorf("it stands there %d times:\n%s", n, s.screen())
		}
		s.say("hello")
		later(frameGap)
		again()
		if n := strings.Count(s.screen(), "There is no such command"); n != 2 {
			t.Errorf("after a message it stands there %d times:\n%s", n, s.screen())
		}
	})
}

func TestDestroyAsksFirst(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("hello")
		s.say("/destroy")
		s.shows("Type y to wipe it")
		s.send(tea.WindowSizeMsg{Width: 40, Height: 3})
		s.shows("Type y to wipe it")
		s.send(runes("n"))
		s.shows("Kept: the room burns on.")
		s.hides("Type y")
		s.say("/destroy")
		s.send(pasted("y")) // a paste is not an answer
		s.hides("Type y")
		s.say("/destroy")
		s.send(runes("y"))
		o := s.ends()
		if want := (wording.Outcome{Line: "plans was destroyed by ana: 1 message wiped.", Wipe: true}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestTimesMoveToAnotherZone(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		w.post(w.enter(named(t, "plans"), "bob"), "hello")
		s.shows("00:00  bob  hello")
		s.say("/tz <+0530>-5:30")
		s.shows("Times are in <+0530>-5:30 (UTC+5:30).", "05:30  bob  hello")
		s.hides("00:00  bob")
	})
}

// recalls checks that the composer is empty and that ↑ brings a text back, and clears it.
func (s *session) recalls(text string) {
	s.t.Helper()
	if rest := s.typed(); rest != "" {
		s.t.Errorf("%q is left in the composer", rest)
	}
	s.send(hit(tea.KeyUp))
	if got := s.typed(); got != text {
		s.t.Errorf("↑ brings back %q, want %q", got, text)
	}
	s.send(hit(tea.KeyCtrlC))
}
