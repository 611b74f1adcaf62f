package sshapp

import (
	"regexp"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestPeopleChatInPlainLinesUntilTheRoomBurnsOut(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := readLines(t, addrs[0], "new", "")
		room := ann.room()
		ann.line(`\* .* Others join with:`)
		ann.line(`\* ssh -p \d+ ` + room + `@localhost`)
		me := ann.line(`\* 1 of 8 here: (\S+) \(you\) \(no key\)`)[1]
		ann.says("anyone there?")
		ann.line(`\d\d:\d\d ` + me + `: anyone there\?`)

		bob := readLines(t, addrs[1], room, "dumb")
		bob.line(`\d\d:\d\d ` + me + `: anyone there\?`)
		cat := readLines(t, addrs[0], room+"+plain", "xterm-256color")
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
			r.line(`\d\d:\d\d \* \S+ shortened the countdown`)
			r.line(`\* 1\d seconds left\.`)
			r.line(`\* 10 seconds left\.`)
		}
		want := room + " burned out: 5 messages wiped."
		for _, r := range []*reader{ann, cat} {
			if status := r.leaves(); status != 0 || strings.TrimSpace(r.last()) != want {
				t.Errorf("status %d, the last line is %q, want %q", status, r.last(), want)
			}
		}
		sshtest.Eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
	})
}

func TestIncomingLinesKeepTheDraftWhole(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	bob := readLines(t, addr, "plans", "dumb")
	bob.room()
	bob.types("half a li")
	bob.hears("half a li")
	ann.says("I interrupt")
	bob.screen.WaitFor(t, sshtest.Patience, func(s string) bool {
		rows := strings.Split(strings.TrimRight(s, "\n"), "\n")
		n := len(rows)
		return n > 2 && strings.HasSuffix(rows[n-2], ": I interrupt") && rows[n-1] == "half a li" && rows[n-3] == "half a li"
	})
	bob.types("ne\r")
	ann.line(`\d\d:\d\d \S+: half a line`)

	// Keys that edit: a word and characters are rubbed out, arrows and what else
	// a terminal sends do nothing.
	bob.types("one two  thre\x17three\x7f\x7f\x7f\x7f\x7ffour\x1b[D\x1b[A\x1b]0;x\x07\x00\t5 日本\x7f\r")
	ann.line(`\d\d:\d\d \S+: one two four 5 日`)            // blanks fold in lines
	echoed := regexp.MustCompile("\none two  four +5 日\n") // a tab stays, and shows as blanks
	bob.screen.WaitFor(t, sshtest.Patience, echoed.MatchString)
	bob.types("forget this\x15\x04") // Ctrl-D leaves from an empty line
	if status := bob.leaves(); status != 0 {
		t.Errorf("status %d", status)
	}
	if out := ann.Out.String(); strings.Contains(out, "forget") {
		t.Errorf("what was rubbed out was said: %q", out)
	}
}

func TestCommandsInPlainLines(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		ann := readLines(t, addrs[0], "new", wide, key)
		room := ann.room()
		bob := readLines(t, addrs[1], room, "dumb")
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
		ann.line(`\* That name is reserved: choose another\.`)
		ann.says("/lock")
		bob.line(`\d\d:\d\d \* \S+ locked the room.*`)

		cat := readLines(t, addrs[1], room+"+plain", "xterm")
		cat.knocks(ann)
		ann.says("/deny")
		if status := cat.leaves(); status != wording.ExitFull || !strings.Contains(cat.Err.String()+cat.Out.String(), "You were not let in.") {
			t.Errorf("denied: status %d, %q", status, cat.Out.String())
		}
		cat = readLines(t, addrs[1], room, "")
		cat.says("said at the door")
		cat.knocks(ann)
		ann.says("/admit")
		cat.room()
		ann.line(`\d\d:\d\d \S+: said at the door`)

		dan := readLines(t, addrs[0], room, "")
		dan.says("nobody hears this")
		dan.CloseWrite()
		if status := dan.leaves(); status != wording.ExitFull || !strings.Contains(dan.Err.String(), "Nothing was said") {
			t.Errorf("a pipe at the door: status %d, %q", status, dan.Err.String())
		}

		ann.says("/destroy")
		ann.line(`\* Type y to wipe it for everybody\.`)
		ann.says("no")
		ann.line(`\* Kept: the room burns on\.`)
		ann.says("/destroy")
		sshtest.Eventually(t, "another question", func() bool { return strings.Count(ann.Out.String(), "* Type y to wipe it") == 2 })
		ann.says("y")
		want := ` was destroyed by \S+: \d messages wiped.*`
		for _, r := range []*reader{ann, bob, cat} {
			if status := r.leaves(); status != 0 || !regexp.MustCompile("^"+room+want).MatchString(r.last()) {
				t.Errorf("status %d, the last line is %q", status, r.last())
			}
		}
	})
}

func TestPlainLinesLightOnlyWithACountdown(t *testing.T) {
	t.Parallel()
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
		r := readLines(t, addr, tt.user, "")
		if status := r.leaves(); status != tt.status || !strings.HasPrefix(r.Err.String(), "wick: ") || !strings.Contains(r.Err.String(), tt.says) || r.Out.String() != "" {
			t.Errorf("%s: status %d, %q, want %d and %q", tt.user, status, r.Err.String(), tt.status, tt.says)
		}
	}
	ann := readLines(t, addr, "plans+5m+1p", "")
	ann.line(`\* plans burns for another 5 minutes\. .*`)
	ann.line(`\* 1 of 1 here: .*`)
	bob := readLines(t, addr, "plans", "dumb")
	if status := bob.leaves(); status != wording.ExitFull {
		t.Errorf("in a full room: status %d", status)
	}
	ann.CloseWrite()
	if status := ann.leaves(); status != 0 {
		t.Errorf("status %d", status)
	}
	ann = readLines(t, addr, "plans+1h", "")
	ann.line(`\* The room is already burning: .*`)
}

func TestPlainLinesCannotBeForged(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	bob := readLines(t, addr, "plans", "dumb")
	bob.room()
	evil := join(t, addr, "plans", 80, 24)
	evil.sees("3/8")
	// A line break typed with Alt-Enter, and blanks up to the edge of the screen.
	evil.says("one\x1b\r14:02 robert: two" + strings.Repeat(" ", 40) + "14:03 robert: three")
	bob.hears("three")
	ann.hears("three")
	for _, r := range []*reader{ann, bob} {
		if regexp.MustCompile(`(?m)^14:0[23] robert`).MatchString(r.Out.String()) {
			t.Errorf("a line passes for one of another: %q", r.Out.String())
		}
	}
	bob.screen.WaitForText(t, sshtest.Patience, "three")
	for _, row := range bob.screen.Screen() {
		if strings.HasPrefix(row, "14:0") && strings.Contains(row, "robert: t") && !strings.Contains(row, ": one") {
			t.Errorf("a row passes for one of another: %q", row)
		}
	}
	ann.says("\x1b]0;title\x07\x1b[2J\u009b2J\u202eevil\x00")
	bob.hears("evil")
	ann.CloseWrite()
	bob.types("\x04")
	ann.leaves()
	bob.leaves()
}

func TestPlainLineBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	bob := readLines(t, addr, "plans", "dumb")
	bob.room()
	ann.types(strings.Repeat("x", 100_000) + "\n" + strings.Repeat("y", 2001) + "\nshort\n")
	bob.line(`\d\d:\d\d \S+: short`)
	bob.types(strings.Repeat("z", 2010) + "\r")
	bob.hears("the end was left out")
	sshtest.Eventually(t, "all of it is heard, in rows", func() bool {
		_, text, _ := strings.Cut(ann.Out.String(), ":\n      z")
		return strings.Count(text, "z") == 1999 && strings.HasSuffix(text, "z\n")
	})
	ann.CloseWrite()
	if status := ann.leaves(); status != wording.ExitFailed || strings.Count(ann.Out.String(), "not said: That is longer") != 2 {
		t.Errorf("status %d, %q", status, ann.Out.String())
	}
	if out := bob.Out.String(); strings.Contains(out, "xx") || strings.Contains(out, "yy") || strings.Count(out, "was left out") != 1 {
		t.Errorf("the other read %q", out)
	}
}
