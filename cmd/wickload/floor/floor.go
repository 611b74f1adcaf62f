// Package floor is the barest chat over SSH there is: what is typed in a room
// is copied to the others in it. It has no screen, no history, no limits and
// no end of rooms; what it takes is the least that golang.org/x/crypto/ssh
// lets any server take. For benchmarks only: one client that stops reading
// holds its whole room up.
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

// Serve lets anybody in until ctx ends, and returns when all have gone. The
// SSH username is the room; one that begins with "new" gets a fresh room. The
// room's name is the first that a session is shown. Serve closes ln.
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

// house is all rooms.
type house struct {
	mu      sync.Mutex
	members map[string][]ssh.Channel // by room; a slice is replaced, never changed
}

// serve runs a connection: its first session channel sits in the room.
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
	h.copyLines(ch, room) // its error says only that the session has ended
}

var errTooLong = errors.New("the line is too long")

// copyLines sends each line that is typed to the others in the room.
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
					other.Write(line) // whoever has gone is taken out by their own session
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

// newName makes up a room's name: twelve letters and digits, in fours.
func newName() string {
	s := strings.ToLower(rand.Text())
	return s[:4] + "-" + s[4:8] + "-" + s[8:12]
}
