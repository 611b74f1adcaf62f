package ui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

// mute is a store that does not reply at the deadline.
type mute struct{ rooms.Store }

func (m mute) Reap(ctx context.Context, _ rooms.Ref) (time.Duration, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

// atDeadline returns a session whose room has reached its deadline, before the store
// says how the room ended.
func atDeadline(t *testing.T) *session {
	t.Helper()
	w := newWorld(t, rooms.HubConfig{}, func(s rooms.Store) rooms.Store { return mute{s} })
	s := w.chat(Config{})
	w.post(s.member, "aubergine")
	s.send(runes("zucchini"))
	s.shows("aubergine", "zucchini", "plans")
	later(s.member.Left())
	if end := s.member.State().End; end != nil {
		t.Fatalf("the store was not asked: %+v", end)
	}
	return s
}

func TestNothingOfARoomIsDrawnAfterItsDeadline(t *testing.T) {
	for _, tt := range []struct {
		name string
		does []tea.Msg
	}{
		{"typing", []tea.Msg{runes("marrow")}},
		{"scrolling", []tea.Msg{hit(tea.KeyPgUp)}},
		{"who", []tea.Msg{runes("/who"), hit(tea.KeyEnter)}},
		{"what was said before", []tea.Msg{hit(tea.KeyUp)}},
		{"another size", []tea.Msg{tea.WindowSizeMsg{Width: 40, Height: 12}}},
		{"a warning", []tea.Msg{noticeMsg("soon")}},
		{"a post that failed", []tea.Msg{postedMsg{rooms.ErrNoRoom}}},
		{"a command that failed", []tea.Msg{ranMsg{err: rooms.ErrNoRoom}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := atDeadline(t)
				s.send(tt.does...)
				f := s.frame()
				checkPaintable(t, f)
				if got := strings.TrimSpace(plainText(f)); got != "burning out…" || strings.Contains(f.Title, "plans") {
					t.Errorf("after the deadline, title %q:\n%s", f.Title, got)
				}
				if got := s.typed(); got != "" {
					t.Errorf("the composer holds %q", got)
				}
				later(2 * time.Second)
				if out := s.ends(); !strings.HasPrefix(out.Line, "plans burned out: 1 message wiped.") || !out.Wipe {
					t.Errorf("outcome %+v", out)
				}
			})
		})
	}
}

func TestLeavingAfterTheDeadlineLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := atDeadline(t)
		s.send(hit(tea.KeyCtrlC))
		if out := s.ends(); !strings.HasPrefix(out.Line, "plans burned out: 1 message wiped.") || !out.Wipe {
			t.Errorf("outcome %+v", out)
		}
	})
}

// A frame that was drawn before the deadline reaches the painter after it.
func TestAFrameThatHasExpiredIsNotPainted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, rooms.HubConfig{}, nil)
		s := w.chat(Config{})
		w.post(s.member, "aubergine")
		f := s.frame()
		later(s.member.Left())
		var out tape
		p := painter.New(&out, func() { t.Error("stuck") }, painter.Config{Expired: func(width, height int) painter.Frame {
			return burningOut(NewTheme(termenv.Ascii), width, height)
		}})
		defer p.Close(false, "")
		p.Show(f)
		p.Emit("\x1b]52;c;cGxhbnM=\a")
		synctest.Wait()
		got := out.String()
		for _, of := range []string{"aubergine", "plans", "ana", "]52;"} {
			if strings.Contains(got, of) {
				t.Errorf("painted %q", got)
			}
		}
		if !strings.Contains(got, "burning out…") {
			t.Errorf("painted %q", got)
		}
	})
}
