package sshapp

import (
	"regexp"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// reader is somebody who gets lines in place of a screen.
type reader struct {
	*sshtest.Session
	t      *testing.T
	enter  string
	screen *uitest.Terminal // nil without a terminal, and of a wide one
}

// wide is a terminal that breaks no line, see sshtest.LinesPty.
const wide = "wide"

// readLines opens a shell in a terminal of that kind, or without one.
func readLines(t *testing.T, addr, user, term string, signers ...gossh.Signer) *reader {
	t.Helper()
	r := &reader{t: t, enter: "\r"}
	if term == "" {
		r.enter = "\n"
	}
	var o sshtest.Options
	switch term {
	case "":
	case wide:
		o.Lines = true
	default:
		r.screen = uitest.New(80, 24)
		t.Cleanup(r.screen.Release)
		o.Pty, o.Stdout = sshtest.Pty(80, 24), r.screen
		o.Pty.Term = term
	}
	var err error
	if r.Session, err = sshtest.Start(sshtest.Dial(t, addr, user, signers...), o); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *reader) types(s string) {
	r.t.Helper()
	if err := r.Types(s); err != nil {
		r.t.Fatal(err)
	}
}

// says types a line and presses Enter. On a terminal it returns when Enter was echoed:
// what is typed too soon would be part of a paste.
func (r *reader) says(s string) {
	r.t.Helper()
	if r.enter == "\n" {
		r.types(s + r.enter)
		return
	}
	before := len(r.Out.String())
	r.types(s + "\r")
	sshtest.Eventually(r.t, "the echo of Enter", func() bool {
		select {
		case <-r.Ended:
			return true
		default:
			return strings.Contains(strings.ReplaceAll(r.Out.String()[before:], "\r", ""), s+"\n")
		}
	})
}

func (r *reader) hears(text string) {
	r.t.Helper()
	sshtest.Eventually(r.t, text, func() bool { return strings.Contains(r.Out.String(), text) })
}

// line waits for a whole line of the form.
func (r *reader) line(form string) []string {
	r.t.Helper()
	re := regexp.MustCompile(`(?m)^` + form + `\r?$`)
	var found []string
	sshtest.Eventually(r.t, form, func() bool {
		found = re.FindStringSubmatch(r.Out.String())
		return found != nil
	})
	return found
}

// leaves waits for the end of the session and returns its exit status. It checks that
// nothing moved the terminal.
func (r *reader) leaves() int {
	r.t.Helper()
	status := leave(r.t, r.Session)
	if out := r.Out.String(); strings.ContainsAny(out, "\x1b\u009b") {
		r.t.Errorf("there is an escape in %q", out)
	}
	return status
}

// last returns the last line that came.
func (r *reader) last() string {
	lines := strings.Split(strings.TrimRight(r.Out.String(), "\r\n"), "\n")
	return lines[len(lines)-1]
}

var knocking = regexp.MustCompile(`People\s+inside\s+see\s+you\s+as\s+(\S+)\s`)

// knocks waits until the reader knocks, and somebody inside hears it.
func (r *reader) knocks(inside *reader) {
	r.t.Helper()
	sshtest.Eventually(r.t, "a knock", func() bool { return knocking.MatchString(r.Out.String()) })
	inside.line(`\d\d:\d\d \* ` + knocking.FindStringSubmatch(r.Out.String())[1] + ` \(no key\) knocks: /admit or /deny`)
}

func (r *reader) room() string { r.t.Helper(); return r.line(`\* (\S+) burns for another .*`)[1] }
