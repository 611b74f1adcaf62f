//go:build linux

package sshapp_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wick/sshapp/sshtest"
)

// clockTick is the unit of CPU time in /proc (USER_HZ, which is 100 on Linux).
const clockTick = time.Second / 100

// buildWick builds the server once for all rows and returns its path.
func buildWick(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wick")
	cmd := exec.Command("go", "build", "-o", path, "wick/cmd/wick")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building wick: %v\n%s", err, out)
	}
	return path
}

// process is a wick server in a process of its own, so that its CPU time and its
// memory can be measured. Its methods are safe for concurrent use.
type process struct {
	cmd    *exec.Cmd
	addr   string
	dir    string        // holds its host key and secret
	exited chan struct{} // closed when the process has ended

	began time.Time

	mu     sync.Mutex
	log    bytes.Buffer
	warned map[string]int // number of log lines at level WARN by text, without session ids
}

var sessionID = regexp.MustCompile(`session=\S+`)

var joinLine = regexp.MustCompile(`^ssh (?:-p (\d+) )?new@\S+$`)

// startWick starts a server with default flags and waits until it listens.
func startWick(t *testing.T, path string, args ...string) *process {
	t.Helper()
	p := &process{dir: t.TempDir(), exited: make(chan struct{}), began: time.Now(), warned: map[string]int{}}
	p.cmd = exec.Command(path, append([]string{"--listen", "127.0.0.1:0", "--data-dir", p.dir}, args...)...)
	p.cmd.Stderr = p
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line := make(chan string, 1)
	go func() { // ends with the process, which kill ends
		defer close(p.exited)
		s := bufio.NewScanner(out)
		for s.Scan() {
			select {
			case line <- s.Text():
			default:
			}
		}
		p.cmd.Wait()
	}()
	select {
	case got := <-line:
		m := joinLine.FindStringSubmatch(got)
		if m == nil {
			t.Fatalf("the server printed %q", got)
		}
		p.addr = "127.0.0.1:" + m[1]
	case <-p.exited:
		t.Fatalf("the server ended at once:\n%s", p.logged())
	case <-time.After(sshtest.Patience):
		t.Fatalf("the server printed nothing, and logged:\n%s", p.logged())
	}
	return p
}

// keptLog is how much of the beginning of the log is kept, in bytes.
const keptLog = 64 << 10

// Write takes the server's log. Each call holds whole lines.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range strings.Lines(string(b)) {
		if _, what, warns := strings.Cut(line, "WARN "); warns {
			p.warned[sessionID.ReplaceAllString(strings.TrimSpace(what), "session=…")]++
		}
	}
	if p.log.Len() < keptLog {
		p.log.Write(b)
	}
	return len(b), nil
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// warnings returns the number of lines at level WARN that contain text.
func (p *process) warnings(text string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for line, count := range p.warned {
		if strings.Contains(line, text) {
			n += count
		}
	}
	return n
}

// runs reports whether the process still runs.
func (p *process) runs() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.exited
}

// cpuTime returns the CPU time that a process has used, user and system.
func cpuTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name of the program, in parentheses, may hold blanks.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const utime, stime = 11, 12 // counted from the state
	if len(fields) <= stime {
		return 0, fmt.Errorf("/proc tells %d fields of the process", len(fields))
	}
	var ticks int64
	for _, f := range fields[utime : stime+1] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}

// memory returns the resident set of the process now, and at most since it
// began, in bytes.
func (p *process) memory() (now, peak int64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(line, ":")
		into := map[string]*int64{"VmRSS": &now, "VmHWM": &peak}[key]
		if into == nil {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return 0, 0, err
		}
		*into = kib << 10
	}
	if now == 0 || peak == 0 {
		return 0, 0, fmt.Errorf("/proc tells no memory of the process")
	}
	return now, peak, nil
}
