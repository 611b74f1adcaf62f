package ui

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// The terminal shows every frame of the model as it is, and nothing of them once the
// room has burned out.
func TestSessionOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := uitest.NewWith(80, 24, cells.Width) // as rows are laid out
		defer term.Close()
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 80, 24, term), Config{Theme: NewTheme(termenv.ANSI256)})
		check := func() {
			t.Helper()
			later(frameGap)
			last := s.frame()
			want := strings.Split(plainText(last), "\n")
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
		term.Resize(120, 30)
		s.terminal.resize(120, 30)
		check()
		later(10 * time.Minute)
		o := s.ends()
		if s.terminal.wasKilled() {
			t.Error("the terminal is stuck")
		}
		if got := strings.TrimSpace(term.Text()); got != o.Line {
			t.Errorf("left on the terminal: %q", got)
		}
		if back := term.Scrollback(); len(back) != 0 {
			t.Errorf("left in the scrollback: %q", back)
		}
	})
}

// The countdown continues on the terminal without new frames, at the cost of one small
// write a second.
func TestTheCountdownTicksWithoutFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := uitest.New(80, 24)
		defer term.Close()
		out := &counter{w: term}
		w := newWorld(t, cfgFast, nil)
		s := w.chatOn(newTestTerminal(t, 80, 24, out), Config{Theme: NewTheme(termenv.ANSI256)})
		s.send(runes("typing"))
		later(frameGap)
		x, y, _ := term.Cursor()
		writes, bytes, frames := out.writes.Load(), out.bytes.Load(), s.shown()
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
		t.Logf("%d frames meanwhile", s.shown()-frames)
	})
}

// counter counts writes and bytes.
type counter struct {
	w             *uitest.Terminal
	writes, bytes atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.writes.Add(1)
	c.bytes.Add(int64(len(p)))
	return c.w.Write(p)
}

// painted returns what a painter writes to a fresh terminal for a frame.
func painted(t testing.TB, f painter.Frame) string {
	t.Helper()
	var out tape
	done := make(chan struct{})
	p := painter.New(&out, func() { t.Error("stuck") }, painter.Config{Holds: func(int64) { close(done) }})
	p.Show(f)
	<-done
	text := out.String()
	if err := p.Close(false, ""); err != nil {
		t.Error(err)
	}
	return text
}

// paintedRow returns the part of a row that reaches the terminal.
func paintedRow(t testing.TB, row string, width int) string {
	t.Helper()
	text := painted(t, painter.Frame{Width: width, Height: 1, Rows: []string{row}, CursorY: -1})
	_, text, _ = strings.Cut(text, "\x1b[1H")
	text, _, _ = strings.Cut(text, ansi.ResetModeSynchronizedOutput)
	return text
}
