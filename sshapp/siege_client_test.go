//go:build linux

package sshapp_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// keptText is how much a session keeps of the newest output, in bytes.
const keptText = 128 << 10

// connect opens an SSH connection from a local address. The end of ctx closes it
// at any time. A nil key is a client without a key.
func connect(ctx context.Context, from, to, user string, key ssh.Signer) (*ssh.Client, error) {
	raw, err := connectRaw(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return handshake(raw, user, key, nil)
}

// connectRaw opens a TCP connection from a local address. The end of ctx closes it.
func connectRaw(ctx context.Context, from, to string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	raw, err := d.DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, err
	}
	return &boundConn{raw, context.AfterFunc(ctx, func() { raw.Close() })}, nil
}

// boundConn is a connection that ends with a context.
type boundConn struct {
	net.Conn
	release func() bool
}

func (c *boundConn) Close() error {
	c.release()
	return c.Conn.Close()
}

// handshake makes an SSH client of a connection. It closes the connection if it
// returns an error.
func handshake(raw net.Conn, user string, key ssh.Signer, change func(*ssh.ClientConfig)) (*ssh.Client, error) {
	cfg := &ssh.ClientConfig{User: user, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if key != nil {
		cfg.Auth = []ssh.AuthMethod{ssh.PublicKeys(key)}
	} else {
		cfg.Auth = []ssh.AuthMethod{ssh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
			return make([]string, len(q)), nil
		})}
	}
	if change != nil {
		change(cfg)
	}
	raw.SetDeadline(time.Now().Add(patience))
	conn, channels, requests, err := ssh.NewClientConn(raw, raw.RemoteAddr().String(), cfg)
	if err != nil {
		raw.Close()
		return nil, err
	}
	raw.SetDeadline(time.Time{})
	return ssh.NewClient(conn, channels, requests), nil
}

// newKey returns the key of a seed.
func newKey(seed [ed25519.SeedSize]byte) ssh.Signer {
	key, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // an ed25519 key makes a signer
	}
	return key
}

// size is the size of a terminal, in cells. The zero value is no terminal.
type size struct{ width, height uint32 }

// session is a shell or a command on the server. Its methods are safe for
// concurrent use.
type session struct {
	client *ssh.Client
	ch     ssh.Channel
	ended  chan struct{} // closed when the session has ended

	mu      sync.Mutex
	text    []byte        // the end of standard output
	errors  []byte        // the end of standard error
	count   int           // of lines on standard output
	status  int           // -1: none yet
	changed chan struct{} // closed and replaced by every change
}

// options describe a session.
type options struct {
	terminal size
	command  string                    // instead of a shell
	took     func(b []byte, now int64) // is called with all standard output; now is in Unix nanoseconds
	deaf     bool                      // keeps no output
	unread   bool                      // reads no output
}

// open starts a session on a connection.
func open(client *ssh.Client, o options) (*session, error) {
	ch, requests, err := client.OpenChannel("session", nil)
	if err != nil {
		return nil, err
	}
	s := &session{client: client, ch: ch, ended: make(chan struct{}), status: -1, changed: make(chan struct{})}
	var readers sync.WaitGroup // end with the channel
	readers.Go(func() {
		for r := range requests {
			var status struct{ Status uint32 }
			if r.Type == "exit-status" && ssh.Unmarshal(r.Payload, &status) == nil {
				s.mu.Lock()
				s.status = int(status.Status)
				s.mu.Unlock()
			}
			r.Reply(false, nil)
		}
	})
	if !o.unread {
		readers.Go(func() { s.read(ch, &s.text, o) })
		readers.Go(func() { s.read(ch.Stderr(), &s.errors, options{}) })
	}
	go func() {
		readers.Wait()
		close(s.ended)
	}()
	if o.terminal != (size{}) {
		pty := ssh.Marshal(struct { // RFC 4254, section 6.2
			Term                                   string
			Columns, Rows, PixelWidth, PixelHeight uint32
			Modes                                  string
		}{"xterm-256color", o.terminal.width, o.terminal.height, 0, 0, "\x00"})
		if err := s.request("pty-req", pty); err != nil {
			return nil, err
		}
	}
	if o.command != "" {
		return s, s.request("exec", ssh.Marshal(struct{ Command string }{o.command}))
	}
	return s, s.request("shell", nil)
}

func (s *session) request(name string, payload []byte) error {
	ok, err := s.ch.SendRequest(name, true, payload)
	if err == nil && !ok {
		err = fmt.Errorf("the server refused the request %s", name)
	}
	return err
}

// resize sends a window change.
func (s *session) resize(to size) error {
	_, err := s.ch.SendRequest("window-change", false, ssh.Marshal(struct{ Columns, Rows, PixelWidth, PixelHeight uint32 }{to.width, to.height, 0, 0}))
	return err
}

func (s *session) read(r io.Reader, into *[]byte, o options) {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if o.took != nil {
			o.took(buf[:n], unixNow())
		}
		if into == &s.text {
			s.mu.Lock()
			s.count += bytes.Count(buf[:n], []byte("\n"))
			s.mu.Unlock()
		}
		if !o.deaf {
			s.keep(into, buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (s *session) keep(into *[]byte, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *into = append(*into, b...); len(*into) > 2*keptText {
		*into = append([]byte(nil), (*into)[len(*into)-keptText:]...)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// types sends input.
func (s *session) types(text string) error {
	_, err := io.WriteString(s.ch, text)
	return err
}

// out returns the end of standard output.
func (s *session) out() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}

// lines returns the number of lines on standard output so far.
func (s *session) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// sees waits until wanted reports true for the end of standard output, and
// returns that. Its error says that no such thing came.
func (s *session) sees(ctx context.Context, what string, wanted func(string) bool) (string, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s.mu.Lock()
		text, changed := string(s.text), s.changed
		s.mu.Unlock()
		if wanted(text) {
			return text, nil
		}
		select {
		case <-changed:
		case <-s.ended:
			if text = s.out(); wanted(text) {
				return text, nil
			}
			return text, fmt.Errorf("no %s: the session ended: %s", what, s.why())
		case <-late.C:
			return text, fmt.Errorf("no %s within %v", what, patience)
		case <-ctx.Done():
			return text, ctx.Err()
		}
	}
}

// seesText waits until the end of standard output contains text.
func (s *session) seesText(ctx context.Context, text string) error {
	_, err := s.sees(ctx, fmt.Sprintf("%q", text), func(t string) bool { return strings.Contains(t, text) })
	return err
}

// why returns the end of standard error, where the server gives its reasons.
func (s *session) why() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.TrimSpace(string(s.errors))
}

// wait waits for the end of the session and returns its exit status, or -1 if
// there was none or ctx ended.
func (s *session) wait(ctx context.Context) int {
	select {
	case <-s.ended:
	case <-ctx.Done():
		return -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// answer is the outcome of a command.
type answer struct {
	status   int // -1: none
	out, err string
}

// run runs a command with an input and waits for its end.
func run(ctx context.Context, client *ssh.Client, command, input string) answer {
	s, err := open(client, options{command: command})
	if err != nil {
		return answer{-1, "", err.Error()}
	}
	go func() { // ends with the connection at the latest
		s.types(input)
		s.ch.CloseWrite()
	}()
	status := s.wait(ctx)
	s.ch.Close()
	return answer{status, s.out(), s.why()}
}

var started = time.Now()

// unixNow returns the time in Unix nanoseconds, which two processes share. Steps
// of the clock after the start of this process do not show in it.
func unixNow() int64 { return started.Add(time.Since(started)).UnixNano() }
