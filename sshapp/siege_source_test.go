//go:build linux

package sshapp_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// roomOf lights a room of the source's own, and returns its name; empty if it
// is refused.
func (s *source) roomOf(ctx context.Context, options string) string {
	room, err := s.light(ctx, s.addr, "light --json "+options)
	s.count(err == nil)
	return room
}

// keptText is how much a session of an attacker or of the crowd keeps of what the
// server sent, in bytes: the newest.
const keptText = 128 << 10

// onOutput is called with what a session prints, as it comes.
type onOutput func(b []byte)

// Write implements io.Writer.
func (f onOutput) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

// enter opens a session of an attacker; it returns nil if that is refused. Without a
// key the attacker is somebody new.
func (s *source) enter(ctx context.Context, user string, key ssh.Signer, o sshtest.Options) *sshtest.Session {
	var keys []ssh.Signer
	if key != nil {
		keys = append(keys, key)
	}
	o.Keep = keptText
	client, err := sshtest.Connect(ctx, s.addr, s.server.addr, user, keys...)
	var p *sshtest.Session
	if err == nil {
		if p, err = sshtest.Start(client, o); err != nil {
			client.Close()
		}
	}
	if err == nil {
		return p
	}
	if ctx.Err() == nil {
		s.refuse(cause(err))
	}
	return nil
}

// cause is what ended a connection, without what tells one from the other.
func cause(err error) string {
	text := err.Error()
	return text[strings.LastIndex(text, ": ")+1:]
}

// ended waits for the end of a session and closes its connection. It counts what
// came of it, and pauses if the server did not want it.
func (s *source) ended(ctx context.Context, p *sshtest.Session) (why string) {
	status := p.Wait(ctx)
	p.Client.Close()
	switch {
	case ctx.Err() != nil: // the attack is over
	case status == 0:
		s.count(true)
	default:
		why = p.Why()
		s.refuse(why)
		pause(ctx, refusedPause)
	}
	return why
}

// several runs f n times side by side, each with dice of its own, and waits.
func (s *source) several(n int, f func(i int, dice *rand.Rand)) {
	var all sync.WaitGroup
	for i := range n {
		dice := rand.New(rand.NewPCG(s.rand.Uint64(), uint64(i)))
		all.Go(func() { f(i, dice) })
	}
	all.Wait()
}

// every calls f in that pace until it says no more, or ctx ends.
func every(ctx context.Context, pace time.Duration, f func(i int) bool) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if !f(i) {
			return
		}
	}
}

// maxText is how many characters a message may have.
const maxText = 2000

// heavy is a line of as many characters as a message may have, each of four
// bytes.
func heavy(dice *rand.Rand) string {
	var b strings.Builder
	for range maxText {
		b.WriteRune(rune(0x20000 + dice.IntN(0x5000))) // Han
	}
	return b.String()
}

// Floods are as fast as a connection may send on average, and some: what is
// faster waits in the server, and costs the load generator more than the server.
const (
	floodPace = 50 * time.Millisecond
	burst     = 8 // of --burst: what a member may say at once
	postPace  = 250 * time.Millisecond
)

// commandPace is faster than commands are run, and slow enough that each is typed by
// itself.
const commandPace = 25 * time.Millisecond

// commands types commands, in a terminal of plain lines, until there are no more, or ctx
// or the session ends.
func (s *source) commands(ctx context.Context, p *sshtest.Session, command func(n int) string) {
	every(ctx, commandPace, func(n int) bool {
		select {
		case <-p.Ended:
			return false
		default:
		}
		line := command(n)
		return line != "" && p.Types(line+"\r") == nil
	})
}

// oneByOne returns commands for source.commands.
func oneByOne(lines ...string) func(n int) string {
	return func(n int) string {
		if n < len(lines) {
			return lines[n]
		}
		return ""
	}
}

// post says a line again and again until ctx ends or the server would not have
// it any more, as ssh ROOM@HOST post does, and faster than anybody may. It
// returns why it ended.
func (s *source) post(ctx context.Context, room, line string) (why string) {
	p := s.enter(ctx, room, nil, sshtest.Options{Command: "post"})
	if p == nil {
		pause(ctx, refusedPause)
		return ""
	}
	if p.Types(strings.Repeat(line+"\n", burst)) == nil {
		every(ctx, postPace, func(int) bool { return p.Types(line+"\n") == nil })
	}
	return s.ended(ctx, p)
}

// fill says n lines in a room, as fast as people may: from connections that say
// as many as one may at once.
func (s *source) fill(ctx context.Context, room string, n int, line func(*rand.Rand) string) {
	s.several((n+burst-1)/burst, func(_ int, dice *rand.Rand) {
		client, err := sshtest.Connect(ctx, s.addr, s.server.addr, room)
		if err != nil {
			s.count(false)
			return
		}
		defer client.Close()
		var b strings.Builder
		for range burst {
			b.WriteString(line(dice) + "\n")
		}
		a := sshtest.Run(ctx, client, "post", b.String())
		s.count(a.Status == 0)
	})
}
