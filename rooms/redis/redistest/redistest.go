// Package redistest runs real Redis servers for tests: one server, a primary and
// a replica with Sentinels, or a Cluster of three nodes. If there is no server
// program, the test fails; it is never skipped.
package redistest

import (
	"context"
	"maps"
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
	startLimit = 15 * time.Second      // for a server to reply
	agreeLimit = time.Minute           // for several servers to agree; they may have to vote again
	pollEvery  = 10 * time.Millisecond // between two checks of a condition
	startTries = 5                     // another program may take a port first

	firstPort, lastPort = 10_000, 32_767
	portTries           = 100
)

func init() { logging.Disable() } // tests make servers fail

// Server is a server process on a loopback port that keeps nothing on disk. It
// ends with the test that started it. Its methods are not safe for concurrent
// use. If they fail, they end the test.
type Server struct {
	t      testing.TB
	args   []string
	line   func(s *Server) []string // returns the command line for the current port
	port   int
	bus    int           // the port for the other nodes of a Cluster
	tls    int           // the port for TLS; 0: none
	cert   string        // file, with TLS
	key    string        // file, with TLS
	cmd    *exec.Cmd     // nil if no process runs
	exited chan struct{} // closed when the process has ended
	paused bool
	client *redis.Client
}

// Start runs a server and waits until it replies. The arguments are added to its
// command line, except WithTLS.
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

// Addr returns host:port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL returns the URL for clients.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Client returns a plain client for inspecting the server. It ends with the test.
func (s *Server) Client() *redis.Client { return s.client }

// Kill ends the process as a power cut would. It does nothing if no process
// runs.
func (s *Server) Kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.exited
		s.cmd, s.paused = nil, false
	}
}

// Runs reports whether there is a process, even a paused one.
func (s *Server) Runs() bool { return s.cmd != nil }

// Restart runs a new, empty process on the same port, after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("the Redis server still runs")
	}
	if !s.run() {
		s.t.Fatal("the Redis server does not start again")
	}
}

// Pause suspends the process: its connections stay open, and it does not reply.
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

// Stop suspends a child process until it gets a SIGCONT. When Stop returns, all
// threads have stopped: after the signal alone, some run on until the one that
// handles it gets a processor.
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

// Resume resumes a paused process.
func (s *Server) Resume() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		s.t.Fatal("resuming the Redis server: ", err)
	}
	s.paused = false
}

// KillClients makes the server close all connections of a kind except its own
// client's: "pubsub" for those that subscribe, "normal" for the others.
func (s *Server) KillClients(kind string) {
	s.t.Helper()
	// SKIPME: the client needs the reply.
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
		s.t.Fatal("finding the logs of large commands: ", err)
	}
	for _, option := range slices.Sorted(maps.Keys(has)) {
		s.Config(option, "-1")
	}
}

// Keys returns all keys of the server that have not expired.
func (s *Server) Keys() []string {
	s.t.Helper()
	keys, err := s.client.Keys(s.t.Context(), "*").Result()
	if err != nil {
		s.t.Fatal("listing the keys: ", err)
	}
	return keys
}

// run starts the process and reports whether it replied in time.
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
		// Another server may reply on the port.
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

// freePort returns a port that nobody listens on at this moment. It is outside
// the range for outgoing connections, one of which could take it before the
// server does, or while the server is down.
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

// poll calls met until it reports true. It reports whether that happened in time.
func poll(ctx context.Context, limit time.Duration, met func(context.Context) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !met(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
