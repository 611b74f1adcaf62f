package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func TestKeysThatComeAtOnceAreDrawnOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newWorld(t, cfgFast, nil).chat(Config{})
		later(time.Second)
		before := s.shown()
		s.terminal.types("several words at once, " + strings.Repeat("x\x7f", 10) + "and keys among them")
		synctest.Wait()
		s.shows("❯ several words at once, and keys among them")
		later(time.Second)
		if n := s.shown() - before; n > 2 {
			t.Errorf("%d frames", n)
		}
		before = s.shown()
		s.terminal.types("x")
		synctest.Wait()
		s.shows("among themx")
		if n := s.shown() - before; n != 1 {
			t.Errorf("%d frames for one key", n)
		}
	})
}

// Keys do the same whether they come at once or one by one.
func TestKeysThatComeAtOnceDoTheSame(t *testing.T) {
	left, wordBack := "\x1b[D", "\x17"
	for _, row := range []struct {
		keys []string
		want string
	}{
		{[]string{" ", " "}, "  "},
		{[]string{"u", "p", " ", "t", "a", "b", " "}, "up tab "},
		{[]string{"o", "n", " ", " ", "it", "\x7f", "f", " "}, "on  if "},
		{[]string{"a", " ", "b", left, left, "x", " ", "y", " ", "\x01", "z", " "}, "z ax y  b"},
		{[]string{"\x1b[200~a b\x1b[201~", " ", "c", "\x1b[200~ d\x1b[201~"}, "a b c d"},
		{[]string{"é", "n", " ", "🧑‍🚒", " ", "o", wordBack, wordBack, "z", " ", "w"}, "én z w"},
	} {
		inChat(t, func(t *testing.T, w *world, s *session) {
			s.terminal.types(strings.Join(row.keys, ""))
			later(time.Second)
			if got := s.typed(); got != row.want {
				t.Errorf("%q at once: the draft is %q, want %q", row.keys, got, row.want)
			}
			s.send(hit(tea.KeyCtrlC))
			for _, key := range row.keys {
				s.terminal.types(key)
				later(frameGap)
			}
			if got := s.typed(); got != row.want {
				t.Errorf("%q one by one: the draft is %q, want %q", row.keys, got, row.want)
			}
		})
	}
}

func TestAMessageAndTheComposerThatItLeavesEmptyAreOneFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newWorld(t, cfgFast, nil).chat(Config{})
		s.send(runes("hello"))
		later(time.Second)
		before := s.shown()
		s.send(hit(tea.KeyEnter))
		later(time.Second)
		s.shows("ana  hello")
		s.hides("❯ hello")
		if n := s.shown() - before; n != 1 {
			t.Errorf("%d frames", n)
		}
	})
}

func TestEnterEmptiesTheComposerThoughTheStoreIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		s.say("hello")
		s.hides("hello")
		open <- nil
	})
}

func TestFramesThatMayWaitAreNotHeldUpByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		s.send(runes("hello"))
		later(time.Second)
		s.rush(hit(tea.KeyEnter))
		if shown := s.screen(); !strings.Contains(shown, "❯ hello") {
			t.Errorf("the frame after Enter does not wait:\n%s", shown)
		}
		s.rush(runes("x"))
		s.shows("❯ x")
		s.hides("hello")
		for range frameBurst { // the throttle holds frames back
			s.rush(runes("y"))
		}
		open <- nil
		later(frameBurst * frameGap)
		s.shows("ana  hello", "❯ xyyyy")
	})
}
