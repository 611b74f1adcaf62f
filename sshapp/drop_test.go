package sshapp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// anyBytes returns random bytes, of which a terminal or a text would lose many.
func anyBytes(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return string(b)
}

// droppedAs finds the room in the command that drop prints.
var droppedAs = regexp.MustCompile(`(\S+)@localhost take`)

// dropAt drops something, and returns the room that the command to take it names.
func dropAt(t *testing.T, addr, user, options, secret string) (room string) {
	t.Helper()
	out, errs, err := sshtest.OpenSSHAs(t, addr, user, strings.NewReader(secret), "drop"+options)
	named := regexp.MustCompile(`^ssh -p \d+ ([^@+]+)@localhost take\n$`).FindStringSubmatch(out)
	if err != nil || named == nil {
		t.Fatalf("drop: %v, %q, %q", err, out, errs)
	}
	return named[1]
}

// exitOf returns the exit status of a command.
func exitOf(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return 0
}

func TestADropIsTakenOnceAndExactly(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		for _, size := range []int{1, rooms.ChunkSize, 300_000} {
			secret := anyBytes(size)
			room := dropAt(t, addrs[0], "new+10m", "", secret)
			if out, _, err := sshtest.OpenSSHAs(t, addrs[1], room, nil, "info"); err != nil || !strings.Contains(out, "Something waits to be taken") {
				t.Errorf("info: %v, %q", err, out)
			}
			out, errs, err := sshtest.OpenSSHAs(t, addrs[1], room, nil, "take")
			if err != nil || out != secret {
				t.Fatalf("%d bytes are taken as %d others: %v, %q", size, len(out), err, errs)
			}
			for _, command := range []string{"take", "info"} {
				out, errs, err = sshtest.OpenSSHAs(t, addrs[0], room, nil, command)
				if exitOf(err) != wording.ExitNoRoom || out != "" || !regexp.MustCompile(`wick: that was taken at \d\d:\d\d:\d\d\.\n`).MatchString(errs) {
					t.Errorf("%s again: %v, %q, %q", command, err, out, errs)
				}
			}
			for _, key := range remains() {
				if !strings.HasSuffix(key, "}:x") && key != "e4:due" {
					t.Errorf("%s remains", key)
				}
			}
		}
	})
}

func TestOfManyTakersOneTakesIt(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		const many = 50
		addrs, _ := start(t, 2)
		secret := anyBytes(100_000)
		room := dropAt(t, addrs[0], "new+10m+20p", "", secret)
		ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
		defer cancel()
		results := make([]sshtest.Result, many)
		var takers sync.WaitGroup
		for i := range many {
			c := sshtest.Dial(t, addrs[i%len(addrs)], room)
			takers.Go(func() { results[i] = sshtest.Run(ctx, c, "take", "") })
		}
		takers.Wait()
		taken := 0
		for i, r := range results {
			switch r.Status {
			case 0:
				taken++
				if r.Out != secret {
					t.Errorf("taker %d has %d other bytes", i, len(r.Out))
				}
			case wording.ExitNoRoom, wording.ExitFull:
				if r.Out != "" || !strings.HasPrefix(r.Err, "wick: ") {
					t.Errorf("taker %d has %d bytes, and reads %q", i, len(r.Out), r.Err)
				}
			default:
				t.Errorf("taker %d: status %d, %q", i, r.Status, r.Err)
			}
		}
		if taken != 1 {
			t.Errorf("%d have taken it", taken)
		}
	})
}

// breaksOff takes what was dropped with a client that reads so many bytes and goes away
// before it has replied that it read the last one.
func breaksOff(t *testing.T, addr, room string, read int) {
	t.Helper()
	sshtest.Eventually(t, "it is sent to the next one", func() bool {
		c := sshtest.Dial(t, addr, room)
		defer c.Close()
		ch, requests, err := c.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan string, 8)
		go func() { // ends with the connection
			defer close(asked)
			for r := range requests {
				if r.WantReply {
					asked <- r.Type // and gets no reply
				}
			}
		}()
		if ok, err := ch.SendRequest("exec", true, gossh.Marshal(sshtest.Command{Command: "take"})); err != nil || !ok {
			t.Fatalf("exec: %v", err)
		}
		if _, err := io.ReadFull(ch, make([]byte, read)); err != nil {
			return false // it is claimed for the one before, who has just gone
		}
		<-asked
		return true
	})
}

func TestATransferThatBreaksOffHasNotTakenIt(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		secret := anyBytes(200_000)
		room := dropAt(t, addrs[0], "new+10m", "", secret)
		for _, read := range []int{10, len(secret)} { // it has all of it, and has not said so
			breaksOff(t, addrs[0], room, read)
			if out, errs, err := sshtest.OpenSSHAs(t, addrs[0], room, nil, "info"); err != nil || !strings.Contains(out, "Something waits") {
				t.Fatalf("info: %v, %q, %q", err, out, errs)
			}
		}
		sshtest.Eventually(t, "it is taken", func() bool {
			out, _, err := sshtest.OpenSSHAs(t, addrs[0], room, nil, "take")
			return err == nil && out == secret
		})
	})
}

func TestADropThatBreaksOffLeavesNothing(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 1)
		lit := func() bool {
			status, _, _ := run(t, sshtest.Dial(t, addrs[0], "plans"), "info", "")
			return status == 0
		}
		c := sshtest.Dial(t, addrs[0], "plans+10m")
		s := sshtest.Exec(t, c, "drop")
		if _, err := io.WriteString(s, anyBytes(100_000)); err != nil {
			t.Fatal(err)
		}
		sshtest.Eventually(t, "the room is lit", lit)
		c.Close() // without an end of the input
		sshtest.Eventually(t, "the room is gone", func() bool { return !lit() })
		sshtest.Eventually(t, "nothing is left", func() bool { return len(remains()) == 0 })

		// A limit of its own, and nothing at all.
		for _, input := range []string{"", anyBytes(rooms.DefaultMaxFile + 1)} {
			status, out, errs := run(t, sshtest.Dial(t, addrs[0], "plans"), "drop", input)
			if status != wording.ExitFailed || out != "" || !strings.HasPrefix(errs, "wick: ") {
				t.Errorf("a drop of %d bytes: %d, %q, %q", len(input), status, out, errs)
			}
		}
		sshtest.Eventually(t, "nothing is left of those", func() bool { return len(remains()) == 0 })
		if lit() {
			t.Error("plans burns")
		}
	})
}

func TestADropForAKeyIsTakenWithThatKeyAlone(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		bob, bobs := sshtest.NewKey(t)
		eve, _ := sshtest.NewKey(t)
		line := strings.TrimSpace(string(gossh.MarshalAuthorizedKey(bob.PublicKey())))
		for i, wanted := range []string{line + " bob@example.org", line + " Bob's key", gossh.FingerprintSHA256(bob.PublicKey())} {
			secret := anyBytes(1000 + i)
			room := dropAt(t, addrs[0], "new+10m+1p", " --for "+wanted, secret)
			for _, c := range []*gossh.Client{sshtest.Dial(t, addrs[0], room, eve), sshtest.Dial(t, addrs[0], room)} {
				if status, out, errs := run(t, c, "take", ""); status != wording.ExitRefused || out != "" || !strings.Contains(errs, "another key") {
					t.Errorf("another key: %d, %q, %q", status, out, errs)
				}
			}
			out, errs, err := sshtest.OpenSSHAs(t, addrs[0], room, nil, "-i", bobs, "-o", "IdentitiesOnly=yes", "take")
			if err != nil || out != secret {
				t.Errorf("the key itself: %v, %q", err, errs)
			}
		}
		for _, wrong := range []string{"~/.ssh/id_ed25519.pub", "SHA256:short", "ssh-ed25519 AAAA"} {
			status, out, errs := run(t, sshtest.Dial(t, addrs[0], "plans"), "drop --for "+wrong, "secret")
			if status != wording.ExitUsage || out != "" || !strings.Contains(errs, "$(cat colleague.pub)") {
				t.Errorf("--for %s: %d, %q, %q", wrong, status, out, errs)
			}
		}
	})
}

func TestWhoDropsMayWaitUntilItIsTaken(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		wait := func(options string) (*sshtest.Session, string) {
			t.Helper()
			s := sshtest.Exec(t, sshtest.Dial(t, addrs[0], "new+10m"), "drop --wait"+options)
			s.Types("the secret")
			s.CloseWrite()
			s.Shows(t, "take")
			return s, droppedAs.FindStringSubmatch(s.Out.String())[1]
		}
		ended := func(s *sshtest.Session) int {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
			defer cancel()
			return s.Wait(ctx)
		}
		key, _ := sshtest.NewKey(t)
		s, room := wait("")
		if status, out, errs := run(t, sshtest.Dial(t, addrs[1], room, key), "take", ""); status != 0 || out != "the secret" {
			t.Fatalf("take: %d, %q, %q", status, out, errs)
		}
		if status := ended(s); status != 0 || !regexp.MustCompile(`\ntaken by [a-z]+-[a-z]+ \([0-9a-z]{4}\) \d\d:\d\d:\d\d\n$`).MatchString(s.Out.String()) {
			t.Errorf("taken: %d, %q, %q", status, s.Out.String(), s.Err.String())
		}
		s, room = wait(" --json")
		run(t, sshtest.Dial(t, addrs[1], room, key), "take", "")
		ended(s)
		var first, last record
		lines := strings.SplitAfter(s.Out.String(), "\n")
		if json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &last) != nil ||
			first.Type != "drop" || first.Room != room || first.Size != 10 || last.Type != "taken" || last.From == "" || last.Key == "" || last.Time == "" {
			t.Errorf("in JSON: %q", lines)
		}
		s, room = wait("")
		if status, _, errs := run(t, sshtest.Dial(t, addrs[1], room), "destroy --yes", ""); status != 0 {
			t.Fatalf("destroy: %q", errs)
		}
		if status := ended(s); status != wording.ExitFailed || !strings.Contains(s.Err.String(), "nobody took it") {
			t.Errorf("destroyed: %d, %q", status, s.Err.String())
		}
	})
}

func TestADropNeedsARoomOfItsOwn(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for _, tt := range []struct {
		user, command, input string
		status               int
		says                 string
	}{
		{"plans", "light", "", 0, ""},
		{"plans", "take", "", wording.ExitFailed, "nothing to take"},
		{"plans", "drop", "secret", wording.ExitFailed, "already burning"},
		{"never", "take", "", wording.ExitNoRoom, "no such room"},
		{"root", "drop", "secret", wording.ExitUsage, "login name"},
		{"new", "take", "", wording.ExitUsage, "say which room"},
		{"new", "drop text", "", wording.ExitUsage, "unexpected argument"},
	} {
		status, _, errs := run(t, sshtest.Dial(t, addr, tt.user), tt.command, tt.input)
		if status != tt.status || !strings.Contains(strings.ToLower(errs), tt.says) {
			t.Errorf("%s@ %s: status %d, %q", tt.user, tt.command, status, errs)
		}
	}
}

// At a terminal, drop does not echo, and take shows text only.
func TestDropAndTakeAtATerminal(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	at := func(user, command string) *sshtest.Session {
		t.Helper()
		s, err := sshtest.Start(sshtest.Dial(t, addr, user), sshtest.Options{Pty: sshtest.Pty(80, 24), Command: command})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ended := func(s *sshtest.Session) int {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
		defer cancel()
		return s.Wait(ctx)
	}
	for i, tt := range []struct{ typed, taken string }{
		{"hunter3\x7f2\r", "hunter2"},
		{"hunter2\x04", "hunter2"},
		{pasteStart + "one\ntwo\n" + pasteEnd + "\r", "one\ntwo\n"},
	} {
		user := fmt.Sprint("typed-", i)
		s := at(user, "drop")
		s.Shows(t, "not shown")
		s.Types(tt.typed)
		if status := ended(s); status != 0 || strings.Contains(s.Text(), "hunter") || strings.Contains(s.Text(), "one") {
			t.Errorf("typing %q: status %d, %q", tt.typed, status, s.Text())
		}
		if i == 0 { // shown at a terminal
			s := at(user, "take")
			if status := ended(s); status != 0 || !strings.Contains(s.Text(), tt.taken) {
				t.Errorf("taken as %q, status %d", s.Text(), status)
			}
			continue
		}
		if status, out, errs := run(t, sshtest.Dial(t, addr, user), "take", ""); status != 0 || out != tt.taken {
			t.Errorf("typed %q, taken %q: %d, %q", tt.typed, out, status, errs)
		}
	}
	s := at("typed-c", "drop")
	s.Shows(t, "not shown")
	s.Types("hunter2\x03")
	if status := ended(s); status != wording.ExitInterrupted {
		t.Errorf("after Ctrl-C: status %d", status)
	}
	if status, _, _ := run(t, sshtest.Dial(t, addr, "typed-c"), "info", ""); status != wording.ExitNoRoom {
		t.Error("after Ctrl-C the room burns")
	}

	secret := "text \x1b[2J and more"
	if status, _, errs := run(t, sshtest.Dial(t, addr, "binary"), "drop", secret); status != 0 {
		t.Fatal(errs)
	}
	s = at("binary", "take")
	if status := ended(s); status != wording.ExitUsage || strings.Contains(s.Text(), "\x1b[2J") || !strings.Contains(s.Text(), "take >FILE") {
		t.Errorf("at a terminal: %d, %q", status, s.Text())
	}
	if status, out, errs := run(t, sshtest.Dial(t, addr, "binary"), "take", ""); status != 0 || out != secret {
		t.Errorf("after that: %d, %q, %q", status, out, errs)
	}
}

// A file comes in faster than people type, however slowly those may type.
func TestADropOfTheGreatestSizePassesTheInputLimits(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	secret := anyBytes(rooms.DefaultMaxFile)
	room := dropAt(t, addr, "new", "", secret)
	out, errs, err := sshtest.OpenSSHAs(t, addr, room, nil, "take")
	if err != nil || !bytes.Equal([]byte(out), []byte(secret)) {
		t.Errorf("%d bytes came back: %v, %q", len(out), err, errs)
	}
}

// Who is in the room sees what waits, and who took it; and its lock holds for takers, too.
func TestPeopleInARoomSeeWhatWaitsAndLockIt(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		status, out, errs := run(t, sshtest.Dial(t, addrs[0], "new+10m", key), "drop", "the secret")
		if status != 0 {
			t.Fatal(errs)
		}
		room := droppedAs.FindStringSubmatch(out)[1]
		ann := readLines(t, addrs[0], room, wide, key)
		ann.room()
		ann.line(`\* \S+ \(\w{4}\) left 10 bytes here\. The first to come can take it, once, with:`)
		ann.line(`\* ssh -p \d+ ` + room + `@localhost take`)
		bob := join(t, addrs[1], room, 80, 24)
		bob.sees("left 10 bytes here")
		bob.sees("Ctrl-R shows it here")
		ann.says("/lock")
		bob.sees("locked the room")
		if status, out, errs := run(t, sshtest.Dial(t, addrs[1], room), "take", ""); status != wording.ExitFull || out != "" || !strings.Contains(errs, "locked") {
			t.Errorf("a stranger: %d, %q, %q", status, out, errs)
		}
		ann.says("/invite 10m")
		invited := ann.line(`\* ssh -p \d+ (` + room + `\+i-\S+)@localhost`)[1]
		if status, out, errs := run(t, sshtest.Dial(t, addrs[1], invited), "take", ""); status != 0 || out != "the secret" {
			t.Errorf("somebody invited: %d, %q, %q", status, out, errs)
		}
		if status := ann.leaves(); status != 0 || !strings.Contains(ann.last(), room+" is gone: ") || !strings.Contains(ann.last(), " took what was left there. 0 messages wiped.") {
			t.Errorf("ann left with %d, %q", status, ann.last())
		}
		if status := bob.leaves(); status != 0 || !strings.Contains(unspaced(bob.screen.Text()), "tookwhatwasleftthere") {
			t.Errorf("bob left with %d:\n%s", status, bob.screen.Text())
		}
	})
}
