//go:build unix

package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// manager starts wick as systemd does: with a socket that outlives it, and one that
// hears its state.
type manager struct {
	t      *testing.T
	socket *os.File
	notify string // path
	states sshtest.Buffer
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{t: t, notify: filepath.Join(t.TempDir(), "notify")}
	m.socket = socketOf(t, "tcp", "127.0.0.1:0")
	states, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var b [4096]byte
		for {
			n, err := states.Read(b[:])
			if err != nil {
				return
			}
			m.states.Write(append(b[:n], '\n'))
		}
	}()
	t.Cleanup(func() { states.Close(); <-done })
	return m
}

// socketOf returns a socket that listens.
func socketOf(t *testing.T, network, addr string) *os.File {
	t.Helper()
	ln, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	socket, err := ln.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	return socket
}

// command returns a command that runs wick with sockets. The shell has the process ID
// that wick will have.
func (m *manager) command(home string, sockets []*os.File, args ...string) *exec.Cmd {
	cmd := wick(m.t.Context(), home, args...)
	cmd.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$0" "$@"`}, cmd.Args...)
	cmd.Path = "/bin/sh"
	cmd.ExtraFiles = sockets
	cmd.Env = append(cmd.Env, "LISTEN_FDS="+string(rune('0'+len(sockets))), "NOTIFY_SOCKET="+m.notify, "WATCHDOG_USEC=200000")
	return cmd
}

// hears waits until the service said something that matches.
func (m *manager) hears(pattern string) {
	m.t.Helper()
	matches := regexp.MustCompile(pattern).MatchString
	sshtest.Eventually(m.t, pattern, func() bool { return matches(m.states.String()) })
}

// Connections wait in systemd's socket while the server restarts, and with rooms in a
// Redis nobody with a key loses anything.
func TestARestartThroughSystemdsSocketLosesNobodyWithAKey(t *testing.T) {
	t.Parallel()
	m, home, db := newManager(t), t.TempDir(), redistest.Start(t)
	start := func() *process {
		return begin(t, m.command(home, []*os.File{m.socket}, "--redis", db.URL(), "--listen", "192.0.2.1:1")) // which is nobody's
	}
	p := start()
	m.hears(`^READY=1\n`)
	m.hears(`STATUS=0 rooms, 0 people\nWATCHDOG=1\n`)

	key := func() []string {
		_, file := sshtest.NewKey(t)
		return []string{"-o", "IdentitiesOnly=yes", "-i", file}
	}
	anns, bobs := key(), key()
	ann := sit(t, p.port, "new", 80, 24, anns...)
	room := ann.room()
	bob := sit(t, p.port, room, 80, 24, bobs...)
	ann.sees("2/16")
	ann.Type("/nick ann\r")
	bob.sees("is now ann")
	bob.Type("before\r")
	ann.sees("before")
	m.hears(`STATUS=1 room, 2 people\nWATCHDOG=1\n`)

	p.cmd.Process.Signal(syscall.SIGTERM)
	for _, s := range []*seat{ann, bob} {
		if status, left := s.leaves(); status != 1 || !strings.Contains(left, "going down") {
			t.Errorf("status %d, on the screen:\n%s", status, left)
		}
	}
	if status := p.ends(); status != exitFine {
		t.Errorf("status %d; its log:\n%s", status, p.log)
	}
	m.hears(`STOPPING=1\nSTATUS=Going down\n$`)

	// Nobody serves now.
	ann = sit(t, p.port, room, 80, 24, anns...)
	bob = sit(t, p.port, room, 80, 24, bobs...)
	start()
	for _, s := range []*seat{ann, bob} {
		s.sees("before")
		s.sees("2/16")
	}
	ann.Type("after\r")
	bob.sees("ann  after")
}

func TestASocketOfSystemdThatCannotServeIsOneSentence(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	unix := socketOf(t, "unix", filepath.Join(t.TempDir(), "socket"))
	out, err := m.command(t.TempDir(), []*os.File{m.socket, unix}).CombinedOutput()
	if status := statusOf(t, err); status != exitFailed || !strings.Contains(string(out), "not a TCP port") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("status %d, %q", status, out)
	}
}
