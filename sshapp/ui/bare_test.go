package ui

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

var altL = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("l"), Alt: true}

// alone returns the text that is shown alone, without its line breaks, and fails if the
// chat is shown.
func (s *session) alone() string {
	s.t.Helper()
	f := s.frame()
	checkPaintable(s.t, f)
	if f.Wraps == nil || f.Mouse {
		s.t.Fatalf("no message is shown alone:\n%s", s.screen())
	}
	rows := strings.Split(s.screen(), "\n")
	return strings.Join(rows[:len(rows)-1], "")
}

func TestOneMessageIsShownFromEdgeToEdge(t *testing.T) {
	token := strings.Repeat("abc-DEF_*9fK#*-", 20)
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(altL)
		s.shows("There is no message to show yet.")
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "first")
		w.post(bob, token)
		w.post(bob, "last")
		s.send(altL)
		for _, step := range []struct {
			key  tea.KeyMsg
			want string
		}{
			{hit(tea.KeyDown), "last"}, {hit(tea.KeyUp), token}, {hit(tea.KeyUp), "first"}, {hit(tea.KeyUp), "first"},
			{hit(tea.KeyDown), token}, {hit(tea.KeyPgDown), token}, {runes("x"), token},
		} {
			if s.send(step.key); s.alone() != step.want {
				t.Errorf("after %v there is %q, want %q", step.key, s.alone(), step.want)
			}
		}
		for _, size := range [][2]int{{40, 12}, {33, 20}, {300, 5}, {80, 24}} {
			if s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]}); s.alone() != token {
				t.Errorf("%v: there is %q", size, s.alone())
			}
		}
		s.send(tea.WindowSizeMsg{Width: 30, Height: 5}, hit(tea.KeyPgDown))
		if got := s.alone(); got != token[120:240] {
			t.Errorf("the second page has %q", got)
		}
		s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
		for _, back := range []tea.KeyMsg{hit(tea.KeyEsc), runes("q"), altL, hit(tea.KeyEnter), hit(tea.KeyCtrlC)} {
			s.send(back)
			s.shows("plans  2/16", "❯")
			if f := s.frame(); f.Wraps != nil || !f.Mouse {
				t.Errorf("after %v the chat is not back", back)
			}
			s.send(altL)
			s.alone()
		}
	})
}

// What burns, or ends with its room, goes from there at once, too.
func TestAMessageShownAloneGoesWithItsTime(t *testing.T) {
	onSmallScreen(t, func(t *testing.T, w *world, s *session, bob *rooms.Member) {
		w.burns(bob, "swordfish")
		later(frameGap)
		s.send(altL)
		s.shows("There is no message to show yet.") // it is hidden
		s.send(hit(tea.KeyCtrlR), altL)
		if got := s.alone(); got != "swordfish" {
			t.Errorf("there is %q", got)
		}
		later(10 * time.Second)
		s.hides("swordfish")
		s.shows("▒▒▒ burned")
		w.post(bob, "halibut")
		later(frameGap)
		s.send(altL)
		if got := s.alone(); got != "halibut" {
			t.Errorf("there is %q", got)
		}
		later(10 * time.Minute)
		s.hides("halibut")
	})
}

func TestCopyTakesTheMessageAsItWasSaid(t *testing.T) {
	for name, clipboard := range map[string]Clipboard{"direct": DirectClipboard, "tmux": TmuxClipboard, "screen": ScreenClipboard} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, rooms.HubConfig{MaxText: 60000}, nil)
				s := w.chatOn(newTestTerminal(t, 80, 24, io.Discard), Config{Clipboard: clipboard})
				s.say("/copy")
				s.shows("There is no message to copy yet.")
				bob := w.enter(named(t, "plans"), "bob")
				long := strings.Repeat("x-", 300)
				w.post(bob, long)
				w.post(bob, "last")
				w.burns(bob, "hidden")
				for typed, want := range map[string]string{"/copy": "last", "/copy 2": long} {
					s.say(typed)
					s.shows("Copied, if your terminal allows it: ")
					s.hides("swordfish")
					if got := s.emits[len(s.emits)-1]; got != clipboard.sequence(want) || !strings.Contains(strings.ReplaceAll(got, "\x1b\\\x1bP", ""), base64.StdEncoding.EncodeToString([]byte(want))) {
						t.Errorf("%s: %q", typed, got)
					}
				}
				for typed, says := range map[string]string{"/copy 3": "Only 2 messages", "/copy x": "Say which", "/copy 0": "Say which"} {
					s.say(typed)
					s.shows(says)
					s.send(hit(tea.KeyCtrlU))
				}
				n := len(s.emits)
				w.post(bob, strings.Repeat("y", 50000))
				s.say("/copy")
				s.alone() // no terminal takes that much
				if len(s.emits) != n {
					t.Error("it was copied as well")
				}
			})
		})
	}
}

func TestCopyWithoutAClipboardShowsTheMessageAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 80, 24, io.Discard), Config{Clipboard: NoClipboard})
		w.post(w.enter(named(t, "plans"), "bob"), "swordfish")
		s.say("/copy")
		if got := s.alone(); got != "swordfish" || len(s.emits) > 0 {
			t.Errorf("there is %q, and %q was emitted", got, s.emits)
		}
		s.send(hit(tea.KeyEsc))
		s.say("/share")
		s.shows("ssh plans@wick.example")
		s.hides("Copied")
	})
}
