package sshapp

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"
)

// slowSession takes a write only after a time, or when its connection ends.
type slowSession struct {
	ssh.Session
	after time.Duration
	cut   <-chan struct{}
	most  int // bytes of one write
	took  int
}

func (s *slowSession) Write(p []byte) (int, error) {
	s.most = max(s.most, len(p))
	select {
	case <-time.After(s.after):
		s.took += len(p)
		return len(p), nil
	case <-s.cut:
		return 0, io.ErrClosedPipe
	}
}

func TestAClientThatTakesNothingForMinutesIsCut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration
		cut   bool
	}{
		{"slow", stallLimit - time.Second, false},
		{"stuck", 24 * time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				count := &tally{}
				g, _, _, _ := guarded(t, Guards{Meter: count, Lifetime: -1, Greeting: -1, Login: -1})
				term := &terminal{guard: g, cfg: g.cfg}
				sess := &slowSession{after: tt.after, cut: g.ctx.Done()}
				out := &lineWriter{visit: &visit{app: &App{cfg: Config{Log: slog.New(slog.DiscardHandler)}}, sess: sess, term: term}}
				text := strings.Repeat("one long line ", 1000) + "\n" + strings.Repeat("short\n", 500)
				out.WriteString(text)
				began := time.Now()
				err := out.flush(context.Background())
				if cut := err != nil; cut != tt.cut {
					t.Fatalf("after %v: %v", time.Since(began), err)
				}
				if tt.cut {
					if took := time.Since(began); took != stallLimit {
						t.Errorf("cut after %v", took)
					}
					if why := count.turnedAway(); len(why) != 1 || why[0] != Stalled {
						t.Errorf("counted as %v", why)
					}
				} else if sess.took != len(text) || sess.most > portion {
					t.Errorf("%d bytes of %d were written, %d at once", sess.took, len(text), sess.most)
				}
				if held := term.held[readers].Load(); held > bufferKeep {
					t.Errorf("%d bytes are held at the end", held)
				}
				g.Close()
			})
		})
	}
}
