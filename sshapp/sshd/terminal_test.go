package sshd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// endedChannel is a channel whose input has ended, and that has more all the same.
type endedChannel struct {
	gossh.Channel
	data, extended chan byte
}

func (c *endedChannel) Read(p []byte) (int, error) { return readSome(c.data, p) }

func (c *endedChannel) Stderr() io.ReadWriter { return extendedOf{c} }

type extendedOf struct{ *endedChannel }

func (e extendedOf) Read(p []byte) (int, error) { return readSome(e.extended, p) }

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
				c, _ := newTestConn(t, Config{Limits: Limits{HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
				ch := &endedChannel{data: make(chan byte, 1), extended: make(chan byte, 1)}
				w := &Terminal{conn: c, channel: ch, channelInput: c.openInput(), cfg: c.cfg, inputEnded: make(chan struct{})}
				if row.inputEnded {
					w.endInput()
				}
				w.drainExtended()
				synctest.Wait()
				row.late(ch)
				w.drainExtended()
				synctest.Wait()
				if cut := c.ctx.Err() != nil; cut != row.cut {
					t.Errorf("cut is %v", cut)
				}
			})
		})
	}
}

func TestIdleAndOldSessionsEndWithTheirCause(t *testing.T) {
	for _, row := range []struct {
		why  error
		with func(*Config)
	}{
		{ErrIdle, func(c *Config) { c.IdleTimeout = 300 * time.Millisecond }},
		{ErrLifetime, func(c *Config) { c.MaxLifetime = time.Second }},
	} {
		t.Run(row.why.Error(), func(t *testing.T) {
			cfg := shortLimits()
			row.with(&cfg)
			addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
				<-sess.Context().Done()
				fmt.Fprintln(sess, context.Cause(sess.Context()))
				sess.Exit(5)
			}, cfg)
			w := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
			w.Ends(t)
			w.Shows(t, row.why.Error())
			if got := w.Status.Load(); got != 5 {
				t.Errorf("exit status %d", got)
			}
		})
	}
}

func TestSessionsThatDoNotEndWhenAskedAreCut(t *testing.T) {
	cfg := shortLimits()
	cfg.IdleTimeout = 100 * time.Millisecond
	release := make(chan struct{})
	addr, s := startServer(t, func(ssh.Session, *Terminal) { <-release }, cfg)
	defer close(release)
	c := sshtest.Dial(t, addr, "new")
	sshtest.Shell(t, c)
	sshtest.IsCut(t, c)
	sshtest.Eventually(t, "nobody is left", func() bool { return len(s.tracker.list(true)) == 0 })
}

func TestSessionsThatIgnoreInputAreNotIdle(t *testing.T) {
	cfg := shortLimits()
	cfg.IdleTimeout = 100 * time.Millisecond
	// The client gives the signs of life that it is asked for.
	long := cfg.withDefaults().silence() + time.Second
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		term.IgnoreInput()
		select {
		case <-sess.Context().Done():
			fmt.Fprintln(sess, context.Cause(sess.Context()))
		case <-time.After(long):
			fmt.Fprintln(sess, "still here")
		}
	}, cfg)
	w := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
	w.Types(strings.Repeat("x", 3<<20)) // more than the window
	w.Shows(t, "still here")
}

func TestKillUnblocksAWrite(t *testing.T) {
	cfg := shortLimits()
	cfg.KeepAliveInterval = time.Hour
	wrote := make(chan error, 1)
	addr, _ := startServer(t, func(sess ssh.Session, term *Terminal) {
		frame := make([]byte, 1<<20)
		for {
			stuck := time.AfterFunc(500*time.Millisecond, term.Kill)
			_, err := term.Output().Write(frame)
			stuck.Stop()
			if err != nil {
				wrote <- err
				return
			}
		}
	}, cfg)
	frozen := sshtest.DialFrozen(t, addr)
	c := sshtest.Client(t, frozen, "new")
	w := sshtest.Open(t, c)
	frozen.Freeze()
	w.SendRequest("shell", false, nil)
	select {
	case <-wrote:
	case <-time.After(sshtest.Patience):
		t.Fatal("the write goes on")
	}
}

func TestAClientThatNeverClosesItsChannelIsCut(t *testing.T) {
	cfg := shortLimits()
	cfg.KeepAliveInterval, cfg.LoginTimeout = time.Hour, time.Hour
	addr, s := startServer(t, func(ssh.Session, *Terminal) {}, cfg)
	frozen := sshtest.DialFrozen(t, addr)
	w := sshtest.Open(t, sshtest.Client(t, frozen, "new"))
	frozen.Freeze()
	w.SendRequest("shell", false, nil)
	sshtest.Eventually(t, "nobody is left", func() bool { return len(s.tracker.list(true)) == 0 })
}
