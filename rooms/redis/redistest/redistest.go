// Package redistest runs real Redis servers for tests: one, a primary and its
// replica under the watch of Sentinels, or a Cluster of three. A test that needs
// one and finds no server program fails; it never passes without having run.
package redistest

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

const (
	startLimit = 15 * time.Second      // for a server to answer
	agreeLimit = time.Minute           // for several to agree; they may have to vote anew
	pollEvery  = 10 * time.Millisecond // between two looks at what is waited for
	startTries = 5                     // ports that somebody else may take first

	firstPort, lastPort = 10_000, 32_767
	portTries           = 100
)

func init() { logging.Disable() } // servers fail here on purpose

// Server is a server process on a loopback port, with nothing on disk. It ends
// with the test that started it. Its methods are for one goroutine at a time
// and fail the test where they cannot do what they say.
type Server struct {
	t      testing.TB
	args   []string
	line   func(s *Server) []string // the command line at the present port
	port   int
	bus    int           // the port by which the nodes of a Cluster talk to each other
	tls    int           // the port for TLS; 0: none
	cert   string        // file; with TLS
	key    string        // file; with TLS
	cmd    *exec.Cmd     // nil while no process runs
	exited chan struct{} // closed when the process has ended
	paused bool
	client *redis.Client
}

// Start runs a server and waits until it answers. The arguments are added to
// its command line; WithTLS is one of them.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	plain := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == WithTLS })
	withTLS := len(plain) < len(args)
	plain = append([]string{
		"--dir", t.TempDir(), "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--enable-debug-command", "yes",
	}, plain...)
	return start(t, plain, withTLS, func(s *Server) []string {
		line := append([]string{"--port", strconv.Itoa(s.port), "--cluster-port", strconv.Itoa(s.bus)}, s.args...)
		for _, option := range s.tlsOptions() {
			line = append(line, "--"+option[0], option[1])
		}
		return line
	})
}

func start(t testing.TB, args []string, withTLS bool, line func(*Server) []string) *Server {
	t.Helper()
	s := &Server{t: t, args: args, line: line}
	if withTLS {
		s.cert, s.key = certificate(t)
	}
	t.Cleanup(s.Kill)
	for range startTries {
		s.port, s.bus = freePort(t), freePort(t)
		if withTLS {
			s.tls = freePort(t)
		}
		if s.run() {
			s.client = redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DisableIdentity: true})
			t.Cleanup(func() { s.client.Close() })
			return s
		}
	}
	t.Fatal("the Redis server does not start")
	return nil
}

// Addr is host:port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is what a client connects to.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Client is a plain client for looking at the server. It ends with the test.
func (s *Server) Client() *redis.Client { return s.client }

// Kill ends the process as a power cut would. A dead one may be killed.
func (s *Server) Kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.exited
		s.cmd, s.paused = nil, false
	}
}

// Runs tells whether there is a process, be it a paused one.
func (s *Server) Runs() bool { return s.cmd != nil }

// Restart runs a new and empty process on the same port, after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("the Redis server still runs")
	}
	if !s.run() {
		s.t.Fatal("the Redis server does not start again")
	}
}

// Pause stops the process in its tracks: connections stay, nothing answers.
func (s *Server) Pause() {
	s.t.Helper()
	if s.paused {
		return
	}
	if err := Stop(s.cmd.Process); err != nil {
		s.t.Fatal("stopping the Redis server: ", err)
	}
	s.paused = true
}

// Stop stops a child process in its tracks, until it gets a SIGCONT. When it
// returns, every thread of it stands still: after the signal alone some go on
// for as long as the one that is to see to it waits for a processor.
func Stop(p *os.Process) error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(p.Pid, &status, syscall.WUNTRACED, nil); err != syscall.EINTR {
			return err
		}
	}
}

// Resume lets a paused process go on.
func (s *Server) Resume() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		s.t.Fatal("resuming the Redis server: ", err)
	}
	s.paused = false
}

// KillClients has the server close all connections of a kind: "pubsub" those
// that listen, "normal" the others, except the one that asks.
func (s *Server) KillClients(kind string) {
	s.t.Helper()
	// SKIPME: whoever asks gets an answer.
	if err := s.client.Do(s.t.Context(), "CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes").Err(); err != nil {
		s.t.Fatal("closing connections: ", err)
	}
}

// Config sets an option of the server, such as "client-output-buffer-limit" to
// "pubsub 16kb 8kb 1".
func (s *Server) Config(option, value string) {
	s.t.Helper()
	if err := s.client.ConfigSet(s.t.Context(), option, value).Err(); err != nil {
		s.t.Fatalf("setting %s: %v", option, err)
	}
}

// LogNoLargeCommands turns off the logs of large requests and replies, on servers
// that have them.
func (s *Server) LogNoLargeCommands() {
	s.t.Helper()
	has, err := s.client.ConfigGet(s.t.Context(), "commandlog-*-larger-than").Result()
	if err != nil {
		s.t.Fatal("asking for the logs of large commands: ", err)
	}
	for option := range has {
		s.Config(option, "-1")
	}
}

// Keys are all keys of the server that have not expired.
func (s *Server) Keys() []string {
	s.t.Helper()
	keys, err := s.client.Keys(s.t.Context(), "*").Result()
	if err != nil {
		s.t.Fatal("listing the keys: ", err)
	}
	return keys
}

// run starts the process and tells whether it came to answer.
func (s *Server) run() bool {
	s.t.Helper()
	cmd := exec.Command(program(s.t), s.line(s)...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal("starting the Redis server: ", err)
	}
	exited := make(chan struct{})
	go func() { // ends with the process, which Kill ends
		cmd.Wait()
		close(exited)
	}()
	s.cmd, s.exited = cmd, exited
	probe := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1, DisableIdentity: true})
	defer probe.Close()
	up := false
	poll(s.t.Context(), startLimit, func(ctx context.Context) bool {
		select {
		case <-exited: // the port was taken
			return true
		default:
		}
		// Whoever answers on the port must be the process just started.
		info, err := probe.InfoMap(ctx, "server").Result()
		up = err == nil && info["Server"]["process_id"] == strconv.Itoa(cmd.Process.Pid)
		return up
	})
	if !up {
		s.Kill()
	}
	return up
}

func program(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("these tests need redis-server or valkey-server in PATH")
	return ""
}

// freePort is a port that nobody listens on at this moment. It is none that
// systems give to outgoing connections, for one of those could take it before
// the server does, or while it is down.
func freePort(t testing.TB) int {
	t.Helper()
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// poll asks until the answer is yes, and tells whether it came in time.
func poll(ctx context.Context, limit time.Duration, ask func(context.Context) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !ask(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
