package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

func TestTheComposerGrowsToABoundAndShrinksOnSmallScreens(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		var lines []string
		for i := range 20 {
			lines = append(lines, fmt.Sprintf("draft %02d", i))
		}
		s.send(pasted(strings.Join(lines, "\n")))
		for _, size := range []struct{ w, h, rows int }{{80, 24, 6}, {160, 50, 8}, {40, 12, 3}, {30, 6, 1}, {18, 5, 1}, {80, 24, 6}} {
			s.send(tea.WindowSizeMsg{Width: size.w, Height: size.h})
			f := s.frame()
			checkPaintable(t, f)
			if n := strings.Count(s.screen(), "draft"); n != size.rows {
				t.Errorf("%d×%d shows %d rows of the draft:\n%s", size.w, size.h, n, s.screen())
			}
			if row := plainText(painter.Frame{Rows: f.Rows[f.CursorY : f.CursorY+1]}); !strings.Contains(row, "draft 19") {
				t.Errorf("%d×%d: the cursor is in %q", size.w, size.h, row)
			}
		}
		s.shows(" ↑ draft 14\n   draft 15")
		for range 10 {
			s.send(hit(tea.KeyUp))
		}
		s.shows(" ↑ draft", "\n ↓ draft")
		s.send(hit(tea.KeyCtrlU), hit(tea.KeyEnter))
		later(frameGap)
		s.shows(" ❯\n")
	})
}

func TestArrowsMoveInTheDraftAndThenThroughWhatWasSaid(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("one")
		s.send(pasted("two\nlines"), hit(tea.KeyEnter))
		s.say("/who")
		s.send(pasted("a draft\nof two"))
		up, down := hit(tea.KeyUp), hit(tea.KeyDown)
		for i, step := range []struct {
			key  tea.KeyMsg
			want string
		}{
			{up, "a draft\nof two"}, {up, "/who"}, {up, "two\nlines"}, {up, "two\nlines"}, {up, "one"}, {up, "one"},
			{down, "two\nlines"}, {down, "/who"}, {down, "a draft\nof two"}, {down, "a draft\nof two"},
			{hit(tea.KeyCtrlP), "a draft\nof two"}, {hit(tea.KeyCtrlP), "/who"}, {hit(tea.KeyCtrlN), "a draft\nof two"},
		} {
			s.send(step.key)
			if got := s.typed(); got != step.want {
				t.Errorf("after step %d the composer holds %q, want %q", i, got, step.want)
			}
		}
		// The same text is not kept twice in a row.
		s.send(up, up, hit(tea.KeyEnter), up, up)
		if got := s.typed(); got != "two\nlines" {
			t.Errorf("the one before is %q", got)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range 3 * historyTexts {
		h.add(fmt.Sprint("text ", i))
	}
	if len(h.texts) != historyTexts {
		t.Errorf("%d texts are kept", len(h.texts))
	}
	for range 10 {
		h.add(strings.Repeat("x", historyBytes/2) + fmt.Sprint(len(h.texts)))
		h.add("y")
	}
	n := 0
	for _, s := range h.texts {
		n += len(s)
	}
	if n != h.bytes || n > historyBytes {
		t.Errorf("%d bytes are kept, and %d counted", n, h.bytes)
	}
	h.add(strings.Repeat("z", 2*historyBytes))
	if text, ok := h.step(-1, "draft"); !ok || len(text) != 2*historyBytes || len(h.texts) != 1 {
		t.Errorf("of the newest %d bytes are kept, beside %d others", len(text), len(h.texts)-1)
	}
}

func TestADraftSurvivesAReconnectingHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{append: func(context.Context) error { return rooms.ErrUnavailable }}
		w := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f })
		s := w.chat(Config{})
		s.send(pasted("half\nof it"), hit(tea.KeyUp))
		s.inspect(func(m *model) { m.screen.(*chat).state.Stale = true; m.draw() })
		s.send(runes("!"))
		s.shows("reconnecting", " ❯ half!\n   of it")
	})
}

func TestTheLimitIsCountedDownAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Limits: rooms.Limits{Text: 50}})
		s.send(pasted(strings.Repeat("x", 39)))
		s.hides("/50")
		s.send(runes("x"))
		s.shows("─ 40/50\n")
		s.send(pasted("123456789"), pasted("123456789"), pasted("123456789"))
		s.shows(" +17 50/50\n")
		if n := strings.Count(s.screen(), "longer than 50 characters"); n != 1 {
			t.Errorf("it is told %d times:\n%s", n, s.screen())
		}
		w.post(w.enter(named(t, "plans"), "bob"), "hello")
		later(frameGap)
		s.send(hit(tea.KeyBackspace), pasted("xyz"))
		s.shows(" +19 50/50\n")
		if n := strings.Count(s.screen(), "longer than 50 characters"); n != 2 {
			t.Errorf("later it is told %d times:\n%s", n, s.screen())
		}
	})
}

func TestTheWheelAndTheKeysScroll(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		bob := w.enter(named(t, "plans"), "bob")
		for i := range 60 {
			w.post(bob, fmt.Sprintf("line %02d", i))
		}
		later(frameGap)
		wheel := func(b tea.MouseButton) tea.MouseMsg { return tea.MouseMsg{Button: b, Action: tea.MouseActionPress} }
		s.send(wheel(tea.MouseButtonWheelUp), wheel(tea.MouseButtonWheelUp))
		s.shows("line 53", "↓ PgDn")
		s.hides("line 54")
		s.send(wheel(tea.MouseButtonWheelDown))
		s.shows("line 56")
		s.send(hit(tea.KeyHome))
		s.shows("Others join with", "line 00")
		w.post(bob, "something new")
		later(frameGap)
		s.shows("↓ 1 new below")
		s.send(hit(tea.KeyEnd))
		s.shows("something new")
		s.hides("PgDn")
		// With a draft Home and End are its own.
		s.send(runes("draft"), hit(tea.KeyHome), runes("a "), hit(tea.KeyEnd), runes("!"))
		s.shows("something new", "❯ a draft!")
		s.send(hit(tea.KeyCtrlHome))
		s.shows("line 00")
		s.send(hit(tea.KeyCtrlEnd))
		s.shows("something new")
		if f := s.frame(); !f.Mouse {
			t.Error("the wheel is not reported")
		}
		s.send(hit(tea.KeyCtrlU))
		s.say("/mouse")
		if f := s.frame(); f.Mouse {
			t.Error("the wheel is reported")
		}
		s.say("/mouse on")
		s.say("/mouse off")
		if f := s.frame(); f.Mouse {
			t.Error("the wheel is reported")
		}
		s.say("/mouse sideways")
		s.shows("Choose /mouse on or /mouse off.")
	})
}

func TestAPasteThatEndsWithALineBreakIsNotSent(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.send(pasted("one\ntwo\n"))
		later(time.Minute)
		if n := s.member.State().Messages; n != 0 || s.typed() != "one\ntwo\n" {
			t.Errorf("a paste that ends with a line break said %d messages", n)
		}
	})
}

func TestTheCounterShowsOnceTheLimitIsNear(t *testing.T) {
	c := newComposer(5)
	c.press(pasted("äöüxy"))
	for _, want := range []string{"5/5", "4/5", ""} {
		if got := c.counter(); got != want || c.full() != (want == "5/5") {
			t.Errorf("%d characters are counted as %q, full %v", c.draft.Len(), got, c.full())
		}
		c.press(hit(tea.KeyBackspace))
	}
}

func TestCtrlCClearsTheDraftAndThenLeaves(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		ctrlC := hit(tea.KeyCtrlC)
		s.send(pasted("a draft\nof two"), ctrlC)
		s.recalls("a draft\nof two") // and clears it again
		s.say("one")
		s.send(runes("two"), hit(tea.KeyUp), ctrlC) // at one, with a draft behind it
		s.recalls("one")
		s.send(hit(tea.KeyUp), hit(tea.KeyUp))
		if s.typed() != "two" {
			t.Errorf("then comes %q", s.typed())
		}
		s.send(ctrlC, ctrlC)
		if o := s.ends(); o.Status != 0 || !strings.HasPrefix(o.Line, "You left plans") {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestALockedRoomAsksSomebodyWithoutAKeyBeforeTheyLeave(t *testing.T) {
	for _, key := range []tea.KeyMsg{hit(tea.KeyCtrlC), hit(tea.KeyCtrlD)} {
		inChat(t, func(t *testing.T, w *world, s *session) {
			s.lock()
			s.send(key)
			s.shows("you could not come back", "Ctrl-C again leaves; any key stays.")
			s.send(runes("h"))
			s.hides("Ctrl-C again leaves; any key stays.")
			s.shows("❯ h")
			s.send(hit(tea.KeyCtrlC), key)
			s.shows("Ctrl-C again leaves; any key stays.")
			s.send(hit(tea.KeyCtrlC))
			s.ends()
		})
	}
	inChat(t, func(t *testing.T, w *world, s *session) { // what is hidden cannot be asked
		s.lock()
		s.send(runes("a draft"), hit(tea.KeyCtrlBackslash), hit(tea.KeyCtrlC))
		s.ends()
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		w.light("plans", time.Hour, 3)
		m, err := w.hub.Enter(t.Context(), named(t, "plans"), rooms.Guest{Alias: "ana", Identity: "id-ana", Returns: true})
		if err != nil {
			t.Fatal(err)
		}
		s := w.start(Config{Member: m})
		s.say("/lock")
		later(frameGap)
		s.send(hit(tea.KeyCtrlC)) // with a key they may come back
		s.ends()
	})
}
