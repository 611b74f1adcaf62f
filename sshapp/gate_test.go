package sshapp

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// heard is a handler that tells everything it knows of its session.
func heard(sess ssh.Session) {
	t := terminalOf(sess)
	pty, changes, ok := sess.Pty()
	width, height := t.Size()
	fmt.Fprintf(sess, "pty %v %q %d %d (%d %d)\n", ok, pty.Term, pty.Window.Width, pty.Window.Height, width, height)
	fmt.Fprintf(sess, "env %q\n", sess.Environ())
	fmt.Fprintf(sess, "command %q\n", sess.RawCommand())
	if ok {
		for range changes { // holds the first size, and is closed behind it
		}
	}
	fmt.Fprintln(sess, "end")
}

func TestTheGateTellsTheHandlerWhatMatters(t *testing.T) {
	addr, _ := startServer(t, heard, hostileConfig())
	c := client(t, addr)
	type variable struct{ Name, Value string }
	for _, row := range []struct {
		name    string
		request func(w *window)
		want    []string
	}{
		{"a shell in a terminal", func(w *window) {
			w.asks(t, "env", variable{"LANG", "C.UTF-8"})
			w.asks(t, "env", variable{"SSH_SECRET", "x"})
			w.asks(t, "env", variable{"COLORTERM", "truecolor"})
			w.asks(t, "pty-req", ptyOf(120, 40))
			w.asks(t, "shell", nil)
		}, []string{`pty true "xterm-256color" 120 40 (120 40)`, `env ["LANG=C.UTF-8" "COLORTERM=truecolor"]`, `command ""`}},
		{"a terminal without a size", func(w *window) {
			w.asks(t, "pty-req", ptyOf(0, 0))
			w.asks(t, "shell", nil)
		}, []string{"80 24 (80 24)"}},
		{"a terminal without a size in one direction", func(w *window) {
			w.asks(t, "pty-req", ptyOf(0, 50))
			w.asks(t, "shell", nil)
		}, []string{"80 50 (80 50)"}},
		{"a terminal beyond the bounds", func(w *window) {
			w.asks(t, "pty-req", ptyOf(1<<31, 1<<32-1))
			w.asks(t, "shell", nil)
		}, []string{"500 200 (500 200)"}},
		{"a terminal that was resized before the shell", func(w *window) {
			w.asks(t, "pty-req", ptyOf(80, 24))
			w.asks(t, "window-change", sizes{Width: 99, Height: 33})
			w.asks(t, "shell", nil)
		}, []string{"(99 33)"}},
		{"a terminal with a hostile name", func(w *window) {
			for _, name := range []string{"x\x1b[31m", "a b", "é", strings.Repeat("x", maxTerm+1)} {
				if w.asks(t, "pty-req", ptyRequest{Term: name, Width: 80, Height: 24}) {
					t.Errorf("TERM may be %q", name)
				}
			}
			w.asks(t, "shell", nil)
		}, []string{`pty false`}},
		{"a terminal twice", func(w *window) {
			w.asks(t, "pty-req", ptyOf(80, 24))
			if w.asks(t, "pty-req", ptyOf(90, 24)) {
				t.Error("a second terminal")
			}
			w.asks(t, "shell", nil)
		}, []string{"80 24 (80 24)"}},
		{"broken requests", func(w *window) {
			for _, name := range []string{"pty-req", "env", "exec", "window-change"} {
				if w.asks(t, name, struct{ X byte }{1}) {
					t.Errorf("a broken %s was granted", name)
				}
			}
			w.asks(t, "shell", nil)
		}, []string{`pty false`}},
		{"a shell with a command hidden in it", func(w *window) {
			w.asks(t, "shell", struct{ X string }{"destroy"})
		}, []string{`command ""`}},
		{"a command", func(w *window) {
			w.asks(t, "exec", struct{ X string }{"post 'hello'"})
		}, []string{`pty false "" 0 0 (80 24)`, `command "post 'hello'"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := open(t, c)
			row.request(w)
			w.ends(t)
			for _, want := range append(row.want, "end") {
				w.shows(t, want)
			}
			if got := w.status.Load(); got != 0 {
				t.Errorf("exit status %d", got)
			}
		})
	}
}

func TestAChannelWithoutAGuardIsRefused(t *testing.T) {
	s := &server{cfg: (Guards{}).withDefaults()}
	ch := &fakeNewChannel{}
	s.gate(nil, nil, ch, &channelContext{channel: context.Background()})
	if ch.rejected != gossh.Prohibited {
		t.Errorf("rejected for %v", ch.rejected)
	}
	if admitted(nil, &net.TCPConn{}) != nil {
		t.Error("a connection without a guard was admitted")
	}
}

type fakeNewChannel struct {
	gossh.NewChannel
	rejected gossh.RejectionReason
	block    <-chan struct{}
}

func (c *fakeNewChannel) Reject(reason gossh.RejectionReason, _ string) error {
	c.rejected = reason
	if c.block != nil {
		<-c.block
	}
	return nil
}

func TestAClientThatReadsNoRefusalIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, _, _ := guarded(t, Guards{})
		for range maxRejecting {
			go g.refuse(&fakeNewChannel{block: g.ctx.Done()})
		}
		synctest.Wait()
		if g.ctx.Err() != nil {
			t.Fatal("cut too early")
		}
		g.refuse(&fakeNewChannel{block: g.ctx.Done()})
		if g.ctx.Err() == nil {
			t.Error("not cut")
		}
	})
}

func TestWakesKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := terminal{cfg: standard}
		w.resized = make(chan struct{}, 1)
		var mu sync.Mutex
		var woken []time.Duration
		start := time.Now()
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-w.Resized():
					mu.Lock()
					woken = append(woken, time.Since(start))
					mu.Unlock()
				case <-done:
					return
				}
			}
		}()
		for i := range uint32(25) {
			if !w.windowChange(gossh.Marshal(sizes{Width: 10 + i, Height: 10})) {
				t.Fatal("not understood")
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		// The same size again is no news.
		w.windowChange(gossh.Marshal(sizes{Width: 34, Height: 10}))
		synctest.Wait()
		close(done)
		mu.Lock()
		defer mu.Unlock()
		if want := []time.Duration{0, resizePause, 2 * resizePause, 3 * resizePause}; !slices.Equal(woken, want) {
			t.Errorf("woken after %v, not %v", woken, want)
		}
		if width, height := w.Size(); width != 34 || height != 10 {
			t.Errorf("the size is %d × %d", width, height)
		}
	})
}

// endedChannel is a channel whose input has ended, and that has more all the same.
type endedChannel struct {
	gossh.Channel
	data, extended chan byte
}

func (c *endedChannel) Read(p []byte) (int, error) { return readSome(c.data, p) }
func (c *endedChannel) Stderr() io.ReadWriter      { return extendedOf{c} }

type extendedOf struct{ *endedChannel }

func (e extendedOf) Read(p []byte) (int, error)  { return readSome(e.extended, p) }
func (e extendedOf) Write(p []byte) (int, error) { return len(p), nil }

func readSome(from chan byte, p []byte) (int, error) {
	select {
	case p[0] = <-from:
		return 1, nil
	default:
		return 0, io.EOF
	}
}

func TestDataAfterTheEndOfInputEndsTheConnection(t *testing.T) {
	for _, row := range []struct {
		name       string
		inputEnded bool
		late       func(*endedChannel)
		cut        bool
	}{
		{"none", true, func(*endedChannel) {}, false},
		{"standard error", false, func(c *endedChannel) { c.extended <- 1 }, true},
		{"input", true, func(c *endedChannel) { c.data <- 1 }, true},
		{"input that nobody has read yet", false, func(c *endedChannel) { c.data <- 1 }, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, _, _, _ := guarded(t, Guards{Greeting: time.Hour, Login: time.Hour})
				ch := &endedChannel{data: make(chan byte, 1), extended: make(chan byte, 1)}
				w := &terminal{guard: g, channel: ch, cfg: g.cfg, inputEnded: make(chan struct{}), closed: make(chan struct{})}
				if row.inputEnded {
					w.endOfInput()
				}
				over := make(chan struct{})
				go func() {
					w.drainExtended()
					close(over)
				}()
				time.Sleep(overrunPause / 2)
				row.late(ch)
				time.Sleep(overrunPause)
				if cut := g.ctx.Err() != nil; cut != row.cut {
					t.Errorf("cut is %v", cut)
				}
				close(w.closed)
				<-over
			})
		})
	}
}

func TestValuesOfOneSessionAreItsOwn(t *testing.T) {
	type key struct{}
	addr, _ := startServer(t, func(sess ssh.Session) {
		ctx := sess.Context()
		if ctx.Value(key{}) != nil {
			fmt.Fprintln(sess, "found another's value")
		}
		ctx.SetValue(key{}, 1)
		fmt.Fprintln(sess, "own", ctx.Value(key{}), "of", ctx.User(), terminalOf(sess) != nil,
			ctx.Value(ssh.ContextKeySession) == sess)
		io.Copy(io.Discard, sess)
	}, hostileConfig())
	c := client(t, addr)
	for range 3 {
		w := open(t, c)
		w.asks(t, "exec", struct{ X string }{"x"})
		w.shows(t, "own 1 of new true true")
		if strings.Contains(w.text(), "another") {
			t.Error(w.text())
		}
	}
}

func TestASessionsContextEndsWithItsChannel(t *testing.T) {
	causes := make(chan error, 2)
	addr, _ := startServer(t, func(sess ssh.Session) {
		ctx, cancel := context.WithTimeout(sess.Context(), patience) // contexts of it end with it
		defer cancel()
		<-ctx.Done()
		causes <- context.Cause(ctx)
	}, hostileConfig())
	c := client(t, addr)
	a, b := open(t, c), open(t, c)
	a.asks(t, "shell", nil)
	b.asks(t, "shell", nil)
	a.Close()
	if cause := <-causes; cause != errHungUp {
		t.Errorf("closing the channel: %v", cause)
	}
	c.Close()
	if cause := <-causes; cause != errHungUp && cause != context.Canceled {
		t.Errorf("closing the connection: %v", cause)
	}
}
