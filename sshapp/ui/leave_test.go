package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// Messages entered before somebody leaves are said first, however they leave.
func TestWhatWasEnteredIsSaidBeforeThePersonLeaves(t *testing.T) {
	for name, leave := range map[string]func(*session){
		"ctrl-c":           func(s *session) { s.send(hit(tea.KeyCtrlC)) },
		"ctrl-d":           func(s *session) { s.send(hit(tea.KeyCtrlD)) },
		"/leave":           func(s *session) { s.say("/leave") },
		"end of the input": func(s *session) { s.terminal.keyboard.Close() },
		"hanging up":       func(s *session) { s.tui.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, open := gated(t)
				s := w.chat(Config{})
				s.say("one")
				s.say("two")
				leave(s)
				later(time.Second)
				open <- nil
				later(time.Second)
				open <- nil
				later(time.Second)
				select {
				case <-s.done:
				default:
					t.Fatal("the session goes on")
				}
				if got := s.said(); !slices.Equal(got, []string{"one", "two"}) {
					t.Errorf("said %q", got)
				}
				if name != "hanging up" && !strings.HasPrefix(s.outcome.Line, stillBurns) || s.outcome.Status != 0 {
					t.Errorf("the outcome is %+v", s.outcome)
				}
			})
		})
	}
}

func TestWhoLeavesIsToldWhatWasNotSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		then func(s *session, open chan error)
		says string
	}{
		"refused":   {func(s *session, open chan error) { open <- rooms.ErrUnavailable }, "Not everything was said: The store cannot be reached."},
		"no answer": {func(*session, chan error) { later(LeaveLimit - time.Second) }, wording.Sentence(rooms.ErrUnknown)},
		"in haste":  {func(s *session, _ chan error) { s.send(hit(tea.KeyCtrlC)) }, wording.Sentence(rooms.ErrUnknown)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				open := make(chan error)
				defer close(open)
				f := &faulty{append: func(context.Context) error { return <-open }} // as a store that is away
				w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
				s := w.chat(Config{})
				s.say("one")
				s.send(hit(tea.KeyCtrlD))
				s.shows("You leave once everything you entered is said. Ctrl-C leaves now.")
				tt.then(s, open)
				later(time.Second)
				if o := s.ends(); o.Status != wording.ExitFailed || !strings.HasPrefix(o.Line, tt.says+" "+stillBurns) {
					t.Errorf("the outcome is %+v", o)
				}
			})
		})
	}
}
