// Package floor is a minimal chat over SSH: it copies lines typed in a room to
// the room's other members. It has no screen, no history and no limits, and rooms
// do not end. Its cost is the least that a server on golang.org/x/crypto/ssh can
// have. It is for benchmarks only: a client that stops reading blocks its room.
package floor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// maxLine bounds a line that is typed, in bytes.
const maxLine = 1 << 10

// Serve accepts connections until ctx ends, and returns when all have ended. The
// SSH username is the room; if it begins with "new", the room is a new one. The
// first output of a session is the room's name. Serve closes ln.
func Serve(ctx context.Context, ln net.Listener) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		return err
	}
	cfg := &ssh.ServerConfig{
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil },
	}
	cfg.AddHostKey(signer)
	h := &house{members: map[string][]ssh.Channel{}}
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		conn, err := ln.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		conns.Go(func() {
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			h.serve(conn, cfg)
		})
	}
}

// house holds all rooms.
type house struct {
	mu      sync.Mutex
	members map[string][]ssh.Channel // by room; slices are copied on write
}

// serve runs a connection. Its first session channel joins the room.
func (h *house) serve(raw net.Conn, cfg *ssh.ServerConfig) {
	conn, channels, requests, err := ssh.NewServerConn(raw, cfg)
	if err != nil {
		raw.Close()
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for wanted := range channels {
		if wanted.ChannelType() != "session" {
			wanted.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := wanted.Accept()
		if err != nil {
			return
		}
		go func() {
			for req := range requests {
				req.Reply(req.Type == "pty-req" || req.Type == "shell", nil)
			}
		}()
		h.sit(channel, conn.User())
		return
	}
}

func (h *house) sit(ch ssh.Channel, room string) {
	if strings.HasPrefix(room, "new") {
		room = newName()
	}
	h.mu.Lock()
	h.members[room] = append(slices.Clip(h.members[room]), ch)
	h.mu.Unlock()
	defer h.leave(ch, room)
	if _, err := ch.Write([]byte(room + "\r\n")); err != nil {
		return
	}
	h.copyLines(ch, room) // the error says only that the session has ended
}

var errTooLong = errors.New("the line is too long")

// copyLines sends each typed line to the room's other members.
func (h *house) copyLines(ch ssh.Channel, room string) error {
	buf := make([]byte, 0, maxLine)
	for {
		n, err := ch.Read(buf[len(buf):cap(buf)])
		if err != nil {
			return err
		}
		buf = buf[:len(buf)+n]
		for {
			end := bytes.IndexByte(buf, '\r')
			if end < 0 {
				break
			}
			line := append(bytes.Clone(buf[:end]), "\r\n"...)
			buf = append(buf[:0], buf[end+1:]...)
			h.mu.Lock()
			members := h.members[room]
			h.mu.Unlock()
			for _, other := range members {
				if other != ch {
					other.Write(line) // on an error, the member's own session removes it
				}
			}
		}
		if len(buf) == cap(buf) {
			return errTooLong
		}
	}
}

func (h *house) leave(ch ssh.Channel, room string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(h.members[room]), func(c ssh.Channel) bool { return c == ch })
	if len(rest) == 0 {
		delete(h.members, room)
	} else {
		h.members[room] = rest
	}
}

// newName returns a random room name: twelve letters and digits, in fours.
func newName() string {
	s := strings.ToLower(rand.Text())
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}
