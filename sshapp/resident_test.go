package sshapp

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/wording"
)

const (
	entryLimit  = 20 * time.Second // for a resident to get in
	answerLimit = 3 * time.Second  // for what a resident types to be answered
	answerPoll  = 10 * time.Millisecond
)

// noAnswer is the status of a command of which nobody knows what came of it.
const noAnswer = -1

// connect opens an SSH connection, as somebody with those keys or without any.
func connect(addr, user string, signers ...gossh.Signer) (*gossh.Client, error) {
	none := gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
		return make([]string, len(q)), nil
	})
	return gossh.Dial("tcp", addr, &gossh.ClientConfig{
		User: user, Auth: []gossh.AuthMethod{gossh.PublicKeys(signers...), none},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience,
	})
}

// answer is what came of a command.
type answer struct {
	status int // exit status, or noAnswer
	text   string
}

// command runs one in a room, and answers with what it printed. A server that
// is away, or whose store is, gives no answer.
func command(addr, room string, key gossh.Signer, line string) answer {
	client, err := connect(addr, room, key)
	if err != nil {
		return answer{noAnswer, err.Error()}
	}
	defer client.Close()
	return runCommand(client, line)
}

// runCommand is command on a connection, which it closes if nothing comes back.
func runCommand(client *gossh.Client, line string) answer {
	late := time.AfterFunc(entryLimit, func() { client.Close() })
	defer late.Stop()
	s, err := client.NewSession()
	if err != nil {
		return answer{noAnswer, err.Error()}
	}
	var out transcript
	s.Stdout, s.Stderr = &out, &out
	err = s.Run(line)
	if exit, ok := errors.AsType[*gossh.ExitError](err); ok {
		a := answer{exit.ExitStatus(), out.String()}
		if a.status == wording.ExitFailed {
			a.status = noAnswer
		}
		return a
	}
	if err != nil {
		return answer{noAnswer, err.Error() + " " + out.String()}
	}
	return answer{0, out.String()}
}

// resident is somebody with a key who sits in a room, in a session of plain
// lines. Not safe for concurrent use.
type resident struct {
	key    gossh.Signer
	alias  string
	tag    string // of the key, as people see it
	kicked bool   // the owner was told that it is done

	client *gossh.Client
	stdin  io.Writer
	out    *transcript
	over   chan struct{} // closed when the session has ended; nil before the first one
}

var (
	greeted    = regexp.MustCompile(`(?m)^\* .*?(\S+) \(you\) \((\w+)\)`)
	rosterLine = regexp.MustCompile(`(?m)^\* (\d+) of \d+ here: (.*(?:\n  .*)*[^,])$`) // and its further lines
)

// sits reports whether the session goes on.
func (p *resident) sits() bool {
	if p.over == nil {
		return false
	}
	select {
	case <-p.over:
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
	p.client, p.out, p.over = client, &transcript{}, make(chan struct{})
	over := p.over
	s, err := client.NewSession()
	if err == nil {
		s.Stdout, s.Stderr = p.out, p.out
		p.stdin, err = s.StdinPipe()
	}
	if err == nil {
		err = s.Shell()
	}
	if err != nil {
		client.Close()
		close(over)
		return err
	}
	go func() { // ends with the connection, which leave closes
		s.Wait()
		close(over)
	}()
	m := p.hears(0, greeted, entryLimit)
	if m == nil {
		p.leave()
		return fmt.Errorf("not let in: %s", p.out)
	}
	p.alias, p.tag = m[1], m[2]
	return nil
}

// leave hangs up.
func (p *resident) leave() {
	if p.client != nil {
		p.client.Close()
		<-p.over
	}
}

// says types lines, and returns what the session printed that looks like want;
// nil where nothing did in time.
func (p *resident) says(lines string, want *regexp.Regexp) []string {
	from := len(p.out.String())
	if _, err := io.WriteString(p.stdin, lines+"\n"); err != nil {
		return nil
	}
	return p.hears(from, want, answerLimit)
}

func (p *resident) hears(from int, want *regexp.Regexp, within time.Duration) []string {
	limit := time.After(within)
	tick := time.NewTicker(answerPoll)
	defer tick.Stop()
	for over := false; ; {
		if m := want.FindStringSubmatch(p.out.String()[from:]); m != nil || over {
			return m
		}
		select {
		case <-tick.C:
		case <-p.over:
			over = true // a last look
		case <-limit:
			return nil
		}
	}
}

// roster is what the resident's own session says of who is here: how many, and
// what it calls each of them. The reader is always listed, if not counted.
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
