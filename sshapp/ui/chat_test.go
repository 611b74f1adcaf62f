package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

// cfgFast configures a hub without a rate limit on messages.
var cfgFast rooms.HubConfig

// inChat runs a test with a session of ana in a chat.
func inChat(t *testing.T, test func(*testing.T, *world, *session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		test(t, w, w.chat(Config{}))
	})
}

func TestSenderSeesTheMessageOnceFromTheRoom(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("hello there")
		later(frameGap)
		if n := strings.Count(s.screen(), "hello there"); n != 1 {
			t.Errorf("it shows %d times:\n%s", n, s.screen())
		}
		if s.typed() != "" {
			t.Errorf("the composer still holds %q", s.typed())
		}
	})
}

func TestEnterWithoutTextSendsNothing(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("")
		s.send(space, hit(tea.KeyEnter))
		later(time.Second)
		if n := s.member.State().Messages; n != 0 {
			t.Errorf("%d messages were said", n)
		}
	})
}

func TestTwoSlashesSendOne(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("//help is a command")
		later(frameGap)
		s.shows("ana  /help is a command")
	})
}

func TestPastedLinesStayOneMessage(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(pasted("one\r\ntwo\rthree\nfour"))
		s.shows(" ❯ one\n   two\n   three\n   four\n")
		s.send(hit(tea.KeyEnter))
		later(frameGap)
		log := s.member.Since(0)
		last := log.Events[len(log.Events)-1]
		if last.Kind != rooms.Message || last.Text != "one\ntwo\nthree\nfour" {
			t.Errorf("what was said is %q", last.Text)
		}
	})
}

// The letters of a key's name are text, even if they arrive in one packet.
func TestTextIsNeverTakenForAKey(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		for _, word := range []string{"up", "home", "left", "delete", "backspace", "enter", "ctrl+c", "pgup", "tab", "esc"} {
			s.send(runes(word), space)
		}
		want := "up home left delete backspace enter ctrl+c pgup tab esc"
		if got := strings.TrimSpace(s.typed()); got != want {
			t.Errorf("the composer holds %q", got)
		}
	})
}

func TestActionsAreSentAndNothingElseIsReplaced(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		for _, row := range []struct{ typed, sent, shown string }{
			{"well :tada:", "well :tada:", "ana  well :tada:"},
			{"/me waves :wave:", "/me waves :wave:", "* ana waves :wave:"},
			{"x:+1:*9fK#*  ", "x:+1:*9fK#*  ", "ana  x:+1:*9fK#*"},
			{"//me waves", "//me waves", "ana  /me waves"},
			{"///me waves", "///me waves", "ana  //me waves"},
			{"//mean", "/mean", "ana  /mean"},
		} {
			s.say(row.typed)
			later(time.Second)
			log := s.member.Since(0).Events
			if got := log[len(log)-1].Text; string(got) != row.sent {
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

func TestWhatIsPastedIsSaidExactly(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		for typed, said := range map[string]rooms.Text{
			"all:\n\tgo\tbuild  \n\n\n\t@x\n": "all:\n\tgo\tbuild  \n\n\n\t@x\n",
			"\t\u200b\u202ea\u00a0b\u3000 ":   "\t\u200b\u202ea\u00a0b\u3000 ",
			"/msg bob  pw*x* ":                "pw*x* ",
			"/msg bob ```\n\tx\n\n\n```":      "```\n\tx\n\n\n```",
			"/burn 1m x\ty ":                  "x\ty ",
		} {
			s.send(pasted(typed))
			if s.typed() != typed {
				t.Errorf("the composer holds %q of %q", s.typed(), typed)
			}
			checkPaintable(t, s.frame())
			s.send(hit(tea.KeyEnter))
			later(time.Second)
			got := rooms.Event{}
			for _, e := range s.member.Since(0).All() {
				got = *e
			}
			if got.Text != said || s.typed() != "" {
				t.Errorf("%q was said as %q, and %q is left", typed, got.Text, s.typed())
			}
			checkPaintable(t, s.frame())
		}
		bob.Leave()
	})
}
