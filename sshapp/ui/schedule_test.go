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
		s.terminal.types("several words at once, each of which is a key of its own")
		synctest.Wait()
		s.shows("❯ several words at once, each of which is a key of its own")
		later(time.Second)
		if n := s.shown() - before; n > 2 {
			t.Errorf("%d frames", n)
		}
		before = s.shown()
		s.terminal.types("x")
		synctest.Wait()
		s.shows("its ownx")
		if n := s.shown() - before; n != 1 {
			t.Errorf("%d frames for one key", n)
		}
	})
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
