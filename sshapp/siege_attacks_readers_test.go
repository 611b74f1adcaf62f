//go:build linux

package sshapp_test

import (
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

const (
	readersEach  = 50      // connections of one address that take nothing
	smallReceive = 4 << 10 // bytes that the kernel takes for one that reads nothing
	helperAddrs  = 100     // addresses from here on only speak
	helpers      = 4       // of those, for each attacker
	voices       = 50      // connections of each
	newsPerStep  = 200     // messages that another reader waits for: what a room keeps
	readersEvery = 4 * time.Second / 10
)

// haltedConn reads nothing more once it is halted.
type haltedConn struct {
	net.Conn
	halted chan struct{} // closed when it is
	closed chan struct{}
	shut   atomic.Bool
}

func (c *haltedConn) Read(p []byte) (int, error) {
	select {
	case <-c.halted:
		<-c.closed
		return 0, net.ErrClosed
	default:
		return c.Conn.Read(p)
	}
}

func (c *haltedConn) Close() error {
	if c.shut.CompareAndSwap(false, true) {
		close(c.closed)
	}
	return c.Conn.Close()
}

// unreader opens a session whose connection takes nothing any more once it has
// begun: neither the SSH library nor, beyond little, the kernel takes bytes in.
func (s *source) unreader(ctx context.Context, room, command string) (client *ssh.Client, err error) {
	d := net.Dialer{
		LocalAddr: &net.TCPAddr{IP: net.ParseIP(s.addr)},
		Control: func(_, _ string, c syscall.RawConn) (err error) {
			c.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, smallReceive)
			})
			return err
		},
	}
	raw, err := d.DialContext(ctx, "tcp", s.server.addr)
	if err != nil {
		return nil, err
	}
	conn := &haltedConn{Conn: raw, halted: make(chan struct{}), closed: make(chan struct{})}
	if client, err = sshtest.Handshake(sshtest.Until(ctx, conn), sshtest.Login(room)); err != nil {
		return nil, err
	}
	if _, err := sshtest.Start(client, sshtest.Options{Command: command, Unread: true}); err != nil {
		client.Close()
		return nil, err
	}
	close(conn.halted)
	return client, nil
}

// unreadFollowers are followers that take nothing, each behind other messages,
// while others speak as fast as they may.
func unreadFollowers() row {
	return row{name: "follow never read", attack: func(ctx context.Context, s *source) {
		room := s.roomOf(ctx, "--ttl 30m --seats 256")
		if room == "" {
			return
		}
		many, each := helpers, voices
		if !s.long() {
			many, each = 1, 20
		}
		s.several(many+1, func(i int, dice *rand.Rand) {
			if i > 0 { // speaks
				h := &source{siege: s.siege, addr: attackAddr(helperAddrs + 10*s.index + i), rand: dice}
				h.several(each, func(_ int, dice *rand.Rand) {
					for line := heavy(dice); ctx.Err() == nil; {
						h.post(ctx, room, line)
					}
				})
				return
			}
			var clients []*ssh.Client
			defer func() {
				for _, c := range clients {
					c.Close()
				}
			}()
			every(ctx, readersEvery, func(n int) bool {
				command := []string{"follow", "follow --json"}[n%2]
				c, err := s.unreader(ctx, room, command)
				if err == nil {
					clients = append(clients, c)
					s.count(true)
				} else if ctx.Err() == nil {
					s.refuse(cause(err))
				}
				return len(clients) < readersEach
			})
			<-ctx.Done()
		})
		// What the room keeps is not what its readers held.
		if r := s.command(s.t.Context(), attackAddr(helperAddrs+10*s.index), room, "destroy --yes"); r.Status != 0 {
			s.fault("its room cannot be destroyed: %v", r)
		}
	}}
}

// unreadInput is input that no session reads: more lines than may be said, on
// all sessions of all connections of an address.
func unreadInput() row {
	return row{name: "unread input", attack: func(ctx context.Context, s *source) {
		const sessions = 4 // of --max-channels
		conns := 50
		if !s.long() {
			conns = 10
		}
		room := s.roomOf(ctx, "--ttl 30m --seats 256")
		s.several(conns, func(i int, dice *rand.Rand) {
			client, err := sshtest.Connect(ctx, s.addr, s.server.addr, room)
			if err != nil {
				s.count(false)
				return
			}
			defer client.Close()
			var all []*sshtest.Session
			for len(all) < sessions {
				p, err := sshtest.Start(client, sshtest.Options{Command: []string{"post", ""}[dice.IntN(2)], Discard: true})
				s.count(err == nil)
				if err != nil {
					break
				}
				all = append(all, p)
			}
			line := strings.Repeat("x\n", 16)
			every(ctx, floodPace, func(int) bool { // many small packets cost more than few large ones
				for _, p := range all {
					for range 8 {
						if p.Types(line) != nil {
							return true
						}
					}
				}
				return true
			})
		})
	}}
}

// everything is all that takes memory at the same time.
func everything(long bool) row {
	if !long {
		return row{name: "memory as a whole", keeps: true, attack: together(unreadFollowers(), unreadInput(), screens(), names())}
	}
	return row{
		name: "memory as a whole", keeps: true, sources: 8,
		attack: together(unreadFollowers(), unreadInput(), screens(), names(), row{
			attack: func(ctx context.Context, s *source) { filling(ctx, s, 16, func() {}) },
		}),
	}
}

// together attacks in several ways, an address in one each, and the first in the
// first two.
func together(rows ...row) func(context.Context, *source) {
	return func(ctx context.Context, s *source) {
		s.several(2, func(i int, dice *rand.Rand) {
			if i == 1 && s.index > 0 {
				return
			}
			mine := &source{siege: s.siege, index: s.index, addr: s.addr, rand: dice}
			rows[(s.index+i)%len(rows)].attack(ctx, mine)
		})
	}
}
