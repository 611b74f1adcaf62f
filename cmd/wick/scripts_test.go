package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
	"wick/sshapp/wording"
)

// onBoth runs a test with two servers that share a Redis, and with one server on
// the embedded store in the place of both.
func onBoth(t *testing.T, test func(t *testing.T, one, two *shell)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		sh := shellOf(t, serve(t, t.TempDir()))
		test(t, sh, sh)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		db, home := redistest.Start(t), t.TempDir()
		test(t, shellOf(t, serve(t, home, "--redis", db.URL())), shellOf(t, serve(t, home, "--redis", db.URL())))
	})
}

// shell runs scripts in which w is ssh to a server.
type shell struct {
	t    *testing.T
	port string
	home string
	key  string // file of the key, or ""
}

func shellOf(t *testing.T, p *process) *shell { return &shell{t: t, port: p.port, home: t.TempDir()} }

func (s *shell) command(ctx context.Context, script string) *exec.Cmd {
	args := sshArgs(s.port)
	if s.key != "" {
		args = append(args, "-i", s.key)
	}
	w := "w() { ssh '" + strings.Join(args, "' '") + "' \"$@\"; }\n"
	cmd := exec.CommandContext(ctx, "sh", "-c", w+script)
	cmd.Env = append(os.Environ(), "HOME="+s.home, "TERM=xterm")
	cmd.WaitDelay = time.Second
	return cmd
}

// does runs a script until it ends.
func (s *shell) does(script string) (status int, stdout, stderr string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), sshtest.Patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := s.command(ctx, script)
	cmd.Stdout, cmd.Stderr = &out, &errs
	return statusOf(s.t, cmd.Run()), out.String(), errs.String()
}

// prints runs a script that must succeed, and returns what it printed. On standard error
// only who lights a room without a key is warned.
func (s *shell) prints(script string) string {
	s.t.Helper()
	status, out, errs := s.does(script)
	if strings.Contains(script, "light") && s.key == "" {
		errs = strings.Replace(errs, "wick: "+wording.NoKeyToLock+".\n", "", 1)
	}
	if status != 0 || errs != "" {
		s.t.Fatalf("%s: status %d, %q, %q", script, status, out, errs)
	}
	return out
}

// fails runs a script that must fail with the status and print only a sentence.
func (s *shell) fails(script string, want int, says string) {
	s.t.Helper()
	status, out, errs := s.does(script)
	if status != want || out != "" || !strings.HasPrefix(errs, "wick: ") || !strings.Contains(errs, says) {
		s.t.Errorf("%s: status %d, %q, %q; want %d and %q", script, status, out, errs, want, says)
	}
}

// running is a script that is running.
type running struct {
	t           *testing.T
	in          io.WriteCloser
	out, errors *sshtest.Buffer
	done        chan error
}

func (s *shell) starts(script string) *running {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	r := &running{t: s.t, out: &sshtest.Buffer{}, errors: &sshtest.Buffer{}, done: make(chan error, 1)}
	cmd := s.command(ctx, script)
	cmd.Stdout, cmd.Stderr = r.out, r.errors
	var err error
	if r.in, err = cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { r.done <- cmd.Wait(); close(r.done) }()
	s.t.Cleanup(func() { r.in.Close(); cancel(); <-r.done })
	return r
}

func (r *running) prints(form string) string {
	r.t.Helper()
	re := regexp.MustCompile(form)
	for start := time.Now(); ; <-time.After(10 * time.Millisecond) {
		if m := re.FindString(r.out.String()); m != "" {
			return m
		}
		if time.Since(start) > sshtest.Patience {
			r.t.Fatalf("printed %q and %q, want %s", r.out, r.errors, form)
		}
	}
}

func (r *running) ends() int {
	r.t.Helper()
	select {
	case err := <-r.done:
		return statusOf(r.t, err)
	case <-time.After(sshtest.Patience):
		r.t.Fatalf("it does not end; it printed %q and %q", r.out, r.errors)
		return -1
	}
}

// record is a line of --json, with all fields that docs/scripts.md lists.
type record struct {
	Type, Time, From, Key, By, Was, Text, Deadline, Room, Command, Reason string
	Seq, Count, Messages                                                  uint64
	Left                                                                  int64
	Seats, Taken                                                          int
	Marked, Away, Locked, Drop                                            bool
}

func records(t *testing.T, lines string) (all []record) {
	t.Helper()
	if strings.ContainsAny(lines, "\x1b\x07") {
		t.Errorf("control characters in %q", lines)
	}
	for scan := bufio.NewScanner(strings.NewReader(lines)); scan.Scan(); {
		var r record
		dec := json.NewDecoder(bytes.NewReader(scan.Bytes()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil || dec.More() {
			t.Fatalf("%v: %s", err, scan.Text())
		}
		for _, stamp := range []string{r.Time, r.Deadline} {
			if _, err := time.Parse(time.RFC3339, stamp); stamp != "" && err != nil {
				t.Error(err)
			}
		}
		all = append(all, r)
	}
	return all
}

// said returns the texts of the messages, whose numbers must be contiguous.
func said(t *testing.T, all []record) (texts []string) {
	t.Helper()
	var seq uint64
	for _, r := range all {
		if r.Type != "message" {
			continue
		}
		if seq != 0 && r.Seq != seq+1 || r.Seq == 0 || r.Time == "" || r.From == "" {
			t.Errorf("message %d is followed by %+v", seq, r)
		}
		seq = r.Seq
		texts = append(texts, r.Text)
	}
	return texts
}

func TestScriptsLightPostFollowAndDestroy(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, one, two *shell) {
		share := one.prints("w plans@localhost light --ttl 5m --seats 3")
		if want := "ssh -p " + one.port + " plans@localhost\n"; share != want {
			t.Errorf("light printed %q, want %q", share, want)
		}
		if got := one.prints("w plans@localhost share"); got != share {
			t.Errorf("share printed %q, want %q", got, share)
		}
		one.fails("w plans@localhost light", 1, "already burning")

		for _, script := range []string{
			"w plans@localhost post it is done",
			`w plans@localhost post "it's  done: don't \$HOME 'us'"`,
			`w plans@localhost post "'as a program quotes it'"`,
			"w plans@localhost post -5 degrees",
			"w plans@localhost post -- --whole",
			`w plans@localhost post "two
lines"`,
			`printf 'a\n\n  b\r\nc' | w plans@localhost post`,
			`printf 'd\n\ne\n' | w plans@localhost post --whole`,
			`printf '\033[2J\033]0;title\007evil\302\2332J\342\200\256\n' | w plans@localhost post`,
			`echo hi | w plans@localhost >/dev/null`,
			`printf 'x\ny\n' | w -T plans@localhost >/dev/null`,
			`w plans@localhost post </dev/null`,
		} {
			if out := two.prints(script); out != "" {
				t.Errorf("%s printed %q", script, out)
			}
		}
		want := []string{
			"it is done", "it's  done: don't $HOME 'us'", "as a program quotes it", "-5 degrees", "--whole", "two\nlines",
			"a", "  b", "c", "d\n\ne", "evil\u202e", "hi", "x", "y",
		}
		got := said(t, records(t, one.prints("w plans@localhost follow --for 1s --json")))
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("followed %q\nwant %q", got, want)
		}
		if got := said(t, records(t, two.prints("w plans@localhost follow --since 12 --for 1s --json"))); fmt.Sprint(got) != "[x y]" {
			t.Errorf("after message 12: %q", got)
		}
		if got := one.prints("w plans@localhost follow --for 1s"); !regexp.MustCompile(`(?m)^\d\d:\d\d \S+: two\n      lines$`).MatchString(got) || strings.ContainsAny(got, "\x1b\x07\r") {
			t.Errorf("in lines: %q", got)
		}

		follow := two.starts("w plans@localhost follow --json")
		follow.prints(`"text":"y"}\n`)
		info := records(t, one.prints("w plans@localhost info --json"))
		if r := info[0]; len(info) != 1 || r.Type != "room" || r.Room != "plans" || r.Seats != 3 || r.Taken != 1 || r.Locked || r.Messages != 14 || r.Left <= 0 || r.Left > 300 || r.Deadline == "" {
			t.Errorf("info: %+v", info)
		}
		who := records(t, one.prints("w plans@localhost who --json"))
		if r := who[0]; len(who) != 1 || r.Type != "person" || r.From == "" {
			t.Errorf("who: %+v", who)
		}
		if got := one.prints("w plans@localhost who"); got != who[0].From+" (no key)\n" {
			t.Errorf("who: %q", got)
		}
		if got := one.prints("w plans@localhost info"); !strings.HasPrefix(got, "plans burns for another 4 minutes ") || !strings.Contains(got, "1 of 3 places taken") {
			t.Errorf("info: %q", got)
		}

		one.fails("w plans@localhost destroy", 2, "--yes")
		if got := one.prints("w plans@localhost destroy --yes"); !regexp.MustCompile(`^plans was destroyed by \S+: 14 messages wiped\..*\n$`).MatchString(got) {
			t.Errorf("destroy: %q", got)
		}
		if status, errs := follow.ends(), follow.errors.String(); status != 0 || !strings.HasPrefix(errs, "plans was destroyed by ") {
			t.Errorf("follow ended with %d, %q", status, errs)
		}
		all := records(t, follow.out.String())
		if r := all[len(all)-1]; r.Type != "end" || r.Reason != "destroyed" || r.Messages != 14 || r.By == "" {
			t.Errorf("follow ended with %+v", r)
		}
		for _, command := range []string{"post hi", "follow", "who", "info", "share", "destroy --yes"} {
			two.fails("w plans@localhost "+command, 3, "No such room")
		}
		two.fails("echo hi | w plans@localhost", 3, "plans+10m@localhost' lights it")
	})
}

func TestWrongUsageNamesTheMistake(t *testing.T) {
	t.Parallel()
	sh := shellOf(t, serve(t, t.TempDir()))
	for _, tt := range []struct{ script, says string }{
		{"w plans@localhost uptime", "a chat server with no shell"},
		{"w plans@localhost post " + strings.Repeat("x", 40_000), "a command has at most 32768 bytes: send the text on standard input"},
		{"w plans@localhost post --whole hi", "--whole is for standard input"},
		{"w plans@localhost follow --since x", "Usage: ssh ROOM@HOST follow"},
		{"w plans@localhost follow --for soon", "Usage: ssh ROOM@HOST follow"},
		{"w plans@localhost follow --for=-1s", "--for"},
		{"w plans@localhost light --ttl 1s", "at least 10 s"},
		{"w plans@localhost light --ttl 1000h", "at most 24h"},
		{"w plans@localhost light --seats 257", "at most 256 places"},
		{"w plans@localhost light --seats=-1", "one place"},
		{"w plans@localhost who are you", "unexpected argument"},
		{`w plans@localhost "who 'is"`, "the quoting is wrong"},
		{"w new@localhost post hi", "which room"},
		{"w new@localhost follow", "which room"},
		{"w root@localhost who", "login name"},
		{"w root@localhost light", "login name"},
	} {
		sh.fails(tt.script, 2, tt.says)
	}
	for _, command := range []string{"help", "light --help", "post -h"} {
		if got := sh.prints("w plans@localhost " + command); !strings.HasPrefix(got, "Usage: ssh ROOM@HOST") {
			t.Errorf("%s printed %q", command, got)
		}
	}
	lit := records(t, sh.prints("w new+30s@localhost light --seats 2 --json"))
	if r := lit[0]; len(lit) != 1 || r.Type != "share" || r.Command != "ssh -p "+sh.port+" "+r.Room+"@localhost" || !regexp.MustCompile(`^(\w{4}-){2}\w{4}$`).MatchString(r.Room) {
		t.Errorf("light printed %+v", lit)
	}
	if info := records(t, sh.prints("w "+lit[0].Room+"@localhost info --json")); info[0].Seats != 2 || info[0].Left > 30 {
		t.Errorf("info: %+v", info)
	}
}

func TestPostsObeyTheRateLimitInOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, one, two *shell) {
		one.prints("w plans@localhost light")
		want := strings.Fields(one.prints("seq 1 11"))
		one.prints("seq 1 11 | w plans@localhost post")
		two.prints("seq 1 11 | w plans@localhost >/dev/null")
		got := said(t, records(t, two.prints("w plans@localhost follow --for 1s --json")))
		if all := append(want, want...); fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("said %q, want %q", got, all)
		}
	})
}

func TestARefusedPostNamesTheLine(t *testing.T) {
	t.Parallel()
	sh := shellOf(t, serve(t, t.TempDir()))
	sh.prints("w plans@localhost light")
	sh.fails(`(echo fine; head -c 100000 /dev/zero | tr '\0' x; echo; echo never) | w plans@localhost post`, 1, "line 2 was not said: That is longer than a message may be.")
	sh.fails(`head -c 2001 /dev/zero | tr '\0' x | w plans@localhost post --whole`, 1, "longer than a message")
	sh.fails(`head -c 100000 /dev/zero | tr '\0' x | w plans@localhost post --whole`, 1, "longer than a message")
	sh.fails(`w plans@localhost post ""`, 1, "message is empty")
	sh.fails(`w plans@localhost post --whole </dev/null`, 1, "message is empty")
	if got := said(t, records(t, sh.prints("w plans@localhost follow --for 500ms --json"))); fmt.Sprint(got) != "[fine]" {
		t.Errorf("said %q", got)
	}
}

func TestScriptsRespectPlacesAndLocks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, one, two *shell) {
		one.key = filepath.Join(t.TempDir(), "id")
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", one.key).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		stranger := &shell{t: t, port: two.port, home: t.TempDir()}
		ann := one.starts("w -tt plans+plain+5m+1p@localhost") // commands need a terminal
		ann.prints("1 of 1 here")
		for _, command := range []string{"post hi", "follow", "destroy --yes"} {
			stranger.fails("w plans@localhost "+command, 4, "The room is full.")
		}
		if got := stranger.prints("w plans@localhost who"); strings.Count(got, "\n") != 1 {
			t.Errorf("who: %q", got) // who needs no place
		}
		io.WriteString(ann.in, "/destroy\r")
		ann.prints("Type y")
		io.WriteString(ann.in, "yes\r")
		if status := ann.ends(); status != 0 {
			t.Errorf("destroying: status %d, %q", status, ann.out)
		}

		ann = one.starts("w -tt secret+plain+5m@localhost")
		ann.prints("1 of 16 here")
		io.WriteString(ann.in, "for us alone\r")
		ann.prints(": for us alone")
		io.WriteString(ann.in, "/lock\r")
		ann.prints(`locked the room`)
		for _, command := range []string{"post hi", "follow", "destroy --yes", "who", "info", "who --json", "info --json"} {
			stranger.fails("w secret@localhost "+command, 4, "The room is locked.")
		}
		stranger.prints("w secret@localhost share")
		if status, out, errs := stranger.does("echo hi | w secret@localhost"); status != 4 || strings.Contains(out, "for us") || !strings.Contains(errs, "Nothing was said") {
			t.Errorf("a pipe at a locked door: status %d, %q, %q", status, out, errs)
		}
		// The owner gets in from elsewhere, as does everybody who was in before.
		two.key = one.key
		if got := two.prints("w secret@localhost who"); !regexp.MustCompile(`^\S+ \(\w{4}\)\n$`).MatchString(got) {
			t.Errorf("the owner sees %q", got)
		}
		two.prints("w secret@localhost post from the script of ann")
		ann.prints("from the script of ann")
		io.WriteString(ann.in, "/unlock\r")
		ann.prints(`unlocked the room`)
		stranger.prints("w secret@localhost post hi")
		ann.in.Close()
		if status := ann.ends(); status != 0 || strings.Contains(ann.out.String(), "\x1b") {
			t.Errorf("status %d, %q", status, ann.out)
		}
	})
}

func TestADumbTerminalGetsNoEscapeSequences(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, tt := range []struct{ term, user string }{{"dumb", "plans+5m"}, {"xterm-256color", "notes+5m+plain"}} {
		t.Run(tt.user, func(t *testing.T) {
			t.Parallel()
			raw, status := readsPlainly(t, p.port, tt.term, tt.user)
			room, _, _ := strings.Cut(tt.user, "+")
			lines := strings.Split(strings.TrimSpace(raw), "\r\n")
			if last := lines[len(lines)-1]; status != 0 || !strings.HasPrefix(last, room+" was destroyed by ") {
				t.Errorf("status %v, the last line is %q", status, last)
			}
			if strings.ContainsAny(raw, "\x1b\u009b") || strings.Contains(strings.ReplaceAll(raw, "\r\n", ""), "\n") {
				t.Errorf("raw: %q", raw)
			}
		})
	}
}

// readsPlainly posts in a room, destroys it, and returns all output.
func readsPlainly(t *testing.T, port, term, user string) (raw string, status int) {
	t.Helper()
	cmd := exec.Command("ssh", sshArgs(port, user+"@localhost")...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM="+term)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	all, screen, copied := &sshtest.Buffer{}, uitest.New(80, 24), make(chan struct{})
	t.Cleanup(func() { f.Close(); screen.Close() })
	go func() {
		defer close(copied)
		io.Copy(io.MultiWriter(all, screen), f) // ends when the client closes its side
	}()
	screen.WaitForText(t, sshtest.Patience, "1 of 16 here")
	io.WriteString(f, "hello ther\x7fre\r")
	screen.WaitFor(t, sshtest.Patience, func(s string) bool { return strings.Contains(s, ": hello there\n") })
	io.WriteString(f, "/destroy\r")
	screen.WaitForText(t, sshtest.Patience, "* Type y to wipe it for everybody.")
	io.WriteString(f, "y\r")
	err = cmd.Wait()
	<-copied
	return all.String(), statusOf(t, err)
}
