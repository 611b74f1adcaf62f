package sshapp

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

const (
	entryLimit  = 20 * time.Second // for a resident to get in
	answerLimit = 3 * time.Second  // for what a resident types to be answered
)

// noAnswer is the status of a command of which nobody knows what came of it.
const noAnswer = -1

// command runs one in a room, on a connection of its own. A server gives no result
// while it or its store is away.
func command(addr, room string, key gossh.Signer, line string) sshtest.Result {
	client, err := connect(addr, room, key)
	if err != nil {
		return sshtest.Result{Status: noAnswer, Err: err.Error()}
	}
	defer client.Close()
	return runCommand(client, line)
}

// connect opens a connection, which the caller closes.
func connect(addr, user string, key gossh.Signer) (*gossh.Client, error) {
	return sshtest.Connect(context.Background(), "127.0.0.1", addr, user, key)
}

// runCommand is command on a connection.
func runCommand(client *gossh.Client, line string) sshtest.Result { return runInput(client, line, "") }

// runInput is runCommand with an input.
func runInput(client *gossh.Client, line, input string) sshtest.Result {
	ctx, cancel := context.WithTimeout(context.Background(), entryLimit)
	defer cancel()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	a := sshtest.Run(ctx, client, line, input)
	if a.Status == wording.ExitFailed {
		a.Status = noAnswer
	}
	return a
}

// resident is somebody with a key who sits in a room, in a session of plain
// lines. Not safe for concurrent use.
type resident struct {
	key    gossh.Signer
	alias  string
	tag    string // of the key, as people see it
	kicked bool   // the owner was told that it is done

	*sshtest.Session // nil before the first one
}

var (
	greeted       = regexp.MustCompile(`(?m)^\* .*?(\S+) \(you\) \((\w+)\)`)
	asksToConfirm = regexp.MustCompile(`Type y`)
	rosterLine    = regexp.MustCompile(`(?m)^\* (\d+) of \d+ here: (.*(?:\n  .*)*[^,])$`) // and its further lines
)

// sits reports whether the session goes on.
func (p *resident) sits() bool {
	if p.Session == nil {
		return false
	}
	select {
	case <-p.Ended:
		return false
	default:
		return true
	}
}

// enter takes a seat. The session ends with leave.
func (p *resident) enter(addr, room string) error {
	p.leave()
	client, err := connect(addr, room, p.key)
	if err != nil {
		return err
	}
	session, err := sshtest.Start(client, sshtest.Options{Lines: true}) // commands need a terminal
	if err != nil {
		client.Close()
		return err
	}
	p.Session = session
	m := p.hears(0, greeted, entryLimit)
	if m == nil {
		p.leave()
		return fmt.Errorf("not let in: %s", p.Text())
	}
	p.alias, p.tag = m[1], m[2]
	return nil
}

// leave hangs up.
func (p *resident) leave() {
	if p.Session != nil {
		p.Client.Close()
		<-p.Ended
	}
}

// says types a line, and returns what the session printed that looks like want;
// nil where nothing did in time.
func (p *resident) says(line string, want *regexp.Regexp) []string {
	from := len(p.Out.String())
	if err := p.Types(line + "\r"); err != nil {
		return nil
	}
	return p.hears(from, want, answerLimit)
}

// confirms is says for a command that asks whether it is meant.
func (p *resident) confirms(line string, want *regexp.Regexp) []string {
	p.says(line, asksToConfirm)
	return p.says("y", want)
}

func (p *resident) hears(from int, want *regexp.Regexp, within time.Duration) (found []string) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	p.Sees(ctx, want.String(), func(out string) bool {
		found = want.FindStringSubmatch(out[from:])
		return found != nil
	})
	return found
}

// roster returns what /who prints in the resident's own session: how many people are
// here, and their names. The reader is always listed, if not counted.
func (p *resident) roster() (n string, names []string, ok bool) {
	m := p.says("/who", rosterLine)
	if m == nil {
		return "", nil, false
	}
	return m[1], strings.Split(strings.Join(strings.Fields(m[2]), " "), ", "), true
}

// lists reports whether one of the names bears the key tag.
func lists(names []string, tag string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, " ("+tag+")") })
}
