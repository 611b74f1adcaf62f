package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	readSize  = 2 << 10  // bytes that one Read takes
	greetSize = 64 << 10 // bytes in which a room's name has to show
	sorrySize = 200      // bytes of a refusal that are kept
)

// roomName is what a server makes up for a room: twelve characters in fours.
var roomName = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)

// session is one member of a room. After open, its fields but the counters are
// of the goroutine that runs read, and of others once that has ended.
type session struct {
	run    *run
	room   int
	member int
	conn   ssh.Conn
	term   ssh.Channel

	bytes atomic.Int64 // received

	arrived []time.Duration // message → from the Enter to here; 0: not, or not counted
	brought int64           // bytes of the reads that brought counted messages
	strays  int             // tokens of other rooms
	err     error           // why it ended, if it was not closed
}

// signer is the session's own key, or the one of all.
func (r *run) signer() (ssh.Signer, error) {
	if r.plan.SharedKey {
		return r.key, nil
	}
	return newSigner()
}

func newSigner() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromSigner(key)
}

// open connects as user and waits for what the terminal shows first: for the
// room's name where one is to be made up, which it answers. It starts read.
func (s *session) open(ctx context.Context, user string, named bool) (name string, err error) {
	r := s.run
	key, err := r.signer()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.plan.Timeout, errors.New("it took too long"))
	defer cancel()
	addr := r.plan.addr(s.room, s.member)
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer func() {
		if err == nil {
			return
		}
		raw.Close()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
	}()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn, channels, requests, err := ssh.NewClientConn(raw, addr, &ssh.ClientConfig{
		User: user,
		Auth: []ssh.AuthMethod{ssh.PublicKeys(key)},
		// Whoever answers is told nothing but filler.
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return "", err
	}
	// These end with the connection.
	go ssh.DiscardRequests(requests)
	go func() {
		for ch := range channels {
			ch.Reject(ssh.Prohibited, "nothing here")
		}
	}()
	if err := s.terminal(conn); err != nil {
		return "", err
	}
	name, err = s.greeting(named)
	if err != nil {
		return "", err
	}
	s.conn = conn
	r.readers.Go(s.read)
	return name, nil
}

// terminal asks for a shell on a terminal of 80×24.
func (s *session) terminal(conn ssh.Conn) error {
	term, requests, err := conn.OpenChannel("session", nil)
	if err != nil {
		return err
	}
	go ssh.DiscardRequests(requests)
	pty := ssh.Marshal(struct { // RFC 4254, section 6.2
		Term                                   string
		Columns, Rows, PixelWidth, PixelHeight uint32
		Modes                                  string
	}{"xterm-256color", 80, 24, 0, 0, "\x00"})
	for _, req := range []struct {
		name    string
		payload []byte
	}{{"pty-req", pty}, {"shell", nil}} {
		ok, err := term.SendRequest(req.name, true, req.payload)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("the server refused the request %s", req.name)
		}
	}
	s.term = term
	return nil
}

// greeting reads until the first bytes, or until a room's name has come.
func (s *session) greeting(named bool) (name string, err error) {
	var seen []byte
	buf := make([]byte, readSize)
	for len(seen) < greetSize {
		n, err := s.term.Read(buf)
		s.bytes.Add(int64(n))
		seen = append(seen, buf[:n]...)
		if name := roomName.Find(seen); name != nil {
			return string(name), nil
		}
		if !named && n > 0 {
			return "", nil
		}
		if errors.Is(err, io.EOF) {
			return "", s.refused()
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("the server did not name the room that it was to light")
}

// refused is the error of a session that the server ended at once, in the
// server's words.
func (s *session) refused() error {
	why, err := io.ReadAll(io.LimitReader(s.term.Stderr(), sorrySize))
	if said := strings.TrimSpace(strings.ToValidUTF8(string(why), "")); err == nil && said != "" {
		return fmt.Errorf("refused: %q", said)
	}
	return errors.New("the server ended the session at once")
}

// read takes in what the terminal would show until the session ends.
func (s *session) read() {
	const carry = tokenSize - 1
	buf := make([]byte, carry+readSize)
	for {
		n, err := s.term.Read(buf[carry:])
		now := time.Since(s.run.began)
		s.bytes.Add(int64(n))
		s.take(buf[:carry+n], carry, now)
		copy(buf, buf[n:carry+n])
		if err != nil {
			s.err = err
			if !s.run.closing.Load() {
				s.run.lost.Add(1)
			}
			return
		}
	}
}

// take notes the messages that end in what is fresh. A server that paints may
// show one again: only the first time counts.
func (s *session) take(window []byte, fresh int, now time.Duration) {
	r, brought := s.run, false
	for room, seq := range r.tokens.in(window, fresh) {
		i := seq*r.plan.Rooms + room
		switch {
		case room != s.room:
			s.strays++
		case seq >= len(s.arrived) || s.arrived[seq] != 0 || i < r.plan.warm() || seq%r.plan.seats(room) == s.member:
			// Shown before, not counted, or what this session itself typed.
		default:
			s.arrived[seq] = max(now-time.Duration(r.sent[i].Load()), 1)
			r.delivered.Add(1)
			brought = true
		}
	}
	if brought {
		s.brought += int64(len(window) - fresh)
	}
}
