package ui

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// piped starts a session of ana in a chat, whose input is a pipe that is closed after
// the text.
func (w *world) piped(text string, cfg Config) *session {
	terminal := newTestTerminal(w.t, 80, 24, io.Discard)
	terminal.piped.Store(true)
	s := w.chatOn(terminal, cfg)
	go func() { // a session that ends reads no more
		io.WriteString(terminal.keyboard, text)
		terminal.keyboard.Close()
	}()
	synctest.Wait()
	return s
}

const stillBurns = "You left plans. It burns for another "

func TestAPipeIsSaidLineByLineAsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{Rate: 5, Burst: 2}, nil)
		want := []string{"/destroy", "y", "// TODO", "/dev/vda1 30G", ":tada:"}
		for i := range 3 * maxQueue {
			want = append(want, fmt.Sprint("line ", i))
		}
		s := w.piped(strings.Join(want, "\r")+"\r\r \r", Config{})
		later(time.Minute)
		if o := s.ends(); o.Status != 0 || !strings.HasPrefix(o.Line, stillBurns) {
			t.Errorf("the outcome is %+v", o)
		}
		if got := s.said(); !slices.Equal(got, want) {
			t.Errorf("said %q\nwant %q", got, want)
		}
	})
}

func TestTheEndOfAPipeTellsWhatWasNotSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		input  string
		said   []string
		status int
		line   string
	}{
		"nothing":                 {"", nil, 0, stillBurns},
		"a last line without end": {"one\rtwo", []string{"one"}, wording.ExitFailed, wording.Unfinished},
		"line feeds alone":        {"one\ntwo\n", []string{"one\ntwo"}, 0, stillBurns},
		"line feeds, no end":      {"one\ntwo", []string{"one"}, wording.ExitFailed, wording.Unfinished},
		"too long":                {strings.Repeat("x", 41) + "\rtwo\r", []string{"two"}, wording.ExitFailed, "Not everything was said: That is longer"},
		"as long as may be":       {strings.Repeat("x", 40) + "\r", []string{strings.Repeat("x", 40)}, 0, stillBurns},
		"an end typed":            {"one\r\x04two\r", []string{"one"}, 0, stillBurns},
		"control characters":      {"\x01o\x02ne\x1c\x15\r", []string{"one"}, 0, stillBurns},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newWorld(t, rooms.HubConfig{MaxText: 40}, nil).piped(tt.input, Config{Limits: rooms.Limits{Text: 40}})
				later(time.Second)
				if o := s.ends(); o.Status != tt.status || !strings.HasPrefix(o.Line, tt.line) || !strings.Contains(o.Line, stillBurns) {
					t.Errorf("the outcome is %+v", o)
				}
				if got := s.said(); !slices.Equal(got, tt.said) {
					t.Errorf("said %q, want %q", got, tt.said)
				}
			})
		})
	}
}

// A program may send keys rather than lines, and end: printf 'hi\r\004' | ssh -tt.
func TestWhatCameBackIsSaidWhenTheInputEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{Rate: 0.5, Burst: 1}, nil)
		s := w.chat(Config{})
		s.say("one")
		s.say("//two")
		s.shows("Enter sends it again")
		s.send(hit(tea.KeyCtrlD))
		s.terminal.keyboard.Close()
		later(10 * time.Second)
		if o := s.ends(); o.Status != 0 || !strings.HasPrefix(o.Line, stillBurns) {
			t.Errorf("the outcome is %+v", o)
		}
		if got := s.said(); !slices.Equal(got, []string{"one", "/two"}) {
			t.Errorf("said %q", got)
		}
	})
}

func TestTheEndOfTheInputTellsWhyATextCameBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{append: func(context.Context) error { return rooms.ErrUnavailable }}
		s := newWorld(t, cfgFast, func(s rooms.Store) rooms.Store { f.Store = s; return f }).chat(Config{})
		s.say("one")
		s.terminal.keyboard.Close()
		later(time.Second)
		if o := s.ends(); o.Status != wording.ExitFailed || !strings.HasPrefix(o.Line, "Not everything was said: The store cannot be reached.") {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestAPipeHasNothingToSayOutsideARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		terminal := newTestTerminal(t, 80, 24, io.Discard)
		terminal.piped.Store(true)
		s := w.startOn(terminal, Config{Lobby: Lobby{Name: "plans"}})
		go io.WriteString(terminal.keyboard, "hi\r")
		later(time.Second)
		if o, want := s.ends(), (wording.Outcome{Line: "plans is not burning. Nothing was said.", Status: wording.ExitNoRoom}); o != want {
			t.Errorf("the outcome is %+v", o)
		}
	})
}

func TestADraftIsNotSaidBecauseTheConnectionBroke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		terminal := newTestTerminal(t, 80, 24, io.Discard)
		terminal.piped.Store(true) // line feeds, and no Enter
		s := newWorld(t, cfgFast, nil).chatOn(terminal, Config{})
		s.send(runes("not"), hit(tea.KeyCtrlJ), runes("yet"), hit(tea.KeyCtrlJ))
		terminal.keyboard.Close()
		synctest.Wait()
		s.tui.stop()
		<-s.done
		if got := s.said(); got != nil {
			t.Errorf("said %q", got)
		}
	})
}

// A program that ends its line with a line feed is told about plain lines, once.
func TestALineThatALineFeedEndsIsAnsweredOnce(t *testing.T) {
	const hint = "This terminal sent a line feed"
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, cfgFast, nil)
		terminal := newTestTerminal(t, 80, 24, io.Discard)
		s := w.chatOn(terminal, Config{})
		for _, typed := range []string{"typed", "\n", "\x1b[200~pasted\n\x1b[201~", " \n", "\r"} {
			terminal.types(typed)
			later(frameGap)
			s.hides(hint)
		}
		for range 2 {
			terminal.types("by a program\n")
			later(frameGap)
			s.shows(hint)
		}
		if n := strings.Count(s.screen(), hint); n != 1 {
			t.Errorf("the hint is shown %d times", n)
		}
		if got, want := s.typed(), "by a program\nby a program\n"; got != want {
			t.Errorf("the draft is %q", got)
		}
	})
}
