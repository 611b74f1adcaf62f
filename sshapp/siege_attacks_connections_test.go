//go:build linux

package sshapp_test

import (
	"context"
	"io"
	"math/rand/v2"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

const (
	dialers   = 24 // connections that are opened at the same time
	halfOpen  = 16 // that send nothing
	rekeySize = 1 << 10
)

// handshakes are connections as fast as they can be made: whole handshakes,
// connections that stay silent, and those that send what is no SSH.
func handshakes() row {
	return row{name: "handshakes", attack: func(ctx context.Context, s *source) {
		s.several(dialers+halfOpen, func(i int, dice *rand.Rand) {
			for ctx.Err() == nil {
				raw, err := sshtest.NetDialFrom(ctx, s.addr, s.server.addr)
				if err != nil {
					s.count(false)
					pause(ctx, refusedPause)
					continue
				}
				switch {
				case i >= dialers:
					io.Copy(io.Discard, raw) // until the server has had enough
					raw.Close()
					pause(ctx, refusedPause)
				case i%6 == 0:
					junk := make([]byte, 1+dice.IntN(4<<10))
					for i := range junk {
						junk[i] = byte(dice.Uint32())
					}
					if dice.IntN(2) == 0 {
						junk = append([]byte("SSH-2.0-junk\r\n"), junk...)
					}
					raw.Write(junk)
					raw.SetDeadline(time.Now().Add(refusedPause))
					io.Copy(io.Discard, raw)
					raw.Close()
				default:
					c, err := sshtest.Handshake(raw, sshtest.Login("new"))
					s.count(err == nil)
					if err == nil {
						c.Close()
					} else {
						pause(ctx, refusedPause/10) // even attackers need their processor
					}
				}
			}
		})
	}}
}

// channels asks for sessions, keys and other things without end on few
// connections.
func channels() row {
	return row{name: "channels, rekeys, requests", attack: func(ctx context.Context, s *source) {
		s.several(4, func(i int, dice *rand.Rand) {
			for ctx.Err() == nil {
				raw, err := sshtest.NetDialFrom(ctx, s.addr, s.server.addr)
				if err != nil {
					s.count(false)
					pause(ctx, refusedPause)
					continue
				}
				login := sshtest.Login("root")
				if i == 1 {
					login.RekeyThreshold = rekeySize
				}
				c, err := sshtest.Handshake(raw, login)
				if err != nil {
					s.count(false)
					pause(ctx, refusedPause)
					continue
				}
				s.harass(ctx, c, i, dice)
				c.Close()
			}
		})
	}}
}

// harass does one thing on a connection until that ends.
func (s *source) harass(ctx context.Context, c *ssh.Client, way int, dice *rand.Rand) {
	switch way {
	case 0: // channels, a few under way at a time
		s.several(8, func(int, *rand.Rand) {
			for ctx.Err() == nil {
				ch, requests, err := c.OpenChannel("session", nil)
				s.count(err == nil)
				if err != nil {
					if _, rejected := err.(*ssh.OpenChannelError); rejected {
						continue
					}
					return
				}
				go ssh.DiscardRequests(requests) // ends with the channel
				ch.Close()
			}
		})
	case 1: // rekeys: what is sent goes beyond the threshold again and again
		p, err := sshtest.Start(c, sshtest.Options{Pty: sshtest.Pty(80, 24), Discard: true})
		if err != nil {
			s.count(false)
			return
		}
		every(ctx, 10*time.Millisecond, func(int) bool {
			err := p.Types("\x1b[C" + string(make([]byte, rekeySize)))
			s.count(err == nil)
			return err == nil
		})
	case 2: // requests of the connection
		for ctx.Err() == nil {
			_, _, err := c.SendRequest([]string{"keepalive@openssh.com", "tcpip-forward", "x@y"}[dice.IntN(3)], true, nil)
			s.count(err == nil)
			if err != nil {
				return
			}
		}
	default: // other kinds of channels
		for ctx.Err() == nil {
			_, _, err := c.OpenChannel([]string{"direct-tcpip", "x11", "x@y"}[dice.IntN(3)], nil)
			_, rejected := err.(*ssh.OpenChannelError)
			s.count(rejected)
			if !rejected {
				return
			}
		}
	}
}

// seats is somebody who takes all seats of a room on four connections before a
// friend comes. Each address has its share, so several would fill the room.
func seats() row {
	var room string
	return row{
		name:    "all seats taken",
		sources: 1,
		setup: func(ctx context.Context, w *siege) (err error) {
			room, _, err = w.converse(ctx, "+1h", 2)
			return err
		},
		attack: func(ctx context.Context, s *source) {
			s.several(4, func(i int, dice *rand.Rand) {
				client, err := sshtest.Connect(ctx, s.addr, s.server.addr, room, s.key(uint64(700+10*s.index+i)))
				if err != nil {
					s.count(false)
					return
				}
				defer client.Close()
				same := &source{siege: s.siege, index: s.index, addr: s.addr, rand: dice}
				same.several(4, func(int, *rand.Rand) {
					p, err := sshtest.Start(client, sshtest.Options{Command: "follow", Discard: true})
					if err != nil {
						s.count(false)
						return
					}
					s.count(p.Wait(ctx) < 0) // it sat until the end
				})
			})
			<-ctx.Done()
		},
		beside: func(attacking context.Context, w *siege) error {
			pause(attacking, w.lasts()*3/4)
			a := w.command(w.t.Context(), visitorAddr, room, "post I made it")
			w.note("a friend's status was %d", a.Status)
			if a.Status != 0 {
				w.fault("a friend could not come in: status %d, %q", a.Status, a.Err)
			}
			return nil
		},
	}
}
