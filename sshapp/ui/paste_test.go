package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// said returns what this person said.
func (s *session) said() (texts []string) {
	s.t.Helper()
	for _, e := range s.member.Since(0).Events {
		if e.Kind == rooms.Message {
			texts = append(texts, string(e.Text))
		}
	}
	return texts
}

// A paste without brackets ends in the Enter that came with it.
func TestAPasteWithItsEnterIsOneMessageAndNoCommand(t *testing.T) {
	long := strings.Repeat("x\n", rooms.MaxText)
	for typed, row := range map[string]struct{ said, left, notice string }{
		"one\ntwo\r":              {"one\ntwo", "", ""},
		"one\n/leave\n/destroy\r": {"one\n/leave\n/destroy", "", ""},
		"// TODO\nnext\r":         {"// TODO\nnext", "", ""},
		"one\n\n    two\r":        {"one\n\n    two", "", ""},
		"/leave\nor not\r":        {"", "/leave\nor not", "it was not said"},
		" ／msg bob pw\nor not\r":  {"", " ／msg bob pw\nor not", "it was not said"},
		long + "x\r":              {"", long + "x", "longer than a message may be"},
	} {
		inChat(t, func(t *testing.T, w *world, s *session) {
			s.send(pasted(typed))
			later(time.Second)
			s.shows(row.notice)
			if got := strings.Join(s.said(), "|"); got != row.said || s.typed() != row.left {
				t.Errorf("%.40q said %q, and left %.40q", typed, got, s.typed())
			}
			// The next text typed is never run together with it.
			s.say("next")
			later(time.Second)
			if texts := s.said(); len(texts) == 0 || texts[len(texts)-1] != "next" {
				t.Errorf("%.40q: after it %q was said", typed, texts)
			}
			if row.left != "" {
				s.send(hit(tea.KeyUp), hit(tea.KeyUp))
				if s.typed() != row.left {
					t.Errorf("↑ brings back %.40q", s.typed())
				}
			}
		})
	}
}

func TestAPasteWithoutEnterWaitsForOneByHand(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(pasted("one\ntwo"))
		later(time.Minute)
		if s.said() != nil || s.typed() != "one\ntwo" {
			t.Errorf("%q was said, and %q is left", s.said(), s.typed())
		}
		s.send(hit(tea.KeyEnter))
		later(time.Second)
		if got := strings.Join(s.said(), "|"); got != "one\ntwo" {
			t.Errorf("%q was said", got)
		}
	})
}

func TestAPasteThatIsRefusedStaysWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{Rate: 1, Burst: 1}, nil)
		s := w.chat(Config{})
		s.say("zero")
		s.send(pasted("// one\ntwo\r"))
		s.shows("too fast")
		later(time.Minute)
		s.send(hit(tea.KeyEnter))
		later(time.Second)
		if got := strings.Join(s.said(), "|"); got != "zero|// one\ntwo" {
			t.Errorf("%q was said", got)
		}
	})
}

func TestPastedLinesDoNotAnswerAQuestionAndAreNotLost(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/destroy")
		s.send(pasted("y\nes"))
		s.shows("Kept: the room burns on.")
		if s.typed() != "y\nes" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}
