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

	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
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

func TestClientThatReadsNothingForMinutesIsCut(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration
		cut   bool
	}{
		{"slow", stallLimit - time.Second, false},
		{"stuck", 24 * time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			key, _ := sshtest.NewKey(t)
			synctest.Test(t, func(t *testing.T) {
				count := &tally{}
				var server *sshd.Server
				server, err := sshd.New(key, func(sess ssh.Session, term *sshd.Terminal) {
					slow := &slowSession{after: tt.after, cut: sess.Context().Done()}
					out := &lineWriter{session: &session{app: &App{cfg: Config{Log: slog.New(slog.DiscardHandler)}}, ssh: slow, term: term}}
					text := strings.Repeat("one long line ", 1000) + "\n" + strings.Repeat("short\n", 500)
					out.WriteString(text)
					began := time.Now()
					err := out.flush(context.Background())
					if cut := err != nil; cut != tt.cut {
						t.Errorf("after %v: %v", time.Since(began), err)
						return
					}
					if tt.cut {
						if took := time.Since(began); took != stallLimit {
							t.Errorf("cut after %v", took)
						}
						if why := count.reasons(); len(why) != 1 || why[0] != sshd.Stalled {
							t.Errorf("counted as %v", why)
						}
						return
					}
					if slow.took != len(text) || slow.most > chunkSize {
						t.Errorf("%d bytes of %d were written, %d at once", slow.took, len(text), slow.most)
					}
					if held := server.Memory().Output; held > bufferKeep {
						t.Errorf("%d bytes are held at the end", held)
					}
				}, sshd.Config{Meter: count, Limits: sshd.Limits{MaxLifetime: -1, IdleTimeout: -1, KeepAliveInterval: -1}})
				if err != nil {
					t.Fatal(err)
				}
				listener, conn := sshtest.Pipe()
				served := make(chan error, 1)
				go func() { served <- server.Serve(listener) }()
				defer func() {
					server.Shutdown(context.Background())
					<-served
				}()
				client := sshtest.Client(t, conn, "new")
				defer client.Close()
				<-sshtest.Exec(t, client, "x").Ended
			})
		})
	}
}
