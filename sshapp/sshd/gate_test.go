package sshd

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// describe is a handler that prints everything it knows of its session.
func describe(sess ssh.Session, term *Terminal) {
	pty, changes, ok := sess.Pty()
	width, height := term.Size()
	fmt.Fprintf(sess, "pty %v %q %d %d (%d %d)\n", ok, pty.Term, pty.Window.Width, pty.Window.Height, width, height)
	fmt.Fprintf(sess, "env %q\n", sess.Environ())
	fmt.Fprintf(sess, "command %q\n", sess.RawCommand())
	fmt.Fprintf(sess, "subsystem %q, truncated %v\n", term.Subsystem(), term.Truncated())
	if ok {
		for range changes { // holds the first size, and is closed behind it
		}
	}
	fmt.Fprintln(sess, "end")
}

func TestTheHandlerSeesTheAllowedRequests(t *testing.T) {
	addr, _ := startServer(t, describe, shortLimits())
	c := sshtest.Dial(t, addr, "new")
	for _, row := range []struct {
		name    string
		request func(w *sshtest.Session)
		want    []string
	}{
		{"a shell in a terminal", func(w *sshtest.Session) {
			w.Asks(t, "env", sshtest.Variable{Name: "LANG", Value: "C.UTF-8"})
			w.Asks(t, "env", sshtest.Variable{Name: "SSH_SECRET", Value: "x"})
			w.Asks(t, "env", sshtest.Variable{Name: "COLORTERM", Value: "truecolor"})
			w.Asks(t, "pty-req", sshtest.Pty(120, 40))
			w.Asks(t, "shell", nil)
		}, []string{`pty true "xterm-256color" 120 40 (120 40)`, `env ["LANG=C.UTF-8" "COLORTERM=truecolor"]`, `command ""`}},
		{"a terminal without a size", func(w *sshtest.Session) {
			w.Asks(t, "pty-req", sshtest.Pty(0, 0))
			w.Asks(t, "shell", nil)
		}, []string{"80 24 (80 24)"}},
		{"a terminal without a size in one direction", func(w *sshtest.Session) {
			w.Asks(t, "pty-req", sshtest.Pty(0, 50))
			w.Asks(t, "shell", nil)
		}, []string{"80 50 (80 50)"}},
		{"a terminal beyond the bounds", func(w *sshtest.Session) {
			w.Asks(t, "pty-req", sshtest.Pty(1<<31, 1<<32-1))
			w.Asks(t, "shell", nil)
		}, []string{"500 200 (500 200)"}},
		{"a terminal that was resized before the shell", func(w *sshtest.Session) {
			w.Asks(t, "pty-req", sshtest.Pty(80, 24))
			w.Asks(t, "window-change", sshtest.WindowSize{Width: 99, Height: 33})
			w.Asks(t, "shell", nil)
		}, []string{"(99 33)"}},
		{"a terminal with a hostile name", func(w *sshtest.Session) {
			for _, name := range []string{"x\x1b[31m", "a b", "é", strings.Repeat("x", maxTerm+1)} {
				if w.Asks(t, "pty-req", sshtest.PtyRequest{Term: name, Width: 80, Height: 24}) {
					t.Errorf("TERM may be %q", name)
				}
			}
			w.Asks(t, "shell", nil)
		}, []string{`pty false`}},
		{"a terminal twice", func(w *sshtest.Session) {
			w.Asks(t, "pty-req", sshtest.Pty(80, 24))
			if w.Asks(t, "pty-req", sshtest.Pty(90, 24)) {
				t.Error("a second terminal")
			}
			w.Asks(t, "shell", nil)
		}, []string{"80 24 (80 24)"}},
		{"broken requests", func(w *sshtest.Session) {
			for _, name := range []string{"pty-req", "env", "exec", "window-change"} {
				if w.Asks(t, name, struct{ X byte }{1}) {
					t.Errorf("a broken %s was granted", name)
				}
			}
			w.Asks(t, "shell", nil)
		}, []string{`pty false`}},
		{"a shell with a command hidden in it", func(w *sshtest.Session) {
			w.Asks(t, "shell", struct{ X string }{"destroy"})
		}, []string{`command ""`}},
		{"a command", func(w *sshtest.Session) {
			w.Asks(t, "exec", sshtest.Command{Command: "post 'hello'"})
		}, []string{`pty false "" 0 0 (80 24)`, `command "post 'hello'"`, `subsystem "", truncated false`}},
		{"a command beyond the bound", func(w *sshtest.Session) {
			w.Asks(t, "exec", sshtest.Command{Command: strings.Repeat("x", 3*defaults.MaxCommand)})
		}, []string{`command "` + strings.Repeat("x", defaults.MaxCommand) + `"`, `truncated true`}},
		{"a subsystem", func(w *sshtest.Session) {
			w.Asks(t, "subsystem", struct{ Name string }{"sftp"})
		}, []string{`command ""`, `subsystem "sftp"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := sshtest.Open(t, c)
			row.request(w)
			w.Ends(t)
			for _, want := range append(row.want, "end") {
				w.Shows(t, want)
			}
			if got := w.Status.Load(); got != 0 {
				t.Errorf("exit status %d", got)
			}
		})
	}
}

func TestASessionEndsWhenNobodyReadsItsOutput(t *testing.T) {
	addr, _ := startServer(t, func(sess ssh.Session, _ *Terminal) {
		<-sess.Context().Done()
		fmt.Fprintln(sess.Stderr(), context.Cause(sess.Context()))
	}, Config{})
	w := sshtest.Exec(t, sshtest.Dial(t, addr, "new"), "follow")
	w.SendRequest(outputClosed, false, nil)
	w.Ends(t)
	w.Shows(t, ErrOutputClosed.Error())
}

func TestAChannelOfAnUntrackedConnectionIsRefused(t *testing.T) {
	s := &Server{cfg: Config{}.withDefaults()}
	ch := &fakeNewChannel{}
	s.handleSession(nil, nil, ch, &channelContext{session: context.Background()})
	if ch.rejected != gossh.Prohibited {
		t.Errorf("rejected for %v", ch.rejected)
	}
	if bindConn(nil, &net.TCPConn{}) != nil {
		t.Error("a connection that nobody tracks was taken over")
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

func TestRequestsBeyondTheirNumberEndTheConnection(t *testing.T) {
	for _, row := range []struct {
		name  string
		cfg   Config
		flood func(*gossh.Client, *sshtest.Session) error
		cut   bool
	}{
		{"of the connection", Config{}, func(c *gossh.Client, _ *sshtest.Session) error {
			_, _, err := c.SendRequest("tcpip-forward", true, nil)
			return err
		}, true},
		{"of a session that has begun", Config{}, func(_ *gossh.Client, w *sshtest.Session) error {
			_, err := w.SendRequest("signal", true, nil)
			return err
		}, true},
		{"of a session, without a limit", Config{Limits: Limits{MaxRequests: -1}}, func(_ *gossh.Client, w *sshtest.Session) error {
			_, err := w.SendRequest("signal", true, nil)
			return err
		}, false},
		{"that clients send by themselves", shortLimits(), func(c *gossh.Client, w *sshtest.Session) error {
			if _, _, err := c.SendRequest(keepAlive, true, nil); err != nil {
				return err
			}
			for name, payload := range map[string][]byte{
				"window-change":                      gossh.Marshal(sshtest.WindowSize{Width: 80, Height: 24}),
				"env":                                gossh.Marshal(sshtest.Variable{Name: "LC_ALL", Value: "C"}),
				"winadj@putty.projects.tartarus.org": nil,
			} {
				if _, err := w.SendRequest(name, true, payload); err != nil {
					return err
				}
			}
			return nil
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, row.cfg)
			c := sshtest.Dial(t, addr, "new")
			w := sshtest.Shell(t, c)
			var err error
			for i := 0; i < 2*abuseFactor*defaults.MaxRequests && err == nil; i++ {
				err = row.flood(c, w)
			}
			if cut := err != nil; cut != row.cut {
				t.Errorf("cut is %v (%v)", cut, err)
			}
		})
	}
}

func TestSessionsOfAConnectionAreLimited(t *testing.T) {
	for limit, opens := range map[int]int{0: 4, 2: 2, -1: 20} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, Config{Limits: Limits{MaxChannels: limit}})
			c := sshtest.Dial(t, addr, "new")
			for range opens {
				sshtest.Open(t, c)
			}
			_, _, err := c.OpenChannel("session", nil)
			e, _ := err.(*gossh.OpenChannelError)
			switch {
			case limit < 0 && err != nil:
				t.Errorf("without a limit: %v", err)
			case limit >= 0 && (e == nil || e.Reason != gossh.ResourceShortage || e.Message != "too many sessions on this connection"):
				t.Errorf("with a limit of %d, one more: %v", limit, err)
			}
		})
	}
}

func TestVariablesOfASessionAreLimited(t *testing.T) {
	for limit, want := range map[int]int{0: 16, 2: 2, -1: 40} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, echoScreen, Config{Limits: Limits{MaxEnv: limit, MaxRequests: -1}})
			w := sshtest.Open(t, sshtest.Dial(t, addr, "new"))
			taken := 0
			for i := range 40 {
				if w.Asks(t, "env", sshtest.Variable{Name: fmt.Sprintf("LC_%d", i), Value: "C"}) {
					taken++
				}
			}
			if taken != want {
				t.Errorf("with a limit of %d, %d were taken", limit, taken)
			}
		})
	}
}

func TestFurtherSessionsCountAsConnections(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Config{Limits: Limits{MaxConnects: 3, MaxChannels: 10}})
	c := sshtest.Dial(t, addr, "new") // one, with a session
	for range 3 {
		sshtest.Open(t, c)
	}
	_, _, err := c.OpenChannel("session", nil)
	if e, ok := err.(*gossh.OpenChannelError); !ok || e.Reason != gossh.ResourceShortage || !strings.Contains(e.Message, "wait a minute") {
		t.Errorf("one more session: %v", err)
	}
	if _, err := gossh.Dial("tcp", addr, sshtest.ClientConfig()); err == nil || !strings.Contains(err.Error(), farewells[TooManyConnects]) {
		t.Errorf("one more connection: %v", err)
	}
}

func TestOnlyVariablesOfTheConfigAreAllowedBesideTheUsual(t *testing.T) {
	cfg := Config{Env: []string{"APP_COLOUR"}}
	for name, want := range map[string]bool{"LANG": true, "LC_ALL": true, "APP_COLOUR": true, "APP_COLOR": false, "LD_PRELOAD": false} {
		if cfg.allowsEnv(name, "red") != want {
			t.Errorf("%s: allowed is %t", name, !want)
		}
	}
	if cfg.allowsEnv("APP_COLOUR", "a\x1bb") {
		t.Error("a value with a control character is allowed")
	}
}
