package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

const remains = "an append-only file and 1 replica of Redis may keep sealed remains"

func TestPrivacyAndHelpCanBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Storage: wording.Storage{Redis: true, Keeps: remains}})
		s.say("/help")
		s.golden("help")
		s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
		s.say("/privacy")
		s.golden("privacy")
		// What does not fit is a few keys away.
		s.send(tea.WindowSizeMsg{Width: 40, Height: 12})
		first := "Who can read this: everybody in the"
		s.hides(first)
		for range 6 {
			s.send(hit(tea.KeyPgUp))
		}
		var read []string
		for range 60 {
			read = append(read, strings.ReplaceAll(s.screen(), "\n │ ", " "))
			s.send(hit(tea.KeyCtrlDown))
		}
		all := strings.Join(read, "\n")
		for _, part := range []string{first, "1 replica", "100 messages", "Logged:"} {
			if !strings.Contains(all, part) {
				t.Errorf("scrolling does not show %q", part)
			}
		}
	})
}

func TestTheGreetingSaysWhatTheServerSeesAndKeeps(t *testing.T) {
	for redis, want := range map[bool]string{
		false: "can read it, in memory only. /privacy",
		true:  "can read it; Redis holds it sealed. /privacy",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			w.chat(Config{Storage: wording.Storage{Redis: redis}}).shows(want)
		})
	}
}

func TestARoomOnRedisEndsWithAReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{LivesOn: true}, nil)
		s := w.chat(Config{Storage: wording.Storage{Redis: true}})
		later(11 * time.Minute)
		if o, want := s.ends().Line, "plans burned out: 0 messages wiped. No key is left in Redis."; o != want {
			t.Errorf("the last line is %q", o)
		}
	})
}
