package sshapp

import (
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"

	"wick/keys"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// pausedConn is the network connection of a client that can be stopped: until it goes
// on, it takes nothing off the network and sends nothing.
type pausedConn struct {
	net.Conn
	mu sync.Mutex // held while the client is stopped
}

func (c *pausedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	return n, err
}

// A person whose client fell silent comes back with the same key, to their place and
// their name, though the room is full. If the client goes on, it reads why it ended.
func TestTheSameKeyTakesItsSilentSeatOver(t *testing.T) {
	t.Parallel()
	secret, store, server := keys.NewSecret(), embedded(t), redistest.Start(t)
	one, _ := startApp(t, store, secret, Config{})
	two, _ := startApp(t, store, secret, Config{})
	three, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	four, _ := startApp(t, openRedis(t, server, secret), secret, Config{})
	for name, addrs := range map[string][2]string{
		"one server": {one, one}, "two servers": {one, two}, "one server on Redis": {three, three}, "two servers on Redis": {three, four},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			takeOver(t, addrs[0], addrs[1])
		})
	}
}

// takeOver has somebody whose client stops at one server come back to another.
func takeOver(t *testing.T, from, to string) {
	key, _ := sshtest.NewKey(t)
	nc, err := net.Dial("tcp", from)
	if err != nil {
		t.Fatal(err)
	}
	conn := &pausedConn{Conn: nc}
	ann := sit(t, sshtest.Client(t, conn, "new+1p", key), sshtest.Pty(80, 24))
	room := ann.room()
	ann.says("/nick bob")
	ann.sees("is now bob")
	conn.mu.Lock()
	again := join(t, to, room, 80, 24, key)
	sshtest.Eventually(t, "the key gets its place", func() bool {
		select {
		case <-again.Ended:
			t.Fatalf("the key was refused: %q", again.Err.String())
		default:
		}
		return strings.Contains(again.screen.Text(), "1/1")
	})
	if got := again.alias(); got != "bob" {
		t.Errorf("came back as %q", got)
	}
	again.says("m1")
	again.sees("m1")
	conn.mu.Unlock()
	want := "You came back to " + room + " from elsewhere, and this session did not respond, so it has ended."
	if status := ann.leaves(); status != wording.ExitFailed || unspaced(ann.screen.Text()) != unspaced(want) {
		t.Errorf("status %d, screen:\n%s", status, ann.screen.Text())
	}
	again.says("m2")
	again.sees("m2")
}

// A client that is there keeps its seat: both sessions go on.
func TestASecondTerminalOfOneKeyGoesOn(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new+2p", 80, 24, key)
	again := join(t, addr, ann.room(), 80, 24, key)
	again.says("m1")
	ann.sees("m1")
	ann.says("m2")
	again.sees("m2")
	third := join(t, addr, ann.room(), 80, 24, key)
	if status := third.leaves(); status != wording.ExitFull {
		t.Errorf("a third session in two places: status %d, %q", status, third.Err.String())
	}
}

// OpenSSH that is stopped, as by Ctrl-Z of another program or a laptop that sleeps.
func TestAStoppedOpenSSHIsTakenOver(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	key, file := sshtest.NewKey(t)
	first := join(t, addr, "new+1p", 80, 24, key)
	room := first.room()
	first.says("/leave")
	first.leaves()
	args := []string{"-F", "none", "-p", port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i", file, room + "@" + host}
	stopped := startPeer(t, "ssh", args...)
	stopped.sees("Others join with")
	signal := func(sig syscall.Signal) {
		t.Helper()
		if err := stopped.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	// A script of the same key needs no seat of its own, and leaves that one alone.
	if out, err := runPeer(t, t.TempDir(), nil, "ssh", append(args, "post", "built")...); err != nil {
		t.Errorf("post: %v, %q", err, out)
	}
	signal(syscall.SIGCONT)
	stopped.sees("built")
	stopped.says("still here")
	stopped.sees("still here")
	signal(syscall.SIGSTOP)
	again := join(t, addr, room, 80, 24, key)
	again.says("m1")
	again.sees("m1")
	signal(syscall.SIGCONT)
	if err := stopped.Wait(sshtest.Patience); err == nil || !strings.Contains(unspaced(stopped.Screen.Text()), unspaced("You came back to "+room)) {
		t.Errorf("the stopped client ended with %v, screen:\n%s", err, stopped.Screen.Text())
	}
}
