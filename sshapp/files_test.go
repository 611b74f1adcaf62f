package sshapp

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

func TestFilesLieInARoomUntilItEnds(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, remains := start(t, 2)
		ann := readLines(t, addrs[0], "plans+10m", wide)
		ann.room()
		report := anyBytes(150_000)
		status := func(want int, at int, command, input string) (out, errs string) {
			t.Helper()
			got, out, errs := run(t, sshtest.Dial(t, addrs[at], "plans"), command, input)
			if got != want {
				t.Errorf("%s: status %d, %q, want %d", command, got, errs, want)
			}
			return out, errs
		}
		if out, errs, err := sshtest.OpenSSH(t, addrs[1], strings.NewReader(report), "put 'annual report.pdf'"); err != nil || out != "" {
			t.Fatalf("put: %v, %q, %q", err, out, errs)
		}
		ann.line(`\d\d:\d\d \* \S+ put annual report\.pdf \(147 KiB\)`)
		status(0, 0, "put notes", "two\n")
		if out, errs, err := sshtest.OpenSSH(t, addrs[0], nil, "get 'annual report.pdf'"); err != nil || out != report {
			t.Errorf("get: %v, %d bytes, %q", err, len(out), errs)
		}
		if out, _ := status(0, 1, "ls", ""); !regexp.MustCompile(`^annual report\.pdf\t147 KiB\t\S+\nnotes\t4 bytes\t\S+\n$`).MatchString(out) {
			t.Errorf("ls: %q", out)
		}
		if out, _ := status(0, 1, "ls --json", ""); !strings.Contains(out, `"file":"notes"`) || !strings.Contains(out, `"size":4`) {
			t.Errorf("ls --json: %q", out)
		}
		for command, says := range map[string]string{"put notes": "already", "get other": "no file", "rm other": "no file"} {
			if out, errs := status(wording.ExitFailed, 1, command, "x"); out != "" || !strings.Contains(errs, says) {
				t.Errorf("%s: %q, %q", command, out, errs)
			}
		}
		for _, name := range []string{"../x", "a/b", "..", strings.Repeat("x", 101), "a\u202eb"} {
			status(wording.ExitUsage, 0, "put "+name, "x")
		}
		status(0, 1, "put more", "more")
		ann.says("/files")
		ann.line(`\* annual report\.pdf \(147 KiB\) \S+.*`)
		ann.line(`\* more \(4 bytes\) \S+.*`)
		ann.line(`\* ssh -p \d+ plans@\S+ get 'annual report\.pdf' >'annual report\.pdf'`)
		if out, _ := status(0, 1, "info", ""); !strings.HasSuffix(out, "\n3 files.\n") {
			t.Errorf("info: %q", out)
		}
		if out, _ := status(0, 1, "info --json", ""); !strings.Contains(out, `"files":3`) {
			t.Errorf("info --json: %q", out)
		}
		readLines(t, addrs[1], "plans", wide).line(`\* 3 files in this room\. To list:`)
		bob := join(t, addrs[1], "plans", 80, 24)
		bob.sees("3 files in this room. To list:")
		bob.says("/files")
		bob.shows("get 'annual report.pdf' >'annual report.pdf'")
		status(0, 0, "rm notes", "")
		ann.line(`\d\d:\d\d \* \S+ removed notes \(4 bytes\)`)
		ann.says("/destroy")
		ann.line(`.*Type y.*`)
		ann.says("y")
		if last := regexp.MustCompile(`^plans was destroyed by \S+: 0 messages and 2 files wiped\.`); ann.leaves() != 0 || !last.MatchString(ann.last()) {
			t.Errorf("the receipt is %q", ann.last())
		}
		sshtest.Eventually(t, "nothing is left in the store", func() bool { return len(remains()) == 0 })
		status(wording.ExitNoRoom, 1, "ls", "")
	})
}

// A script that has many files has them one after the other, as with post.
func TestFilesThatComeTooFastWait(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: 20, Burst: 1})
	t.Cleanup(hub.Close)
	addr, _ := startApp(t, store, keys.NewSecret(), Config{}, func(a *App) { a.cfg.Hub = hub })
	ann := readLines(t, addr, "plans+10m", wide)
	ann.room()
	bob, _ := sshtest.NewKey(t)
	for _, command := range []string{"put", "rm"} {
		for i := range 3 {
			if status, _, errs := run(t, sshtest.Dial(t, addr, "plans", bob), fmt.Sprint(command, " ", i), "x"); status != 0 {
				t.Errorf("%s %d: %d, %q", command, i, status, errs)
			}
		}
	}
}

func TestAFileThatBreaksOffIsNotThere(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 1)
		ann := readLines(t, addrs[0], "plans+10m", "")
		ann.room()
		c := sshtest.Dial(t, addrs[0], "plans")
		s := sshtest.Exec(t, c, "put report")
		if _, err := io.WriteString(s, anyBytes(100_000)); err != nil {
			t.Fatal(err)
		}
		sshtest.Eventually(t, "somebody puts a file", func() bool {
			_, out, _ := run(t, sshtest.Dial(t, addrs[0], "plans"), "who", "")
			return strings.Count(out, "\n") == 2
		})
		c.Close()
		sshtest.Eventually(t, "they are gone", func() bool {
			_, out, _ := run(t, sshtest.Dial(t, addrs[0], "plans"), "who", "")
			return strings.Count(out, "\n") == 1
		})
		if status, out, errs := run(t, sshtest.Dial(t, addrs[0], "plans"), "ls", ""); status != 0 || out != "" {
			t.Errorf("ls: %d, %q, %q", status, out, errs)
		}
	})
}

// Somebody who was kicked puts and gets nothing more, whatever is under way.
func TestPutEndsWithTheStayInTheRoom(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		key, _ := sshtest.NewKey(t)
		eve, _ := sshtest.NewKey(t)
		ann := readLines(t, addrs[0], "plans+10m", wide, key)
		ann.room()
		s := sshtest.Exec(t, sshtest.Dial(t, addrs[1], "plans", eve), "put report")
		if err := s.Types(anyBytes(100_000)); err != nil {
			t.Fatal(err)
		}
		ann.showsOut(s, key)
		if status := s.Status.Load(); status != wording.ExitFull || !strings.Contains(s.Why(), "kicked you from") {
			t.Errorf("status %d, %q", status, s.Why())
		}
		if status, out, errs := run(t, sshtest.Dial(t, addrs[0], "plans", key), "ls", ""); status != 0 || out != "" {
			t.Errorf("ls: %d, %q, %q", status, out, errs)
		}
	})
}

// showsOut shows the only other person out, whose session then ends.
func (r *reader) showsOut(s *sshtest.Session, key gossh.Signer) {
	r.t.Helper()
	alias := ""
	sshtest.Eventually(r.t, "somebody else is here", func() bool {
		_, who, _ := run(r.t, sshtest.Dial(r.t, s.Client.RemoteAddr().String(), "plans", key), "who", "")
		for line := range strings.Lines(who) {
			if first, _, _ := strings.Cut(line, " "); !strings.Contains(r.Out.String(), first+" (you)") {
				alias = first
			}
		}
		return alias != ""
	})
	r.says("/kick " + alias)
	r.line(`.*Type y.*`)
	r.says("y")
	s.Ends(r.t)
}

func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	addr, a := startApp(t, embedded(t), keys.NewSecret(), Config{}, func(a *App) { a.cfg.Limits.File, a.cfg.Limits.Files = 1000, 1500 })
	ann := readLines(t, addr, "plans+10m", "")
	ann.room()
	for _, tt := range []struct {
		name   string
		size   int
		status int
		says   string
	}{
		{"large", 1001, wording.ExitFailed, "larger than this server allows a file to be"},
		{"one", 1000, 0, ""},
		{"two", 501, wording.ExitFailed, "all the space this server allows"},
		{"two", 500, 0, ""},
	} {
		status, _, errs := run(t, sshtest.Dial(t, addr, "plans"), "put "+tt.name, anyBytes(tt.size))
		if status != tt.status || !strings.Contains(errs, tt.says) {
			t.Errorf("%d bytes: %d, %q", tt.size, status, errs)
		}
	}
	a.cfg.Limits.Files = -1
	if status, _, errs := run(t, sshtest.Dial(t, addr, "plans"), "put none", "x"); status != wording.ExitRefused {
		t.Errorf("without files: %d, %q", status, errs)
	}
}
