package sshapp

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// reader is somebody who gets lines in place of a screen.
type reader struct {
	t       *testing.T
	session *gossh.Session
	keys    io.WriteCloser
	screen  *uitest.Terminal // nil without a terminal
	out     transcript       // every byte that came
	errors  transcript       // what came as standard error
	ended   chan error
}

// listens opens a shell in a terminal of that kind, or without one.
func listens(t *testing.T, addr, user, term string, signers ...gossh.Signer) *reader {
	t.Helper()
	s, err := dial(t, addr, user, signers...).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, session: s, ended: make(chan error, 1)}
	s.Stdout, s.Stderr = &r.out, &r.errors
	if r.keys, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if term != "" {
		r.screen = uitest.New(80, 24)
		t.Cleanup(func() { r.screen.Close() })
		s.Stdout = io.MultiWriter(r.screen, &r.out)
		if err := s.RequestPty(term, 24, 80, gossh.TerminalModes{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- s.Wait() }()
	return r
}

func (r *reader) types(s string) {
	r.t.Helper()
	if _, err := io.WriteString(r.keys, s); err != nil {
		r.t.Fatal(err)
	}
}

// says types a line and presses Enter.
func (r *reader) says(s string) {
	r.t.Helper()
	if r.screen != nil {
		r.types(s + "\r")
	} else {
		r.types(s + "\n")
	}
}

func (r *reader) hears(text string) {
	r.t.Helper()
	eventually(r.t, text, func() bool { return strings.Contains(r.out.String(), text) })
}

// line waits for a whole line of the form.
func (r *reader) line(form string) []string {
	r.t.Helper()
	re := regexp.MustCompile(`(?m)^` + form + `\r?$`)
	var found []string
	eventually(r.t, form, func() bool {
		found = re.FindStringSubmatch(r.out.String())
		return found != nil
	})
	return found
}

// leaves is the exit status, and checks that nothing moved the terminal.
func (r *reader) leaves() int {
	r.t.Helper()
	var exit *gossh.ExitError
	var err error
	select {
	case err = <-r.ended:
	case <-time.After(patience):
		r.t.Fatalf("the session goes on; it printed %q and %q", r.out.String(), r.errors.String())
	}
	if out := r.out.String(); strings.ContainsAny(out, "\x1b\u009b") {
		r.t.Errorf("there is an escape in %q", out)
	}
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitStatus()
	}
	r.t.Fatalf("the session ended without a status: %v", err)
	return -1
}

// last is the last line that came.
func (r *reader) last() string {
	lines := strings.Split(strings.TrimRight(r.out.String(), "\r\n"), "\n")
	return lines[len(lines)-1]
}

var knocking = regexp.MustCompile(`Those\s+inside\s+see\s+you\s+as\s+(\S+)\s`)

// knocks waits until the reader knocks, and somebody inside hears it.
func (r *reader) knocks(inside *reader) {
	r.t.Helper()
	eventually(r.t, "a knock", func() bool { return knocking.MatchString(r.out.String()) })
	inside.line(`\d\d:\d\d \* ` + knocking.FindStringSubmatch(r.out.String())[1] + ` \(no key\) knocks: /admit or /deny`)
}

func (r *reader) room() string { r.t.Helper(); return r.line(`\* (\S+) burns for another .*`)[1] }

func TestPeopleChatInPlainLinesUntilTheRoomBurnsOut(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := listens(t, addrs[0], "new", "")
		room := ann.room()
		ann.line(`\* .* Others join with:`)
		ann.line(`\* ssh -p \d+ ` + room + `@localhost`)
		me := ann.line(`\* 1 of 8 here: (\S+) \(you\) \(no key\)`)[1]
		ann.says("anyone there?")
		ann.line(`\d\d:\d\d ` + me + `: anyone there\?`)

		bob := listens(t, addrs[1], room, "dumb")
		bob.line(`\d\d:\d\d ` + me + `: anyone there\?`)
		cat := listens(t, addrs[0], room+"+plain", "xterm-256color")
		dan := join(t, addrs[1], room, 80, 24)
		dan.sees("4/8")
		bob.hears(dan.alias() + " came in")
		for i, s := range []func(string){bob.says, cat.says, dan.says, ann.says} {
			s(message(i))
			for _, r := range []*reader{ann, bob, cat} {
				r.line(`\d\d:\d\d \S+: ` + message(i))
			}
			dan.sees(message(i))
		}
		bob.says("/nick robert")
		ann.line(`\d\d:\d\d \* \S+ is now robert`)
		bob.types("\x03")
		if status := bob.leaves(); status != 0 || !strings.HasPrefix(bob.last(), "You left "+room) {
			t.Errorf("status %d, the last line is %q", status, bob.last())
		}
		ann.line(`\d\d:\d\d \* robert left`)

		dan.says("/ttl 12s")
		for _, r := range []*reader{ann, cat} {
			r.line(`\d\d:\d\d \* \S+ shortened the wick`)
			r.line(`\* 1\d seconds left\.`)
			r.line(`\* 10 seconds left\.`)
		}
		want := room + " burned out: 5 messages wiped."
		for _, r := range []*reader{ann, cat} {
			if status := r.leaves(); status != 0 || strings.TrimSpace(r.last()) != want {
				t.Errorf("status %d, the last line is %q, want %q", status, r.last(), want)
			}
		}
		eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
	})
}

func TestWhatComesDoesNotTearTheLineThatIsTyped(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := listens(t, addr, "plans+10m", "")
	ann.room()
	bob := listens(t, addr, "plans", "dumb")
	bob.room()
	bob.types("half a li")
	bob.hears("half a li")
	ann.says("I interrupt")
	bob.screen.WaitFor(t, patience, func(s string) bool {
		rows := strings.Split(strings.TrimRight(s, "\n"), "\n")
		n := len(rows)
		return n > 2 && strings.HasSuffix(rows[n-2], ": I interrupt") && rows[n-1] == "half a li" && rows[n-3] == "half a li"
	})
	bob.types("ne\r")
	ann.line(`\d\d:\d\d \S+: half a line`)

	// Keys that edit: a word and characters are rubbed out, arrows and what else
	// a terminal sends do nothing.
	bob.types("one two  thre\x17three\x7f\x7f\x7f\x7f\x7ffour\x1b[D\x1b[A\x1b]0;x\x07\x00\t5 日本\x7f\r")
	ann.line(`\d\d:\d\d \S+: one two four 5 日`) // blanks fold in lines
	bob.screen.WaitFor(t, patience, func(s string) bool { return strings.Contains(s, "\none two  four 5 日\n") })
	bob.types("forget this\x15\x04") // Ctrl-D leaves from an empty line
	if status := bob.leaves(); status != 0 {
		t.Errorf("status %d", status)
	}
	if out := ann.out.String(); strings.Contains(out, "forget") {
		t.Errorf("what was rubbed out was said: %q", out)
	}
}

func TestCommandsInPlainLines(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := newKey(t)
		ann := listens(t, addrs[0], "new", "", key)
		room := ann.room()
		bob := listens(t, addrs[1], room, "dumb")
		bob.room()
		ann.says("/help")
		ann.line(`\* /nick NAME   change your name`)
		ann.says("/who")
		ann.line(`\* 2 of 8 here: \S+ \(you\) \(\w{4}\), \S+ \(no key\)`)
		ann.says("/share")
		ann.line(`\* ssh -p \d+ ` + room + `@localhost`)
		ann.says("/invite 10m")
		ann.line(`\* ssh -p \d+ ` + room + `\+i-\S+@localhost`)
		ann.says("/privacy")
		ann.line(`\* Who can read this: .*`)
		bob.says("/frobnicate")
		bob.hears("There is no such command")
		bob.says("//shrug")
		ann.line(`\d\d:\d\d \S+: /shrug`)
		bob.says("/lock")
		bob.line(`\* Only the person who lit the room may do that\.`)
		ann.says("/nick wick")
		ann.line(`\* That name is not for people: choose another\.`)
		ann.says("/lock")
		bob.line(`\d\d:\d\d \* \S+ locked the room.*`)

		cat := listens(t, addrs[1], room+"+plain", "xterm")
		cat.knocks(ann)
		ann.says("/deny")
		if status := cat.leaves(); status != wording.ExitFull || !strings.Contains(cat.errors.String()+cat.out.String(), "They did not let you in.") {
			t.Errorf("denied: status %d, %q", status, cat.out.String())
		}
		cat = listens(t, addrs[1], room, "")
		cat.says("said at the door")
		cat.knocks(ann)
		ann.says("/admit")
		cat.room()
		ann.line(`\d\d:\d\d \S+: said at the door`)

		dan := listens(t, addrs[0], room, "")
		dan.says("nobody hears this")
		dan.keys.Close()
		if status := dan.leaves(); status != wording.ExitFull || !strings.Contains(dan.errors.String(), "Nothing was said") {
			t.Errorf("a pipe at the door: status %d, %q", status, dan.errors.String())
		}

		ann.says("/destroy")
		ann.line(`\* Type y to wipe it for everybody\.`)
		ann.says("no")
		ann.line(`\* Kept: the room burns on\.`)
		ann.says("/destroy\ny")
		want := ` was destroyed by \S+: \d messages wiped.*`
		for _, r := range []*reader{ann, bob, cat} {
			if status := r.leaves(); status != 0 || !regexp.MustCompile("^"+room+want).MatchString(r.last()) {
				t.Errorf("status %d, the last line is %q", status, r.last())
			}
		}
	})
}

func TestOnlyAnAddressThatSaysForHowLongLightsInPlainLines(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for _, tt := range []struct {
		user   string
		status int
		says   string
	}{
		{"plans", wording.ExitNoRoom, "plans+10m@localhost' lights it.\n"},
		{"plans+2p", wording.ExitNoRoom, "lights it.\n"},
		{"root", wording.ExitUsage, "login name"},
		{"plans+i-k7f3-q9xm-2tdw", wording.ExitNoRoom, "No such room"},
	} {
		r := listens(t, addr, tt.user, "")
		if status := r.leaves(); status != tt.status || !strings.HasPrefix(r.errors.String(), "wick: ") || !strings.Contains(r.errors.String(), tt.says) || r.out.String() != "" {
			t.Errorf("%s: status %d, %q, want %d and %q", tt.user, status, r.errors.String(), tt.status, tt.says)
		}
	}
	ann := listens(t, addr, "plans+5m+1p", "")
	ann.line(`\* plans burns for another 5 minutes\. .*`)
	ann.line(`\* 1 of 1 here: .*`)
	bob := listens(t, addr, "plans", "dumb")
	if status := bob.leaves(); status != wording.ExitFull {
		t.Errorf("in a full room: status %d", status)
	}
	ann.keys.Close()
	if status := ann.leaves(); status != 0 {
		t.Errorf("status %d", status)
	}
	ann = listens(t, addr, "plans+1h", "")
	ann.line(`\* The room is already burning: .*`)
}

func TestNobodyPassesForAnotherInPlainLines(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := listens(t, addr, "plans+10m", "")
	ann.room()
	bob := listens(t, addr, "plans", "dumb")
	bob.room()
	evil := join(t, addr, "plans", 80, 24)
	evil.sees("3/8")
	// A line break typed with Alt-Enter, and blanks up to the edge of the screen.
	evil.says("one\x1b\r14:02 robert: two" + strings.Repeat(" ", 40) + "14:03 robert: three")
	bob.hears("three")
	ann.hears("three")
	for _, r := range []*reader{ann, bob} {
		if regexp.MustCompile(`(?m)^14:0[23] robert`).MatchString(r.out.String()) {
			t.Errorf("a line passes for one of another: %q", r.out.String())
		}
	}
	for _, row := range bob.screen.Screen() {
		if strings.HasPrefix(row, "14:0") && strings.Contains(row, "robert: t") && !strings.Contains(row, ": one") {
			t.Errorf("a row passes for one of another: %q", row)
		}
	}
	ann.says("\x1b]0;title\x07\x1b[2J\u009b2J\u202eevil\x00")
	bob.hears("evil")
	ann.keys.Close()
	bob.types("\x04")
	ann.leaves()
	bob.leaves()
}

func TestALineBeyondTheLimitIsNotSaid(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := listens(t, addr, "plans+10m", "")
	ann.room()
	bob := listens(t, addr, "plans", "dumb")
	bob.room()
	ann.types(strings.Repeat("x", 100_000) + "\n" + strings.Repeat("y", 2001) + "\nshort\n")
	bob.line(`\d\d:\d\d \S+: short`)
	bob.types(strings.Repeat("z", 2010) + "\r")
	bob.hears("the end was left out")
	eventually(t, "all of it is heard, in rows", func() bool {
		_, text, _ := strings.Cut(ann.out.String(), ":\n      z")
		return strings.Count(text, "z") == 1999 && strings.HasSuffix(text, "z\n")
	})
	ann.keys.Close()
	if status := ann.leaves(); status != wording.ExitFailed || strings.Count(ann.out.String(), "not said: That is longer") != 2 {
		t.Errorf("status %d, %q", status, ann.out.String())
	}
	if out := bob.out.String(); strings.Contains(out, "xx") || strings.Contains(out, "yy") || strings.Count(out, "was left out") != 1 {
		t.Errorf("the other read %q", out)
	}
}
