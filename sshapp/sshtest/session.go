package sshtest

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Session is the client's end of a session channel. It keeps what the server sends.
type Session struct {
	gossh.Channel
	Ended  chan struct{} // closed with the channel
	Status atomic.Int64  // exit status; -1 while there is none

	output Buffer
}

// Open opens a session channel.
func Open(t testing.TB, c *gossh.Client) *Session {
	t.Helper()
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{Channel: ch, Ended: make(chan struct{})}
	s.Status.Store(-1)
	go func() {
		for r := range requests {
			var status struct{ Status uint32 }
			if r.Type == "exit-status" && gossh.Unmarshal(r.Payload, &status) == nil {
				s.Status.Store(int64(status.Status))
			}
			r.Reply(false, nil)
		}
		close(s.Ended)
	}()
	for _, r := range []io.Reader{ch, ch.Stderr()} {
		go io.Copy(&s.output, r)
	}
	return s
}

// Shell opens a session with a shell in a terminal of 80 × 24.
func Shell(t testing.TB, c *gossh.Client) *Session {
	t.Helper()
	s := Open(t, c)
	if !s.Asks(t, "pty-req", Pty(80, 24)) || !s.Asks(t, "shell", nil) {
		t.Fatal("no shell")
	}
	return s
}

// Exec opens a session with a command.
func Exec(t testing.TB, c *gossh.Client, command string) *Session {
	t.Helper()
	s := Open(t, c)
	if !s.Asks(t, "exec", Command{command}) {
		t.Fatalf("the command %q was refused", command)
	}
	return s
}

// Text returns all that came, standard error included.
func (s *Session) Text() string { return s.output.String() }

// Shows waits until text has come.
func (s *Session) Shows(t testing.TB, text string) {
	t.Helper()
	Eventually(t, fmt.Sprintf("%q on the screen", text), func() bool { return strings.Contains(s.Text(), text) })
}

// Types sends input, whether or not it arrives.
func (s *Session) Types(text string) { s.Channel.Write([]byte(text)) }

// Asks sends a request, with no payload if that is nil, and reports whether it was
// granted.
func (s *Session) Asks(t testing.TB, name string, payload any) bool {
	t.Helper()
	var p []byte
	if payload != nil {
		p = gossh.Marshal(payload)
	}
	ok, err := s.SendRequest(name, true, p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return ok
}

// Ends waits for the end of the session.
func (s *Session) Ends(t testing.TB) {
	t.Helper()
	select {
	case <-s.Ended:
	case <-time.After(Patience):
		t.Fatalf("the session goes on; it shows %q", s.Text())
	}
}

// PtyRequest is the payload of a pty-req (RFC 4254, section 6.2).
type PtyRequest struct {
	Term                                   string
	Width, Height, PixelWidth, PixelHeight uint32
	Modes                                  string
}

// Pty asks for a terminal of a size in cells.
func Pty(width, height uint32) PtyRequest {
	return PtyRequest{Term: "xterm-256color", Width: width, Height: height, Modes: "\x00"}
}

// WindowSize is the payload of a window-change (RFC 4254, section 6.7).
type WindowSize struct{ Width, Height, PixelWidth, PixelHeight uint32 }

// Variable is the payload of an env (RFC 4254, section 6.4).
type Variable struct{ Name, Value string }

// Command is the payload of an exec (RFC 4254, section 6.5).
type Command struct{ Command string }
