package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

const remains = "an append-only file and 1 replica of Redis may keep sealed remains"

func TestPrivacyAndHelpCanBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Redis: true, Keeps: remains})
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

func TestPrivacySaysWhatIsSo(t *testing.T) {
	alone, shared, kept := Config{}, Config{Redis: true}, Config{Redis: true, Keeps: remains}
	for _, text := range []string{alone.keeping(), alone.privacy(7), alone.receipt(false), alone.receipt(true)} {
		if strings.Contains(text, "Redis") {
			t.Errorf("without a Redis people read %q", text)
		}
	}
	if !strings.Contains(alone.privacy(7), "newest 7 messages") {
		t.Errorf("people read %q", alone.privacy(7))
	}
	if text := shared.privacy(7); !strings.Contains(text, "sealed") || strings.Contains(text, "remains") {
		t.Errorf("with a Redis that keeps nothing people read %q", text)
	}
	const code = "If somebody destroys it, the servers remember that until its deadline"
	if strings.Contains(alone.privacy(7), code) || !strings.Contains(shared.privacy(7), code) {
		t.Errorf("what is remembered of a destroyed room: people read %q and %q", alone.privacy(7), shared.privacy(7))
	}
	if text := kept.privacy(7); !strings.Contains(text, "An append-only file and 1 replica of Redis may keep sealed remains.") {
		t.Errorf("with a Redis that keeps remains people read %q", text)
	}
}

func TestEnteringTellsWhatTheServerSeesAndKeeps(t *testing.T) {
	for redis, want := range map[bool]string{
		false: "can read it, in memory only. /privacy",
		true:  "can read it; Redis holds it sealed. /privacy",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, cfgFast, nil)
			w.chat(Config{Redis: redis}).shows(want)
		})
	}
}

func TestReceipts(t *testing.T) {
	n := named(t, "plans")
	for _, tt := range []struct {
		cfg  Config
		end  rooms.End
		want string
	}{
		{Config{}, rooms.End{Reason: rooms.BurnedOut, Messages: 7}, "plans burned out: 7 messages wiped."},
		{Config{Redis: true}, rooms.End{Reason: rooms.BurnedOut, Messages: 7, Clean: true}, "plans burned out: 7 messages wiped. No key is left in Redis."},
		{Config{Redis: true}, rooms.End{Reason: rooms.BurnedOut, Messages: 7}, "plans burned out: 7 messages wiped. Redis did not confirm that no key is left."},
		{Config{Redis: true, Keeps: remains}, rooms.End{Reason: rooms.Wiped, By: "ana", Messages: 1, Clean: true},
			"plans was destroyed by ana: 1 message wiped. No key is left in Redis. An append-only file and 1 replica of Redis may keep sealed remains."},
		{Config{Redis: true, Keeps: remains}, rooms.End{Reason: rooms.ShownOut, By: "ana", Messages: 1}, "ana showed you out of plans."},
	} {
		if got := tt.cfg.ending(n, tt.end); got.Line != tt.want {
			t.Errorf("%+v: %q, want %q", tt.end, got.Line, tt.want)
		}
	}
}

func TestARoomOnRedisEndsWithAReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{LivesOn: true}, nil)
		s := w.chat(Config{Redis: true})
		later(11 * time.Minute)
		if o, want := s.ends().Line, "plans burned out: 0 messages wiped. No key is left in Redis."; o != want {
			t.Errorf("the last line is %q", o)
		}
	})
}
