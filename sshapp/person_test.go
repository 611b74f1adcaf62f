package sshapp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// person sits at a terminal with an SSH client.
type person struct {
	*sshtest.Session
	t      *testing.T
	screen *uitest.Terminal // shows what came after it is in Out
}

// join opens a shell in a terminal of that size.
func join(t *testing.T, addr, user string, width, height int, signers ...gossh.Signer) *person {
	t.Helper()
	return sit(t, sshtest.Dial(t, addr, user, signers...), sshtest.Pty(uint32(width), uint32(height)))
}

// sit opens a shell in a terminal, with an environment.
func sit(t *testing.T, c *gossh.Client, terminal sshtest.PtyRequest, env ...sshtest.Variable) *person {
	t.Helper()
	p := &person{t: t, screen: uitest.New(int(terminal.Width), int(terminal.Height))}
	t.Cleanup(p.screen.Release)
	var err error
	p.Session, err = sshtest.Start(c, sshtest.Options{Pty: terminal, Env: env, Stdout: p.screen})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// resize makes the terminal another size.
func (p *person) resize(width, height int) {
	p.t.Helper()
	p.screen.Resize(width, height)
	if err := p.Resize(uint32(width), uint32(height)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) types(s string) {
	p.t.Helper()
	if err := p.Types(s); err != nil {
		p.t.Fatal(err)
	}
}

// says types a line and then presses Enter. It returns when the composer is empty again,
// or when that seems not to happen: what is typed too soon would be part of a paste.
func (p *person) says(s string) {
	p.t.Helper()
	drafted := func() bool { return draftRow.MatchString(p.screen.Text()) }
	chats := p.settles(func() bool { return strings.Contains(p.screen.Text(), "❯") })
	p.types(s)
	if chats {
		p.settles(drafted)
	}
	p.types("\r")
	if chats {
		p.settles(func() bool { return !drafted() })
	}
}

// draftRow matches the row of a composer that is not empty.
var draftRow = regexp.MustCompile(`(?m)^ [❯↑] *\S`)

// echoTimeout is how long says waits for the screen, at most.
const echoTimeout = time.Second

// settles waits until ok, the end of the session, or the time echoTimeout, and returns ok.
func (p *person) settles(ok func() bool) bool {
	tick, late := time.NewTicker(2*time.Millisecond), time.After(echoTimeout)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-p.Ended:
			return false
		case <-late:
			return false
		}
	}
	return true
}

// sees waits for a text. One like "m7" is a message: names may hold it, too.
func (p *person) sees(text string) string {
	p.t.Helper()
	if spoken.MatchString(text) {
		return p.screen.WaitFor(p.t, sshtest.Patience, func(string) bool { return slices.Contains(p.spoken(), text) })
	}
	return p.screen.WaitForText(p.t, sshtest.Patience, text)
}

func (p *person) seesNoMore(text string) {
	p.t.Helper()
	p.screen.WaitFor(p.t, sshtest.Patience, func(s string) bool { return !strings.Contains(s, text) })
}

// leaves waits for the end of the session and returns its exit status.
func (p *person) leaves() int {
	p.t.Helper()
	return leave(p.t, p.Session)
}

// leave waits for the end of a session and returns its exit status.
func leave(t *testing.T, s *sshtest.Session) int {
	t.Helper()
	s.Ends(t)
	status := int(s.Status.Load())
	if status < 0 {
		t.Fatalf("the session ended without a status; it printed %q", s.Text())
	}
	return status
}

// wiped checks that nothing but the last line is left on the screen.
func (p *person) wiped(last string) {
	p.t.Helper()
	if status := p.leaves(); status != 0 {
		p.t.Errorf("exit status %d", status)
	}
	// A narrow screen breaks the line anywhere.
	if got := p.screen.Text(); unspaced(got) != unspaced(last) {
		p.t.Errorf("left on the screen:\n%s\nwant only %q", got, last)
	}
	if lines := p.screen.Scrollback(); len(lines) != 0 {
		p.t.Errorf("left in the scrollback: %q", lines)
	}
	if p.screen.AltScreen() {
		p.t.Error("the alternate screen is left on")
	}
	if raw := p.Out.String(); !strings.Contains(raw, "\x1b[3J") {
		p.t.Error("the scrollback was not erased")
	}
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }

var generated = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)

// room returns the generated name on the screen.
func (p *person) room() string {
	p.t.Helper()
	return generated.FindString(p.screen.WaitFor(p.t, sshtest.Patience, generated.MatchString))
}

var you = regexp.MustCompile(`(\S+) \(you\)`)

// alias returns the alias of the person.
func (p *person) alias() string {
	p.t.Helper()
	return you.FindStringSubmatch(p.screen.WaitFor(p.t, sshtest.Patience, you.MatchString))[1]
}

// spoken returns the messages on the screen that look like "m7", in their order.
func (p *person) spoken() []string {
	return slices.DeleteFunc(strings.Fields(p.screen.Text()), func(word string) bool { return !spoken.MatchString(word) })
}

// A room's name has such a word, too, but between others.
var spoken = regexp.MustCompile(`^m\d+$`)

func message(n int) string { return fmt.Sprintf("m%d", n) }
