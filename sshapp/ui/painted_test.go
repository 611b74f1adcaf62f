package ui

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// What the model shows arrives on a terminal as it is, update by update, and
// nothing of it is left when the room is out.
func TestSessionOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := uitest.New(80, 24)
		defer term.Close()
		painter := NewPainter(term, func() { t.Error("the terminal is stuck") })
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Theme: NewTheme(termenv.ANSI256)})
		check := func() {
			t.Helper()
			s.mu.Lock()
			frames := s.frames
			s.frames = nil
			s.mu.Unlock()
			for _, f := range frames {
				painter.Show(f)
				later(frameGap)
			}
			last := frames[len(frames)-1]
			want := strings.Split(plainText(told(last)), "\n")
			got := term.Screen()
			if !slices.Equal(got, want) {
				t.Fatalf("on the terminal\n%s\nfor\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			x, y, _ := term.Cursor()
			if x != last.CursorX || y != last.CursorY {
				t.Errorf("the cursor is at %d,%d and not at %d,%d", x, y, last.CursorX, last.CursorY)
			}
		}
		check()
		talk(w, s)
		check()
		s.send(hit(tea.KeyPgUp))
		check()
		s.say("/help")
		check()
		s.send(tea.WindowSizeMsg{Width: 120, Height: 30})
		term.Resize(120, 30)
		check()
		later(10 * time.Minute)
		o := s.ends()
		if err := painter.Close(o.Wipe, o.Line); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(term.Text()); got != o.Line {
			t.Errorf("left on the terminal: %q", got)
		}
		if back := term.Scrollback(); len(back) != 0 {
			t.Errorf("left in the scrollback: %q", back)
		}
	})
}

// The countdown goes on on the terminal though no frame is shown, and costs
// one small write a second.
func TestTheCountdownTicksWithoutFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := uitest.New(80, 24)
		defer term.Close()
		out := &counter{w: term}
		painter := NewPainter(out, func() { t.Error("the terminal is stuck") })
		defer painter.Close(true, "")
		w := newWorld(t, cfgFast, nil)
		s := w.chat(Config{Theme: NewTheme(termenv.ANSI256)})
		s.send(runes("typing"))
		painter.Show(s.frames[len(s.frames)-1])
		later(frameGap)
		x, y, _ := term.Cursor()
		writes, bytes := out.writes.Load(), out.bytes.Load()
		const seconds = 30
		for range seconds {
			later(time.Second)
			if want := wording.Clock(s.member.Left()); !strings.Contains(term.Text(), want) {
				t.Fatalf("the terminal does not show %q:\n%s", want, term.Text())
			}
		}
		if n := out.writes.Load() - writes; n != seconds {
			t.Errorf("%d writes in %d seconds", n, seconds)
		}
		if n := (out.bytes.Load() - bytes) / seconds; n > 60 {
			t.Errorf("%d bytes a second", n)
		}
		if nx, ny, _ := term.Cursor(); nx != x || ny != y {
			t.Errorf("the cursor went from %d,%d to %d,%d", x, y, nx, ny)
		}
	})
}

// counter counts what is written.
type counter struct {
	w             *uitest.Terminal
	writes, bytes atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.writes.Add(1)
	c.bytes.Add(int64(len(p)))
	return c.w.Write(p)
}
