package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// asWick names an environment variable that makes the test binary run as wick.
const asWick = "WICK_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asWick) != "" {
		os.Unsetenv(asWick)
		main()
	}
	os.Exit(m.Run())
}

func wick(ctx context.Context, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asWick+"=1", "HOME="+home, "XDG_STATE_HOME=")
	return cmd
}

// process is a running server.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	port string
	log  *sshtest.Buffer
	done chan error
}

// serve starts a server on a free port and waits until it prints its join
// command.
func serve(t *testing.T, home string, args ...string) *process {
	t.Helper()
	return begin(t, wick(context.Background(), home, append([]string{"--listen", "127.0.0.1:0"}, args...)...))
}

// begin is serve for a command. It collects the log if cmd.Stderr is nil.
func begin(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, log: &sshtest.Buffer{}, done: make(chan error, 1)}
	if cmd.Stderr == nil {
		cmd.Stderr = p.log
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); <-p.done })
	line := make(chan string, 1)
	go func() {
		var b [200]byte
		n, _ := out.Read(b[:])
		line <- string(b[:n])
		io.Copy(io.Discard, out)
		p.done <- p.cmd.Wait()
		close(p.done)
	}()
	select {
	case got := <-line:
		m := regexp.MustCompile(`^ssh (?:-p (\d+) )?new@[a-z.]+\n$`).FindStringSubmatch(got)
		if m == nil {
			t.Fatalf("the server printed %q, and logged:\n%s", got, p.log)
		}
		p.port = m[1]
	case <-time.After(sshtest.Patience):
		t.Fatalf("the server printed nothing, and logged:\n%s", p.log)
	}
	return p
}

// In a container the server cannot know how people reach it, and says so.
func TestAServerInAContainerAsksForItsPublicHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env  string
		args []string
		asks bool
	}{
		{"KUBERNETES_SERVICE_HOST=10.96.0.1", []string{"--listen", ":0"}, true},
		{"container=podman", []string{"--listen", ":0"}, true},
		{"container=podman", []string{"--listen", ":0", "--public-host", "[2001:db8::1]:2222"}, false},
		{"container=podman", []string{"--listen", "127.0.0.1:0"}, false},
	} {
		cmd := wick(t.Context(), t.TempDir(), tt.args...)
		cmd.Env = append(cmd.Env, tt.env)
		var out, log sshtest.Buffer
		cmd.Stdout, cmd.Stderr = &out, &log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sshtest.Eventually(t, "the command to join", func() bool { return strings.Contains(out.String(), " new@") })
		cmd.Process.Signal(os.Interrupt)
		if status := statusOf(t, cmd.Wait()); status != 0 {
			t.Errorf("%q: status %d", tt.args, status)
		}
		for _, got := range []string{out.String(), log.String()} {
			if strings.Contains(got, "--public-host") != tt.asks {
				t.Errorf("%q: printed %q", tt.args, got)
			}
		}
		if tt.args[1] == ":0" && !tt.asks && !strings.HasPrefix(out.String(), "ssh -p 2222 new@2001:db8::1\n") {
			t.Errorf("%q: printed %q", tt.args, out.String())
		}
	}
}

// ends waits for the process to end and returns its exit status.
func (p *process) ends() int {
	p.t.Helper()
	select {
	case err := <-p.done:
		return statusOf(p.t, err)
	case <-time.After(sshtest.Patience):
		p.t.Fatalf("the process does not end; its log:\n%s", p.log)
		return -1
	}
}

func statusOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		t.Fatal(err)
		return -1
	}
}

// seat is an OpenSSH client in a terminal.
type seat struct {
	t *testing.T
	*uitest.Program
}

func sshArgs(port string, more ...string) []string {
	return append([]string{"-F", "none", "-p", port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "IdentityAgent=none"}, more...)
}

func sit(t *testing.T, port, user string, width, height int, options ...string) *seat {
	t.Helper()
	cmd := exec.Command("ssh", sshArgs(port, append(options, user+"@localhost")...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=xterm-256color")
	return &seat{t, uitest.Run(t, cmd, width, height)}
}

func (s *seat) sees(text string) string {
	s.t.Helper()
	return s.Screen.WaitForText(s.t, sshtest.Patience, text)
}

func (s *seat) room() string {
	s.t.Helper()
	name := regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)
	return name.FindString(s.Screen.WaitFor(s.t, sshtest.Patience, name.MatchString))
}

// leaves waits for the client to end and returns its exit status and what is left
// on the screen.
func (s *seat) leaves() (int, string) {
	s.t.Helper()
	err := s.Wait(sshtest.Patience)
	return statusOf(s.t, err), strings.TrimSpace(s.Screen.Text())
}

func TestTwoProcessesShareRoomsAndNothingIsLeft(t *testing.T) {
	t.Parallel()
	db, home := redistest.Start(t, "--slowlog-max-len", "0"), t.TempDir()
	db.LogNoLargeCommands()
	one, two := serve(t, home, "--redis", db.URL()), serve(t, home, "--redis", db.URL())
	ann := sit(t, one.port, "new+20s", 80, 24)
	room := ann.room()
	bob := sit(t, two.port, room, 80, 24)
	ann.sees("2/16")
	bob.Type("hello from the other process\r")
	ann.sees("hello from the other process")
	for _, s := range []*seat{ann, bob} {
		status, left := s.leaves()
		if want := room + " burned out: 1 message wiped. No key is left in Redis."; status != 0 || strings.Join(strings.Fields(left), " ") != want {
			t.Errorf("status %d, on the screen:\n%s\nwant 0 and %q", status, left, want)
		}
	}
	if left := db.Keys(); len(left) != 0 {
		t.Errorf("left in Redis: %q", left)
	}
	for _, p := range []*process{one, two} {
		if log := p.log.String(); strings.Contains(log, room) || strings.Contains(log, "hello") || strings.Contains(log, "127.0.0.1") {
			t.Errorf("the log reveals too much:\n%s", log)
		}
	}
}

func TestARoomExpiresEvenIfAllServersAreDead(t *testing.T) {
	t.Parallel()
	db := redistest.Start(t)
	p := serve(t, t.TempDir(), "--redis", db.URL())
	ann := sit(t, p.port, "new+12s", 80, 24)
	ann.room()
	ann.Type("the dead tell no tales\r")
	ann.sees("the dead tell no tales")
	lit := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	readable := func() (keys []string) {
		for _, k := range db.Keys() {
			// The index contains no names and no text.
			if k != "e4:due" {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if len(readable()) == 0 {
		t.Fatal("the room is not in Redis")
	}
	for len(readable()) > 0 {
		if time.Since(lit) > sshtest.Patience {
			t.Fatalf("readable after the deadline: %q", readable())
		}
		<-time.After(50 * time.Millisecond)
	}
	// The next server deletes what is left.
	serve(t, t.TempDir(), "--redis", db.URL())
	for start := time.Now(); len(db.Keys()) > 0; <-time.After(50 * time.Millisecond) {
		if time.Since(start) > sshtest.Patience {
			t.Fatalf("left in Redis: %q", db.Keys())
		}
	}
}

// SIGHUP comes when the terminal that runs the server is closed, more than once.
func TestTerminationDrains(t *testing.T) {
	t.Parallel()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // if this process ignored it, as under nohup, so would those it starts
	defer signal.Stop(hangups)
	for _, signals := range [][]syscall.Signal{{syscall.SIGTERM}, {syscall.SIGHUP, syscall.SIGHUP}} {
		p := serve(t, t.TempDir())
		ann := sit(t, p.port, "new", 80, 24)
		ann.room()
		for _, s := range signals {
			p.cmd.Process.Signal(s)
		}
		if status := p.ends(); status != exitFine {
			t.Errorf("%v: the server's status is %d; its log:\n%s", signals, status, p.log)
		}
		if status, left := ann.leaves(); status != 1 || !strings.Contains(left, "going down") {
			t.Errorf("%v: status %d, on the screen:\n%s", signals, status, left)
		}
	}
}

func TestUnknownCommandsAreRefused(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, args := range [][]string{
		{"new@localhost", "uptime"}, {"-tt", "plans+5x@localhost"}, {"-tt", "new@localhost", "uptime"}, {"plans@localhost", "scp -t /tmp"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
		cmd := exec.CommandContext(ctx, "ssh", sshArgs(p.port, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.CombinedOutput()
		cancel()
		if status := statusOf(t, err); status != 2 || !strings.HasPrefix(string(out), "wick: ") {
			t.Errorf("ssh %v: status %d, %q", args, status, out)
		}
	}
	sit(t, p.port, "new", 80, 24).room()
}

// once runs the program until it ends.
func once(t *testing.T, home string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	cmd := wick(ctx, home, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	return statusOf(t, cmd.Run()), out.String(), err.String()
}

func TestStartupErrorsAreOneSentence(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	spoiled := func(file string, spoil func(path string) error) string {
		home := t.TempDir()
		p := serve(t, home, "--data-dir", filepath.Join(home, "data"))
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.ends()
		if err := spoil(filepath.Join(home, "data", file)); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(home, "data")
	}
	open := spoiled("host_ed25519", func(path string) error { return os.Chmod(path, 0o644) })
	corrupt := spoiled("secret", func(path string) error { return os.WriteFile(path, []byte("wick\n"), 0o600) })

	for _, tt := range []struct {
		name   string
		args   []string
		status int
		says   []string
	}{
		{"unknown flag", []string{"--frobnicate"}, exitUsage, []string{"--frobnicate", "--help"}},
		{"unknown command", []string{"frobnicate"}, exitUsage, []string{"frobnicate", "--help"}},
		{"not a duration", []string{"--ttl", "soon"}, exitUsage, []string{"--ttl"}},
		{"countdown too short", []string{"--ttl", "1s"}, exitUsage, []string{"--ttl", "10 s"}},
		{"default countdown above the maximum", []string{"--ttl", "2h", "--max-ttl", "1h"}, exitUsage, []string{"--max-ttl"}},
		{"no rate at all", []string{"--rate", "NaN"}, exitUsage, []string{"--rate", "0 or more"}},
		{"too much at once", []string{"--burst", "9999999999"}, exitUsage, []string{"--burst", "too large"}},
		{"a ban list without a name", []string{"--banned", ""}, exitUsage, []string{"--banned"}},
		{"no places", []string{"--seats", "0"}, exitUsage, []string{"--seats"}},
		{"unknown log format", []string{"--log-format", "xml"}, exitUsage, []string{"log-format"}},
		{"port in use", []string{"--listen", taken.Addr().String()}, exitFailed, []string{taken.Addr().String(), "in use", "--listen"}},
		{"second port in use", []string{"--listen", "127.0.0.1:0," + taken.Addr().String()}, exitFailed, []string{taken.Addr().String(), "in use", "--listen"}},
		{"no address to listen on", []string{"--listen", ""}, exitUsage, []string{"--listen"}},
		{"no address to check", []string{"healthcheck", "--listen", ""}, exitUsage, []string{"--listen"}},
		{"no address to examine", []string{"doctor", "--listen", ""}, exitUsage, []string{"--listen"}},
		{"not a network", []string{"--proxy-from", "10.0.0.0/33"}, exitUsage, []string{"--proxy-from", "10.0.0.0/33"}},
		{"IPv6 without brackets", []string{"--listen", "::1:2222"}, exitFailed, []string{"[::1]:2222"}},
		{"IPv6 without a port", []string{"--listen", "fe80::1%lo"}, exitFailed, []string{"[fe80::1%lo]:2222"}},
		{"no host", []string{"--public-host", "ssh://chat.example.org"}, exitUsage, []string{"--public-host", "[2001:db8::1]:2222"}},
		{"no such address", []string{"--listen", "256.0.0.1:1"}, exitFailed, []string{"256.0.0.1:1"}},
		{"port of the metrics in use", []string{"--listen", "127.0.0.1:0", "--metrics", taken.Addr().String()}, exitFailed, []string{taken.Addr().String(), "in use", "--metrics"}},
		{"unreachable Redis", []string{"--listen", "127.0.0.1:0", "--redis", "redis://user:hunter2@" + closed.Addr().String()}, exitFailed, []string{closed.Addr().String(), "refused"}},
		{"certificates for no Redis", []string{"--redis-ca", os.Args[0]}, exitUsage, []string{"--redis-ca", "need --redis:"}},
		{"a doctor with certificates for no Redis", []string{"doctor", "--redis-server-name", "redis.example"}, exitUsage, []string{"--redis-server-name", "need --redis:"}},
		{"not a URL", []string{"--listen", "127.0.0.1:0", "--redis", "localhost"}, exitFailed, []string{"redis://"}},
		{"host key readable by others", []string{"--data-dir", open}, exitFailed, []string{"host_ed25519", "chmod 600"}},
		{"corrupt secret", []string{"--data-dir", corrupt}, exitFailed, []string{"secret"}},
		{"data folder is a file", []string{"--data-dir", os.Args[0]}, exitFailed, []string{os.Args[0]}},
		{"no server to check", []string{"healthcheck", "--listen", closed.Addr().String()}, exitFailed, []string{"no server"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			status, stdout, stderr := once(t, t.TempDir(), tt.args...)
			if status != tt.status || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "wick: ") {
				t.Errorf("status %d, printed %q and %q after %v; want status %d and one line", status, stdout, stderr, time.Since(start), tt.status)
			}
			for _, s := range tt.says {
				if !strings.Contains(stderr, s) {
					t.Errorf("printed %q, which lacks %q", stderr, s)
				}
			}
			if strings.Contains(stderr, "hunter2") {
				t.Errorf("printed a password: %q", stderr)
			}
		})
	}
}

func TestHelpVersionAndHealthcheck(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--help"}, "serve"},
		{[]string{"serve", "--help"}, "WICK_REDIS"},
		{[]string{"version"}, "go1"},
		{[]string{"names"}, "\ndocker\n"},
		{[]string{"healthcheck", "--listen", "127.0.0.1:" + p.port}, ""},
	} {
		status, stdout, stderr := once(t, t.TempDir(), tt.args...)
		if status != exitFine || stderr != "" || !strings.Contains(stdout, tt.says) {
			t.Errorf("%v: status %d, printed %q and %q", tt.args, status, stdout, stderr)
		}
	}
}

func TestTheDataFolderIsPrivateAndKept(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	fingerprint := func() string {
		p := serve(t, home)
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.ends()
		return regexp.MustCompile(`SHA256:\S+`).FindString(p.log.String())
	}
	first := fingerprint()
	for _, file := range []string{"host_ed25519", "secret"} {
		info, err := os.Stat(filepath.Join(home, ".local", "state", "wick", file))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("%s has mode %v", file, info.Mode())
		}
	}
	if again := fingerprint(); first == "" || again != first {
		t.Errorf("the host key was %q and is %q", first, again)
	}
}

func TestFlagsComeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	cmd := wick(ctx, t.TempDir())
	cmd.Env = append(cmd.Env, "WICK_TTL=1s")
	out, err := cmd.CombinedOutput()
	if status := statusOf(t, err); status != exitUsage || !strings.Contains(string(out), "--ttl") {
		t.Errorf("status %d, %q", status, out)
	}
}

// A compose file or an environment file often has variables that are set to nothing.
func TestAVariableSetToNothingIsNotGiven(t *testing.T) {
	t.Parallel()
	home, elsewhere := t.TempDir(), t.TempDir()
	cmd := wick(context.Background(), home, "--listen", "127.0.0.1:0")
	cmd.Dir = elsewhere
	cmd.Env = append(cmd.Env, "WICK_DATA_DIR=", "WICK_NOTICE=", "WICK_REDIS=", "WICK_REDIS_CA=", "WICK_PROXY_FROM=", "WICK_PUBLIC_HOST=", "WICK_METRICS=")
	begin(t, cmd)
	if _, err := os.Stat(filepath.Join(home, ".local", "state", "wick", "host_ed25519")); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(elsewhere); err != nil || len(files) > 0 {
		t.Errorf("in the current folder: %v, %v", files, err)
	}
}
