package ui

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/uitest"
)

// Ctrl-L repairs every screen.
func TestTheScreenIsDrawnAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		plans := w.light("locked", 10*time.Minute, 3)
		lock(t, w.enter(plans, "ana"))
		for name, start := range map[string]func(tt *testTerminal) *session{
			"chat":  func(tt *testTerminal) *session { return w.chatOn(tt, Config{}) },
			"lobby": func(tt *testTerminal) *session { return w.startOn(tt, Config{}) },
			"door": func(tt *testTerminal) *session {
				return w.startOn(tt, Config{Door: plans, Guest: func(rooms.Name) rooms.Guest { return keyholder("cid") }})
			},
		} {
			term := uitest.New(80, 24)
			defer term.Close()
			s := start(newTestTerminal(t, 80, 24, term))
			later(frameGap)
			for _, key := range []tea.KeyType{tea.KeyCtrlL, tea.KeyCtrlBackslash} {
				before := term.Screen()
				term.Write([]byte("\x1b7\x1b[3;3Hnoise from elsewhere\x1b[20;1Hand more\x1b8"))
				s.send(hit(tea.KeyCtrlL))
				if after := term.Screen(); !slices.Equal(before, after) {
					t.Errorf("%s: after Ctrl-L the screen is\n%s", name, term.Text())
				}
				s.send(hit(key))
			}
		}
	})
}
