package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// entry says how a session gets into its room. The zero value is wick's way: the
// first session of a room lights it and learns its generated name, and the others
// log in with that name.
type entry struct {
	Login string   `placeholder:"NAME" help:"SSH login name of each session, for servers other than wick. In this, in --enter and in --ready, {session}, {room} and {member} are replaced by numbers from 0, {seats} by the members of the room and {ttl} by --ttl. Without it, the first session of a room logs in as new and the others with the room's generated name."`
	Enter []string `sep:"none" placeholder:"LINE" help:"Line to type after the first output, to enter the room; repeat it for several."`
	Ready string   `placeholder:"REGEXP" help:"What the output contains once the session is in the room (by default any output). Give the end of what the server prints then."`
}

func (e *entry) validate() error {
	if e.Login == "" && (len(e.Enter) > 0 || e.Ready != "") {
		return errors.New("--enter and --ready need --login")
	}
	// The placeholders stand for text that means itself.
	if _, err := regexp.Compile((&plan{Rooms: 1, Sessions: 1}).expand(e.Ready, 0, 0)); err != nil {
		return fmt.Errorf("--ready: %w", err)
	}
	return nil
}

// expand replaces the placeholders in text for a member of a room.
func (p *plan) expand(text string, room, member int) string {
	return strings.NewReplacer(
		"{session}", strconv.Itoa(member*p.Rooms+room),
		"{room}", strconv.Itoa(room),
		"{member}", strconv.Itoa(member),
		"{seats}", strconv.Itoa(p.seats(room)),
		"{ttl}", p.TTL,
	).Replace(text)
}

// user returns the login name of a member. name is that of its room.
func (p *plan) user(room, member int, name string) string {
	if p.Login != "" {
		return p.expand(p.Login, room, member)
	}
	if name == "" {
		return p.expand("new+{seats}p+{ttl}", room, member)
	}
	return name
}

// enter gets the session into its room. If named is set, it returns the room's
// generated name.
func (s *session) enter(named bool) (name string, err error) {
	e, out := &s.run.plan.entry, screen{session: s}
	if named {
		return out.await(roomName)
	}
	if _, err := out.await(anyOutput); err != nil {
		return "", err
	}
	for _, line := range e.Enter {
		if _, err := io.WriteString(s.term, s.expand(line)+"\r"); err != nil {
			return "", err
		}
	}
	if e.Ready != "" {
		_, err = out.await(regexp.MustCompile(s.expand(e.Ready)))
	}
	return "", err
}

func (s *session) expand(text string) string { return s.run.plan.expand(text, s.room, s.member) }

// maxGreeting is how many bytes of output must contain what a session waits for.
const maxGreeting = 64 << 10

var (
	anyOutput = regexp.MustCompile(`(?s).`)
	// roomName matches a generated room name: twelve characters in fours.
	roomName = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)
)

// screen is the output of a session that is entering.
type screen struct {
	session *session
	seen    []byte
}

// await reads until the output so far matches pattern, and returns the match.
func (o *screen) await(pattern *regexp.Regexp) (string, error) {
	s := o.session
	buf := make([]byte, readSize)
	for len(o.seen) < maxGreeting {
		if m := pattern.Find(o.seen); m != nil {
			return string(m), nil
		}
		n, err := s.term.Read(buf)
		s.bytes.Add(int64(n))
		o.seen = append(o.seen, buf[:n]...)
		if n > 0 {
			continue // an error comes again
		}
		if errors.Is(err, io.EOF) {
			return "", s.refused()
		}
		if err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the server did not show what matches %q", pattern)
}
