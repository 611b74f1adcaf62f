package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/uitest"
)

var asciiTheme = ThemeOf(termenv.ANSI256, ASCII)

func TestChatInASCIILooksRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Theme: asciiTheme})
		talk(w, s)
		s.golden("ascii")
		later(8*time.Minute + 53*time.Second)
		s.golden("ascii_last_seconds")
	})
}

func TestLobbyInASCIILooksRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		w.start(Config{Theme: asciiTheme, Lobby: Lobby{Offer: "plans", TTL: 30 * time.Minute}}).golden("ascii_lobby")
	})
}

// Whatever happens, wick itself draws in ASCII alone.
func TestNothingOfWickIsBeyondASCII(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out tape
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 80, 24, &out), Config{Theme: asciiTheme})
		plans := named(t, "plans")
		bob := w.enter(plans, "bob")
		if err := bob.Typing(t.Context()); err != nil {
			t.Fatal(err)
		}
		later(time.Second)
		s.shows("bob is typing...")
		for range 40 {
			w.post(bob, "ana: hello")
		}
		s.send(hit(tea.KeyPgUp))
		w.post(bob, "once more")
		later(frameGap)
		s.shows("v 1 new below, PgDn")
		if err := bob.Say(t.Context(), "it burns", rooms.Saying{Burn: time.Minute}); err != nil {
			t.Fatal(err)
		}
		s.say("/help keys")
		s.shows("Ctrl-Up Down", "<- ->")
		for _, typed := range []string{"/help", "/help door", "/msg bob hi", "/lock", "/unlock", "/who", "/ttl 9m"} {
			s.say(typed)
			if typed == "/lock" {
				s.send(runes("y"))
			}
			later(frameGap)
		}
		if err := bob.Tell(t.Context(), "ana", "for you alone"); err != nil {
			t.Fatal(err)
		}
		later(frameGap)
		s.shows("bob -> you (direct)  for you alone", "ana -> bob (direct)  hi", "x ana shortened the countdown")
		s.send(runes("/"), hit(tea.KeyTab), hit(tea.KeyTab), hit(tea.KeyCtrlU))
		s.send(pasted(strings.Repeat("a long draft\n", 20)), hit(tea.KeyUp), hit(tea.KeyUp), hit(tea.KeyUp))
		s.send(runes("l"), hit(tea.KeyCtrlU), tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("l"), Alt: true})
		s.shows("Up Down: other messages")
		s.send(hit(tea.KeyEsc))
		bob.Leave()
		for _, size := range sizes {
			s.terminal.resize(size.w, size.h)
			later(frameGap)
		}
		later(9 * time.Minute)
		s.ends()
		if text := out.String(); !isASCII(text) {
			at := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
			t.Errorf("written: %q", text[max(at-60, 0):min(at+20, len(text))])
		}
	})
}

// With the theme people's words stay as they are, on a terminal without UTF-8 they do not.
func TestWordsInASCIIWhereTheTerminalShowsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := uitest.New(80, 24)
		defer term.Close()
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 80, 24, term), Config{Theme: asciiTheme, ASCII: true})
		zoe := w.enter(named(t, "plans"), "zoë")
		w.post(zoe, "→ “déjà vu”, 漢字 and हिन्दी …")
		later(frameGap)
		if text := term.Text(); !isASCII(text) || !strings.Contains(text, `zoe  > "deja vu", ???? and ????? ~`) {
			t.Errorf("the terminal shows\n%s", text)
		}
		s.shows("→ “déjà vu”, 漢字 and हिन्दी …")
		s.say("/theme dark")
		later(frameGap)
		if text := term.Text(); !strings.Contains(text, "zoë  → “déjà vu”, 漢字 and हिन्दी …") || !strings.Contains(text, "●") {
			t.Errorf("with another theme the terminal shows\n%s", text)
		}
	})
}

func TestASCIIIsAThemeAlsoWithoutColours(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/theme light")
		s.send(hit(tea.KeyCtrlU))
		s.shows("No colour: your terminal has none, or NO_COLOR is set.")
		s.say("/theme ascii")
		s.hides("●")
		s.shows("====")
		s.say("/theme dark")
		s.shows("●")
	})
}
