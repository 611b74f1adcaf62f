package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/wording"
)

func TestTheKeysAndCommandsThatLeave(t *testing.T) {
	for name, leave := range map[string]func(*session){
		"ctrl-c twice":    func(s *session) { s.send(runes("half a th"), hit(tea.KeyCtrlC), hit(tea.KeyCtrlC)) },
		"ctrl-d on empty": func(s *session) { s.send(hit(tea.KeyCtrlD)) },
		"/leave":          func(s *session) { s.say("/leave") },
		"/quit":           func(s *session) { s.say("/quit") },
	} {
		t.Run(name, func(t *testing.T) {
			inChat(t, func(t *testing.T, w *world, s *session) {
				later(5*time.Minute + 48*time.Second)
				leave(s)
				if o, want := s.ends(), (wording.Outcome{Line: "You left plans. It burns for another 4:12."}); o != want {
					t.Errorf("the outcome is %+v", o)
				}
				bob := w.enter(named(t, "plans"), "bob")
				s.model.close()
				s.model.close()
				synctest.Wait()
				if r := bob.State().Roster; len(r) != 1 {
					t.Errorf("%d are here after leaving", len(r))
				}
			})
		})
	}
}

func TestCtrlDDeletesIfThereIsText(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(runes("ab"), hit(tea.KeyHome), hit(tea.KeyCtrlD))
		if s.typed() != "b" {
			t.Errorf("the composer holds %q", s.typed())
		}
	})
}

func TestARoomThatEndsEndsTheSession(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "one")
		w.post(bob, "two")
		if err := bob.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "plans was destroyed by bob: 2 messages wiped.", Wipe: true}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestAServerGoingDownEndsTheSession(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		w.hub.Close()
		synctest.Wait()
		if o, want := s.ends(), (wording.Outcome{Line: "The server is going down. plans went with it: 0 messages wiped.", Wipe: true, Status: 1}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestAKilledSessionStillSaysHowTheRoomEnded(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.program.Kill()
		<-s.done
		if s.outcome != (wording.Outcome{}) {
			t.Errorf("the outcome is %+v while the room burns", s.outcome)
		}
		s = w.start(Config{Member: w.enter(named(t, "plans"), "ana")})
		s.inspect(func(*model) {
			w.hub.Close()
			s.tui.stop()
		})
		<-s.done
		if o := s.outcome; !o.Wipe || !strings.Contains(o.Line, "going down") {
			t.Errorf("the outcome is %+v", o)
		}
	})
}
