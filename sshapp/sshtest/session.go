package sshtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// Session is the client's end of a session channel. It keeps what the server sends.
// Its methods are safe for concurrent use.
type Session struct {
	gossh.Channel
	Client *gossh.Client
	Ended  chan struct{} // closed when the channel is, and all that came has been read
	Status atomic.Int64  // exit status; -1 while there is none

	Out, Err Buffer // standard output and error
}

// Options say what a session is. The zero value is a shell without a terminal.
type Options struct {
	Pty     PtyRequest // the zero value: no terminal
	Lines   bool       // in a terminal of LinesPty; its line ends come as line feeds
	Env     []Variable
	Command string    // in place of a shell
	System  string    // a subsystem in place of a shell
	Stdout  io.Writer // gets standard output before Out does
	Keep    int       // bytes of output, and of errors, that are kept; 0: all
	Discard bool      // standard output is not kept at all
	Unread  bool      // nothing is read
}

// Start opens a session on a connection.
func Start(c *gossh.Client, o Options) (*Session, error) {
	if o.Lines {
		o.Pty = LinesPty
	}
	s, err := start(c, o)
	if err != nil {
		return nil, err
	}
	for _, v := range o.Env {
		if err := s.request("env", v); err != nil {
			return nil, err
		}
	}
	if o.Pty != (PtyRequest{}) {
		if err := s.request("pty-req", o.Pty); err != nil {
			return nil, err
		}
	}
	if o.Command != "" {
		return s, s.request("exec", Command{o.Command})
	}
	if o.System != "" {
		return s, s.request("subsystem", struct{ Name string }{o.System})
	}
	return s, s.request("shell", nil)
}

// start opens the channel, and reads from it until it is closed.
func start(c *gossh.Client, o Options) (*Session, error) {
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		return nil, err
	}
	s := &Session{Channel: ch, Client: c, Ended: make(chan struct{})}
	s.Status.Store(-1)
	s.Out.Keep, s.Err.Keep = o.Keep, o.Keep
	var readers sync.WaitGroup // end with the channel
	readers.Go(func() {
		for r := range requests {
			var status struct{ Status uint32 }
			if r.Type == "exit-status" && gossh.Unmarshal(r.Payload, &status) == nil {
				s.Status.Store(int64(status.Status))
			}
			r.Reply(false, nil)
		}
	})
	if !o.Unread {
		out := []io.Writer{&s.Out}
		if o.Discard {
			out = nil
		}
		if o.Stdout != nil {
			out = append([]io.Writer{o.Stdout}, out...)
		}
		w := io.MultiWriter(out...)
		if o.Lines {
			w = lineFeeds{w}
		}
		readers.Go(func() { io.Copy(w, ch) })
		readers.Go(func() { io.Copy(&s.Err, ch.Stderr()) })
	}
	go func() {
		readers.Wait()
		close(s.Ended)
	}()
	return s, nil
}

// Open opens a session channel, and asks for nothing.
func Open(t testing.TB, c *gossh.Client) *Session {
	t.Helper()
	s, err := start(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Shell opens a session with a shell in a terminal of 80 × 24.
func Shell(t testing.TB, c *gossh.Client) *Session {
	t.Helper()
	return must(t, c, Options{Pty: Pty(80, 24)})
}

// Exec opens a session with a command.
func Exec(t testing.TB, c *gossh.Client, command string) *Session {
	t.Helper()
	return must(t, c, Options{Command: command})
}

// must is Start in a test.
func must(t testing.TB, c *gossh.Client, o Options) *Session {
	t.Helper()
	s, err := Start(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Result is what a command came to.
type Result struct {
	Status   int // exit status; -1: none came
	Out, Err string
}

// Run runs a command with an input, and returns when it has ended, or with a status
// of -1 when ctx has.
func Run(ctx context.Context, c *gossh.Client, command, input string) Result {
	s, err := Start(c, Options{Command: command})
	if err != nil {
		return Result{-1, "", err.Error()}
	}
	go func() { // ends with the connection at the latest
		s.Types(input)
		s.CloseWrite()
	}()
	status := s.Wait(ctx)
	s.Close()
	return Result{status, s.Out.String(), s.Err.String()}
}

// Text returns what came, standard error after standard output.
func (s *Session) Text() string {
	out := s.Out.String()
	if errs := s.Err.String(); errs != "" {
		return out + errs
	}
	return out
}

// Why returns the server's last word on standard error.
func (s *Session) Why() string { return strings.TrimSpace(s.Err.String()) }

// Shows waits until text has come.
func (s *Session) Shows(t testing.TB, text string) {
	t.Helper()
	Eventually(t, fmt.Sprintf("%q on the screen", text), func() bool { return strings.Contains(s.Text(), text) })
}

// Sees waits until standard output is as wanted, and returns it.
func (s *Session) Sees(ctx context.Context, what string, wanted func(string) bool) (string, error) {
	late := time.NewTimer(Patience)
	defer late.Stop()
	for {
		text, changed := s.Out.wait()
		if wanted(text) {
			return text, nil
		}
		select {
		case <-changed:
		case <-s.Ended:
			if text = s.Out.String(); wanted(text) {
				return text, nil
			}
			return text, fmt.Errorf("no %s: the session ended: %s", what, s.Why())
		case <-late.C:
			return text, fmt.Errorf("no %s within %v", what, Patience)
		case <-ctx.Done():
			return text, ctx.Err()
		}
	}
}

// SeesText is Sees for a text.
func (s *Session) SeesText(ctx context.Context, text string) error {
	_, err := s.Sees(ctx, fmt.Sprintf("%q", text), func(t string) bool { return strings.Contains(t, text) })
	return err
}

// Types sends input.
func (s *Session) Types(text string) error {
	_, err := io.WriteString(s.Channel, text)
	return err
}

// Resize sends a window change, in cells.
func (s *Session) Resize(width, height uint32) error {
	_, err := s.SendRequest("window-change", false, gossh.Marshal(WindowSize{Width: width, Height: height}))
	return err
}

// Asks sends a request, with no payload if that is nil, and reports whether it was
// granted.
func (s *Session) Asks(t testing.TB, name string, payload any) bool {
	t.Helper()
	ok, err := s.ask(name, payload)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return ok
}

func (s *Session) ask(name string, payload any) (bool, error) {
	var p []byte
	if payload != nil {
		p = gossh.Marshal(payload)
	}
	return s.SendRequest(name, true, p)
}

// request is ask for what has to be granted.
func (s *Session) request(name string, payload any) error {
	ok, err := s.ask(name, payload)
	if err == nil && !ok {
		err = fmt.Errorf("the server refused the request %s", name)
	}
	return err
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

// Wait waits for the end of the session and returns its exit status, or -1 if there
// is none or ctx ends.
func (s *Session) Wait(ctx context.Context) int {
	select {
	case <-s.Ended:
		return int(s.Status.Load())
	case <-ctx.Done():
		return -1
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

// LinesPty asks for a terminal in which rooms are shown as plain lines, and which breaks
// none of them. Enter is a carriage return.
var LinesPty = PtyRequest{Term: "dumb", Width: 500, Height: 24, Modes: "\x35\x00\x00\x00\x01\x00"} // ECHO, and the end

// lineFeeds writes without carriage returns.
type lineFeeds struct{ io.Writer }

func (l lineFeeds) Write(p []byte) (int, error) {
	if _, err := l.Writer.Write(bytes.ReplaceAll(p, []byte("\r"), nil)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WindowSize is the payload of a window-change (RFC 4254, section 6.7).
type WindowSize struct{ Width, Height, PixelWidth, PixelHeight uint32 }

// Variable is the payload of an env (RFC 4254, section 6.4).
type Variable struct{ Name, Value string }

// Command is the payload of an exec (RFC 4254, section 6.5).
type Command struct{ Command string }
