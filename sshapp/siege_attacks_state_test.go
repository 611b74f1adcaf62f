//go:build linux

package sshapp_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"wick/sshapp/sshtest"
)

// What the honest of a row say before the attack, which newcomers must find.
const (
	saidBefore  = 14
	mostInvites = 64               // open invitations of one room: a few for each of its places
	linesFree   = 40               // lines that a member in plain lines may get beside what is said
	friendLimit = 20 * time.Second // for a friend to be shown and let in; strangers knock meanwhile
	linesPerSec = 3                // and each second: as fast as one person may do things, and some
)

// linesOf returns how many lines came on standard output.
func linesOf(s *sshtest.Session) int { return strings.Count(s.Out.String(), "\n") }

// talker is somebody honest of a row's own, in plain lines.
func (w *siege) talker(ctx context.Context, n int, user string, o sshtest.Options) (*sshtest.Session, error) {
	client, err := sshtest.Connect(ctx, honestAddr(40+n), w.server.addr, user, w.key(uint64(200+n)))
	if err != nil {
		return nil, err
	}
	s, err := sshtest.Start(client, o)
	if err != nil {
		return nil, err
	}
	return s, s.SeesText(ctx, "burns for another")
}

// converse lights a room in which two honest people say n messages, and returns
// it with them. The first is its owner, on a terminal; the other's input is a pipe.
func (w *siege) converse(ctx context.Context, options string, n int) (room string, people [2]*sshtest.Session, err error) {
	if people[0], err = w.talker(ctx, 0, "new"+options, sshtest.Options{Lines: true}); err != nil {
		return "", people, err
	}
	room = generated.FindString(people[0].Out.String())
	if people[1], err = w.talker(ctx, 1, room, sshtest.Options{}); err != nil {
		return "", people, err
	}
	for i := range n {
		if err := people[i%2].Types(fmt.Sprintf("kept %d.", i) + []string{"\r", "\n"}[i%2]); err != nil {
			return "", people, err
		}
		// Lines that are typed at once are one message.
		if err := people[1].SeesText(ctx, fmt.Sprintf("kept %d.", i)); err != nil {
			return "", people, err
		}
	}
	return room, people, nil
}

// invites is an owner who makes invitations without end.
func invites() row {
	return row{
		name: "invitations",
		attack: func(ctx context.Context, s *source) {
			s.several(4, func(i int, _ *rand.Rand) {
				p := s.enter(ctx, "new+30m", s.key(uint64(300+i)), sshtest.Options{Lines: true, Discard: true, Stdout: onOutput(func(b []byte) {
					s.accepted.Add(int64(bytes.Count(b, []byte("+i-"))))
					s.refused.Add(int64(bytes.Count(b, []byte("* Too ")) + bytes.Count(b, []byte("* The room has"))))
				})})
				if p == nil {
					return
				}
				defer p.Client.Close()
				s.commands(ctx, p, func(int) string { return "/invite 1h" })
			})
		},
		after: func(_ context.Context, w *siege) error {
			if n := w.accepted.Load() / int64(4*w.addresses()); n > mostInvites {
				w.fault("each room has %d open invitations", n)
			}
			return nil
		},
	}
}

// changes is somebody who renames, joins, leaves, shortens and locks as fast as
// the server allows, in a room where honest people have spoken.
func changes() row {
	var room string
	var people [2]*sshtest.Session
	var exact *sshtest.Session
	var before int
	var began time.Time
	return row{
		name: "state changes",
		setup: func(ctx context.Context, w *siege) (err error) {
			room, people, err = w.converse(ctx, "+12h+256p", saidBefore)
			if err != nil {
				return err
			}
			client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room, w.key(addrKey(visitorAddr)))
			if err != nil {
				return err
			}
			if exact, err = sshtest.Start(client, sshtest.Options{Command: "follow --json"}); err != nil {
				return err
			}
			before, began = linesOf(people[1]), time.Now()
			return exact.SeesText(ctx, fmt.Sprintf("kept %d.", saidBefore-1))
		},
		attack: func(ctx context.Context, s *source) {
			s.several(24, func(i int, dice *rand.Rand) {
				for n := 0; ctx.Err() == nil; n++ {
					p := s.enter(ctx, room, nil, sshtest.Options{Lines: true, Discard: true})
					if p == nil {
						pause(ctx, refusedPause)
						continue
					}
					switch i % 4 {
					case 0: // comes and goes
						p.Types("/leave\r")
					case 1: // renames
						s.commands(ctx, p, func(int) string { return fmt.Sprintf("/nick n%x", dice.Uint32()) })
					case 2: // shortens by a second each time
						s.commands(ctx, p, func(n int) string { return fmt.Sprintf("/ttl %ds", 11*3600-n%3600) })
					case 3: // everything at once, and leaves
						s.commands(ctx, p, oneByOne(fmt.Sprintf("/nick m%x", dice.Uint32()), "/ttl 10h", "/lock", "/unlock", "/leave"))
					}
					s.ended(ctx, p)
				}
			})
		},
		after: func(ctx context.Context, w *siege) error {
			took := time.Since(began).Seconds()
			most := linesFree + int(linesPerSec*took*float64(w.addresses()))
			for _, who := range []struct {
				how   string
				lines int
			}{{"plain lines", linesOf(people[1]) - before}, {"--json", linesOf(exact) - saidBefore}} {
				w.note("somebody with %s got %d lines in %.0f s", who.how, who.lines, took)
				if who.lines > most {
					w.fault("somebody with %s got %d lines of what others did, more than %d", who.how, who.lines, most)
				}
			}
			return w.kept(ctx, room, saidBefore)
		},
	}
}

// kept checks that a newcomer sees what was said.
func (w *siege) kept(ctx context.Context, room string, want int) error {
	all, err := w.history(ctx, visitorAddr, room)
	if err != nil {
		return err
	}
	w.note("a newcomer sees %d of %d messages", said(all), want)
	if said(all) < want {
		w.fault("a newcomer sees %d of %d messages", said(all), want)
	}
	return nil
}

// knocks is a crowd without keys at a locked door.
func knocks() row {
	var room string
	var people [2]*sshtest.Session
	var shown atomic.Bool
	return row{
		name: "knocks",
		setup: func(ctx context.Context, w *siege) (err error) {
			room, people, err = w.converse(ctx, "+1h", saidBefore)
			if err != nil {
				return err
			}
			// What was said before may make it too fast for a while. Without a key
			// the owner is asked.
			every(ctx, time.Second/2, func(i int) bool {
				return people[0].Types([]string{"/lock\r", "y\r"}[i%2]) == nil && !strings.Contains(people[0].Out.String(), "locked the room")
			})
			return people[0].SeesText(ctx, "locked the room")
		},
		attack: func(ctx context.Context, s *source) {
			s.several(60, func(int, *rand.Rand) {
				for ctx.Err() == nil {
					p := s.enter(ctx, room, nil, sshtest.Options{Discard: true})
					if p == nil {
						pause(ctx, refusedPause)
						continue
					}
					if s.ended(ctx, p); ctx.Err() != nil {
						s.count(true) // it waited until the end
					}
				}
			})
		},
		beside: func(ctx context.Context, w *siege) error {
			pause(ctx, w.lasts()/2) // the door is full of strangers by then
			ctx, cancel := context.WithTimeout(w.t.Context(), friendLimit)
			defer cancel()
			err := w.knock(ctx, room, people[0])
			shown.Store(err == nil)
			return err
		},
		after: func(_ context.Context, w *siege) error {
			w.note("the owner got %d lines about knocks; the friend was let in: %v", strings.Count(people[0].Out.String(), "knocks:"), shown.Load())
			return nil
		},
	}
}

// knock is a friend with a key at a locked door, whom the owner is to let in.
func (w *siege) knock(ctx context.Context, room string, owner *sshtest.Session) error {
	client, err := sshtest.Connect(ctx, visitorAddr, w.server.addr, room, w.key(addrKey(visitorAddr)))
	if err != nil {
		return err
	}
	friend, err := sshtest.Start(client, sshtest.Options{})
	if err != nil {
		return err
	}
	text, err := friend.Sees(ctx, "word of how those inside see the friend", func(t string) bool { return seenAs.MatchString(t) })
	if err != nil {
		return fmt.Errorf("the friend was not heard: %w", err)
	}
	tag := seenAs.FindStringSubmatch(text)[1]
	if err := owner.SeesText(ctx, "("+tag+") knocks"); err != nil {
		return fmt.Errorf("the friend was not shown to the owner: %w", err)
	}
	admitting, stop := context.WithCancel(ctx)
	defer stop()
	go every(admitting, time.Second/2, func(int) bool { return owner.Types("/admit "+tag+"\r") == nil }) // it may be too fast at first
	if err := friend.SeesText(ctx, "burns for another"); err != nil {
		return fmt.Errorf("the friend was not let in: %w", err)
	}
	if n := strings.Count(friend.Out.String(), "kept "); n < saidBefore {
		w.fault("the friend sees %d of %d messages", n, saidBefore)
	}
	return nil
}
