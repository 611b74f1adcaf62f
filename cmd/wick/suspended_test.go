package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// A process is suspended and continues after the deadline of its room. It may
// first read what was typed meanwhile, or finish drawing a frame.
func TestAProcessSuspendedOverADeadlineShowsNothingOfTheRoom(t *testing.T) {
	for _, tt := range []struct {
		store   string
		args    func(*testing.T) []string
		receipt string
	}{
		{"memory", func(*testing.T) []string { return nil }, ""},
		{"Redis", func(t *testing.T) []string {
			return []string{"--redis", redistest.Start(t, "--slowlog-max-len", "0").URL()}
		}, " No key is left in Redis."},
	} {
		t.Run(tt.store, func(t *testing.T) {
			t.Parallel()
			const ttl = 10 * time.Second
			p := serve(t, t.TempDir(), tt.args(t)...)
			ann := sit(t, p.port, "new+10s", 80, 24)
			room := ann.room()
			over := time.After(ttl + time.Second)
			ann.Type("aubergine\r")
			ann.sees("aubergine")
			plain := pipe(t, p.port, room)
			follows := pipe(t, p.port, room, "follow", "--json")
			plain.hears("aubergine")
			follows.hears("aubergine")
			ann.Type("pumpkin\r") // after this message, no output is pending
			said := regexp.MustCompile(`  pumpkin`)
			ann.Screen.WaitFor(t, sshtest.Patience, said.MatchString)
			plain.hears("pumpkin")
			follows.hears("pumpkin")
			if err := redistest.Stop(p.cmd.Process); err != nil {
				t.Fatal(err)
			}
			shown := len(ann.Written(0))
			ann.Type("/help\rzucchini\rcour")
			plain.says("/who\nmarrow\n")
			<-over
			p.cmd.Process.Signal(syscall.SIGCONT)

			last := room + " burned out: 2 messages wiped." + tt.receipt
			status, left := ann.leaves()
			if status != exitFine || strings.Join(strings.Fields(left), " ") != last {
				t.Errorf("status %d, on the screen:\n%s\nwant %q", status, left, last)
			}
			quiet(t, "the screen", ann.Written(shown))
			quiet(t, "lines", plain.ends())
			record := follows.ends()
			quiet(t, "follow", record)
			if !strings.Contains(record, `"reason":"burned-out"`) {
				t.Errorf("follow prints %q", record)
			}
		})
	}
}

// quiet checks that nothing of the room was written after its deadline.
func quiet(t *testing.T, who, written string) {
	t.Helper()
	for _, text := range []string{"aubergine", "pumpkin", "zucchini", "cour", "marrow", "here:", "came in"} {
		if strings.Contains(written, text) {
			t.Errorf("%s: %q was written after the deadline: %q", who, text, written)
		}
	}
}

// piped is an OpenSSH client without a terminal.
type piped struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.Writer
	lines chan string // of its standard output
}

func pipe(t *testing.T, port, room string, command ...string) *piped {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ssh", sshArgs(port, append([]string{room + "@localhost"}, command...)...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l := &piped{t, cmd, in, make(chan string, 100)}
	go func() { // ends with the client
		defer close(l.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			l.lines <- scan.Text() + "\n"
		}
	}()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return l
}

func (l *piped) says(text string) {
	l.t.Helper()
	if _, err := io.WriteString(l.in, text); err != nil {
		l.t.Fatal(err)
	}
}

// hears waits for a line that contains the text.
func (l *piped) hears(text string) {
	l.t.Helper()
	limit := time.After(sshtest.Patience)
	for {
		select {
		case line, more := <-l.lines:
			if strings.Contains(line, text) {
				return
			}
			if !more {
				l.t.Fatalf("the client ended before it printed %q", text)
			}
		case <-limit:
			l.t.Fatalf("the client does not print %q", text)
		}
	}
}

// ends waits for the client to end, and returns its remaining lines.
func (l *piped) ends() string {
	l.t.Helper()
	var all strings.Builder
	limit := time.After(sshtest.Patience)
	for {
		select {
		case line, more := <-l.lines:
			if !more {
				return all.String()
			}
			all.WriteString(line)
		case <-limit:
			l.t.Fatalf("the client does not end; it printed:\n%s", &all)
		}
	}
}
