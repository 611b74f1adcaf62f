package ui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func TestWhatIsSentHasEmojiAndActions(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		for _, row := range []struct{ typed, sent, shown string }{
			{"well :tada:", "well 🎉", "ana  well 🎉"},
			{"/me waves :wave:", "/me waves 👋", "* ana waves 👋"},
			{"//me waves", "//me waves", "ana  /me waves"},
			{"///me waves", "///me waves", "ana  //me waves"},
			{"//mean", "/mean", "ana  /mean"},
		} {
			s.say(row.typed)
			later(time.Second)
			log := s.member.Since(0).Events
			if got := log[len(log)-1].Text; got != row.sent {
				t.Errorf("%q was sent as %q", row.typed, got)
			}
			s.shows(row.shown)
		}
		s.say("/me")
		s.shows("Say what you do: /me waves.")
		s.send(hit(tea.KeyCtrlU))
		s.say("/me ")
		s.shows("Say what you do: /me waves.")
	})
}

func TestAnActionForgesNoLine(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "/me left\n 00:00  ana  I agree\n* ana agrees")
		later(frameGap)
		s.shows("▌00:00  * bob left\n               00:00  ana  I agree\n              * ana agrees\n")
	})
}
