//go:build linux

package sshapp_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/sshtest"
)

var (
	seenAs = regexp.MustCompile(`People inside see you as \S+ \(([0-9a-z]{4})\)`)
	doubts = regexp.MustCompile(`(\S+) \([0-9a-z]{4}\) came in: not the key`)
)

// names is somebody who takes one name after the other, in many rooms.
func names() row {
	return row{name: "remembered names", attack: func(ctx context.Context, s *source) {
		s.several(40, func(i int, dice *rand.Rand) {
			for ctx.Err() == nil {
				p := s.enter(ctx, "new+30m", nil, sshtest.Options{Lines: true, Discard: true, Stdout: onOutput(func(b []byte) {
					s.accepted.Add(int64(bytes.Count(b, []byte(" is now "))))
					s.refused.Add(int64(bytes.Count(b, []byte("too fast")) + bytes.Count(b, []byte("too many"))))
				})})
				if p == nil {
					pause(ctx, refusedPause)
					continue
				}
				s.commands(ctx, p, func(int) string { return fmt.Sprintf("/nick %s%016x", strings.Repeat("n", 8), dice.Uint64()) })
				s.ended(ctx, p)
			}
		})
	}}
}

// claimNewcomers is how many honest people come whose names were claimed.
const claimNewcomers = 20

// claims is somebody who knows the names that the server makes up for the
// newcomers of a room, and bears each of them before.
func claims() row {
	var room string
	var people [2]*sshtest.Session
	var newcomers []ssh.Signer
	var wanted []string
	return row{
		name: "generated names claimed",
		setup: func(ctx context.Context, w *siege) (err error) {
			if room, people, err = w.converse(ctx, "+1h+256p", 2); err != nil {
				return err
			}
			ring, err := keys.Open(w.server.dir, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			for n := range claimNewcomers {
				key := w.key(uint64(500 + n))
				newcomers = append(newcomers, key)
				wanted = append(wanted, keys.Alias(ring.Secret.Identity(room, key.PublicKey())))
			}
			return nil
		},
		attack: func(ctx context.Context, s *source) {
			// One session bears a few names and goes; the next takes others.
			const each = 4
			s.several((claimNewcomers+each-1)/each, func(i int, _ *rand.Rand) {
				p := s.enter(ctx, room, s.key(uint64(600+10*s.index+i)), sshtest.Options{Lines: true})
				if p == nil {
					return
				}
				defer p.Client.Close()
				for _, name := range wanted[i*each : min((i+1)*each, len(wanted))] {
					if p.Types("/nick "+name+"\r") != nil || p.SeesText(ctx, "is now "+name) != nil {
						s.count(false)
						return
					}
					s.count(true)
				}
				s.commands(ctx, p, oneByOne("/nick gone"+fmt.Sprint(s.index, "x", i), "/leave"))
				p.Wait(ctx)
			})
			for ctx.Err() == nil { // others come and go
				p := s.enter(ctx, room, nil, sshtest.Options{Lines: true, Discard: true})
				if p == nil {
					pause(ctx, refusedPause)
					continue
				}
				p.Types("/leave\r")
				s.ended(ctx, p)
			}
		},
		after: func(ctx context.Context, w *siege) error {
			for n, key := range newcomers {
				client, err := sshtest.Connect(ctx, honestAddr(60+n/2), w.server.addr, room, key)
				if err != nil {
					return err
				}
				if a := sshtest.Run(ctx, client, "post I am here "+fmt.Sprint(n)+".", ""); a.Status != 0 {
					w.fault("newcomer %d: status %d, %q", n, a.Status, a.Err)
				}
				client.Close()
			}
			if err := people[1].SeesText(ctx, fmt.Sprintf("I am here %d.", len(newcomers)-1)); err != nil {
				return err
			}
			marked := doubts.FindAllStringSubmatch(people[1].Out.String(), -1)
			w.note("%d of %d newcomers were doubted", len(marked), len(newcomers))
			if len(marked) > 0 {
				w.fault("%d of %d newcomers with keys of their own were said not to have the key of their name", len(marked), len(newcomers))
			}
			return nil
		},
	}
}

// guesses is somebody who looks for rooms by their names, in every way there is.
func guesses() row {
	var told atomic.Int64
	return row{
		name: "names guessed", short: 2 * time.Second, // enough for more guesses than may be
		attack: func(ctx context.Context, s *source) {
			ways := []func(name string) bool{
				func(name string) bool { return s.guess(ctx, name, "info") },
				func(name string) bool { return s.guess(ctx, name, "light --ttl 10s") },
				func(name string) bool { return s.guess(ctx, name, "share") },
				func(name string) bool { return s.guess(ctx, name, "post hello") },
				func(name string) bool { return s.lobby(ctx, name) },
			}
			s.several(len(ways), func(i int, dice *rand.Rand) {
				for ctx.Err() == nil {
					got := ways[i](fmt.Sprintf("guess-%08x", dice.Uint32()))
					if ctx.Err() != nil {
						return
					}
					s.count(got)
					if got {
						told.Add(1)
					} else {
						pause(ctx, refusedPause)
					}
				}
			})
		},
		after: func(_ context.Context, w *siege) error {
			const budget = 60 // of --max-tries: at once, and again each minute
			most := int64(float64(budget*w.addresses()) * (1 + w.lasts().Minutes()))
			w.note("%d guesses were answered, where %d may be", told.Load(), most)
			if told.Load() > most {
				w.fault("%d guesses were answered, more than %d", told.Load(), most)
			}
			return nil
		},
	}
}

// guess reports whether the server told if a room burns.
func (s *source) guess(ctx context.Context, name, command string) bool {
	const refused = 5
	a := s.command(ctx, s.addr, name, command)
	return a.Status >= 0 && a.Status != refused
}

// lobby is guess by the lobby, where a name is typed to light it.
func (s *source) lobby(ctx context.Context, name string) bool {
	client, err := sshtest.Connect(ctx, s.addr, s.server.addr, "root")
	if err != nil {
		return false
	}
	defer client.Close()
	p, err := sshtest.Start(client, sshtest.Options{Pty: sshtest.Pty(80, 24)})
	if err != nil || p.Types(name+"\r") != nil {
		return false
	}
	text, err := p.Sees(ctx, "answer", func(t string) bool {
		return strings.Contains(t, "/16") || strings.Contains(t, "too many") || strings.Contains(t, "Too many")
	})
	return err == nil && strings.Contains(text, "/16")
}
