package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
)

func (w *world) unsays(m *rooms.Member) {
	w.t.Helper()
	if _, err := m.Unsay(w.t.Context(), 1); err != nil {
		w.t.Fatal(err)
	}
	later(frameGap)
}

// holdsText reports whether rows of the cache have a text.
func holdsText(c *rowCache, text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.recent.Front(); e != nil; e = e.Next() {
		for _, r := range e.Value.(*cachedRows).rows {
			if strings.Contains(r.text, text) {
				return true
			}
		}
	}
	return false
}

func TestNothingOfAScreenHasWhatWasTakenBack(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "hi")
		w.post(bob, "swordfish")
		s.send(tea.WindowSizeMsg{Width: 70, Height: 24}) // has a cache of its own now
		s.shows("swordfish")
		s.send(altL)
		if got := s.alone(); got != "swordfish" {
			t.Errorf("alone there is %q", got)
		}
		w.unsays(bob)
		s.shows("hi", "▒▒▒ taken back")
		s.hides("swordfish")
		s.send(altL)
		if got := s.alone(); got != "hi" {
			t.Errorf("alone there is %q", got)
		}
		s.send(hit(tea.KeyEsc))
		s.say("/copy")
		s.shows("2 characters")
		s.inspect(func(m *model) {
			c := m.screen.(*chat)
			for name, cache := range map[string]*rowCache{"room": c.log.room, "session": c.log.cache} {
				if holdsText(cache, "swordfish") {
					t.Errorf("the rows of the %s have it", name)
				}
			}
			for _, b := range c.log.window {
				for _, r := range b.rows {
					if strings.Contains(r.text, "swordfish") {
						t.Errorf("the window has %q", r.text)
					}
				}
			}
			for _, e := range c.log.whole.All() {
				if strings.Contains(string(e.Text), "swordfish") {
					t.Errorf("the transcript has %+v", e)
				}
			}
		})
	})
}

// Rows out of the window may be in the room's cache, for the session that scrolls to
// them.
func TestRowsAboveTheWindowAreDroppedWithWhatWasTakenBack(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob, cat := w.enter(named(t, "plans"), "bob"), w.enter(named(t, "plans"), "cat")
		w.post(bob, "swordfish")
		later(2 * viewRest)
		for range 40 {
			w.post(cat, "more")
		}
		later(frameGap)
		if !holdsText(roomRows(cat), "swordfish") {
			t.Fatal("the rows of the room do not have it")
		}
		w.unsays(bob)
		if holdsText(roomRows(cat), "swordfish") {
			t.Error("the rows of the room have it")
		}
		s.send(hit(tea.KeyHome))
		s.shows("▒▒▒ taken back")
		s.hides("swordfish")
	})
}

func TestOnesOwnMessageIsTakenBack(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/unsay")
		s.shows("You have no message here to take back.")
		s.say("first")
		s.say("swordfish")
		s.say("/unsay 3")
		s.shows("Only 2 messages of yours can be taken back here.")
		s.say("/unsay 0")
		s.shows("/unsay for the newest message")
		s.say("/clear")
		s.say("/unsay")
		s.shows("Others may have read it")
		for range 12 { // ↑ does not bring it back
			s.send(hit(tea.KeyUp))
			if strings.Contains(s.typed(), "swordfish") {
				t.Errorf("↑ brings back %q", s.typed())
			}
		}
		s.send(hit(tea.KeyEsc), hit(tea.KeyCtrlU))
		w.enter(named(t, "plans"), "bob")
		s.say("/unsay 2")
		s.shows("Only 1 message of yours can be taken back here.")
	})
}

// Otherwise /unsay would take back the message before the one that its sender means.
func TestWhatIsStillBeingSentIsNotTakenForOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, open := gated(t)
		s := w.chat(Config{})
		s.say("first")
		open <- nil
		later(frameGap)
		s.say("swordfish")
		s.say("/unsay")
		s.shows("Your last message is still being sent: wait a moment.")
		open <- nil
		later(frameGap)
		s.shows("first", "swordfish")
		s.say("/unsay")
		s.shows("first", "▒▒▒ taken back")
		s.hides("swordfish")
	})
}

func TestWhoLookedIsShownToTheSender(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		s.say("/burn 10s @bob swordfish")
		s.shows("ana → bob (direct)  swordfish (burns 10s after the first look)")
		for pos := range bob.Since(0).All() {
			bob.Reveal(t.Context(), pos, nil)
		}
		later(frameGap)
		s.shows("→ bob looked at what you said at ", "swordfish (burns at ")
		if holdsText(roomRows(bob), "swordfish") {
			t.Error("the rows of the room have it")
		}
		later(11 * time.Second)
		s.shows("▒▒▒ burned", "→ bob looked at what you said at ")
	})
}

func TestUnreadMessagesThatWereTakenBackDoNotCount(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		w.post(bob, "before")
		s.send(tea.BlurMsg{})
		w.post(bob, "one")
		w.post(bob, "two")
		title := func() string { later(frameGap); return s.frame().Title }
		if got := title(); !strings.HasPrefix(got, "(2) ") {
			t.Errorf("the title is %q", got)
		}
		w.unsays(bob)
		if got := title(); !strings.HasPrefix(got, "(1) ") {
			t.Errorf("the title is %q", got)
		}
		w.unsays(bob)
		w.unsays(bob) // was read
		if got := title(); strings.HasPrefix(got, "(") {
			t.Errorf("the title is %q", got)
		}
	})
}
