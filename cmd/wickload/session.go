package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	readSize   = 2 << 10 // bytes of one Read
	maxRefusal = 200     // bytes of the server's message that are kept
)

// session is one member of a room. After open, its fields except bytes belong to
// the goroutine that runs read until that has ended.
type session struct {
	run    *run
	room   int
	member int
	conn   ssh.Conn
	term   ssh.Channel

	bytes atomic.Int64 // received

	arrived        []time.Duration // by message: its latency; 0 if it has not arrived or is not measured
	deliveredBytes int64           // bytes of the reads that contained measured messages
	strays         int             // tokens of other rooms
	err            error           // why the session ended
}

// signer returns a new key for a session, or the shared one.
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

// open connects as user and enters the room, and starts read. If named is set, it
// returns the room's generated name.
func (s *session) open(ctx context.Context, user string, named bool) (name string, err error) {
	r := s.run
	key, err := r.signer()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.plan.Timeout, errors.New("timed out"))
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
		// An impostor would get nothing but filler text.
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return "", err
	}
	// These goroutines end with the connection.
	go ssh.DiscardRequests(requests)
	go func() {
		for ch := range channels {
			ch.Reject(ssh.Prohibited, "not supported")
		}
	}()
	if err := s.terminal(conn); err != nil {
		return "", err
	}
	name, err = s.enter(named)
	if err != nil {
		return "", err
	}
	s.conn = conn
	r.readers.Go(s.read)
	return name, nil
}

// terminal requests a shell on a terminal of 80×24.
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

// refused returns an error that quotes the message with which the server ended
// the session.
func (s *session) refused() error {
	message, err := io.ReadAll(io.LimitReader(s.term.Stderr(), maxRefusal))
	if text := strings.TrimSpace(strings.ToValidUTF8(string(message), "")); err == nil && text != "" {
		return fmt.Errorf("refused: %q", text)
	}
	return errors.New("the server ended the session at once")
}

// read reads the terminal's output until the session ends.
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

// take records the messages that end in window[fresh:]. A server may draw a
// message again; only the first time counts.
func (s *session) take(window []byte, fresh int, now time.Duration) {
	r, delivered := s.run, false
	for room, seq := range r.tokens.in(window, fresh) {
		i := seq*r.plan.Rooms + room
		switch {
		case room != s.room:
			s.strays++
		case seq >= len(s.arrived) || s.arrived[seq] != 0 || i < r.plan.warm() || seq%r.plan.seats(room) == s.member:
			// Drawn again, not measured, or this session's own.
		default:
			s.arrived[seq] = max(now-time.Duration(r.sent[i].Load()), 1)
			r.delivered.Add(1)
			delivered = true
		}
	}
	if delivered {
		s.deliveredBytes += int64(len(window) - fresh)
	}
}
