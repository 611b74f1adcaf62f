package main

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
)

// leaseLimit bounds how long the members on a dead server stay in rosters.
const leaseLimit = 30 * time.Second

func TestMembersOfAKilledServerDisappear(t *testing.T) {
	t.Parallel()
	db, home := redistest.Start(t), t.TempDir()
	one, two := serve(t, home, "--redis", db.URL()), serve(t, home, "--redis", db.URL())
	ann := sit(t, one.port, "new+2p", 80, 24)
	room := ann.room()
	sit(t, two.port, room, 80, 24)
	ann.sees("2/2")
	died := time.Now()
	two.cmd.Process.Kill()
	if status, left := sit(t, one.port, room, 80, 24).leaves(); status != 4 || !strings.Contains(left, "full") {
		t.Errorf("the third in a room of two: status %d, %q", status, left)
	}
	ann.Screen.WaitForText(t, leaseLimit+sshtest.Patience, "1/2")
	if took := time.Since(died); took > leaseLimit {
		t.Errorf("the members of a dead server stayed for %v", took)
	}
	sit(t, one.port, room, 80, 24).sees("2/2")
	ann.sees("2/2")
}

// said returns the messages on the screen of the form "m7", in order.
func (s *seat) said() []string {
	message := regexp.MustCompile(`^m\d+$`) // matches no part of a room's name
	return slices.DeleteFunc(strings.Fields(s.Screen.Text()), func(word string) bool { return !message.MatchString(word) })
}

// seesAll waits until the screen shows the messages m1 to mN, each once and in
// order.
func (s *seat) seesAll(n int) {
	s.t.Helper()
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("m%d", i+1))
	}
	s.Screen.WaitFor(s.t, sshtest.Patience, func(string) bool { return slices.Equal(s.said(), want) })
}

func TestASuspendedServerCatchesUp(t *testing.T) {
	t.Parallel()
	db, home := redistest.Start(t), t.TempDir()
	one, two := serve(t, home, "--redis", db.URL(), "--rate", "0"), serve(t, home, "--redis", db.URL(), "--rate", "0")
	ann := sit(t, one.port, "new", 80, 24)
	bob := sit(t, two.port, ann.room(), 80, 24)
	ann.sees("2/16")
	if err := redistest.Stop(two.cmd.Process); err != nil {
		t.Fatal(err)
	}
	bob.Type("m7\r") // waits in the socket
	for i := range 6 {
		ann.Type(fmt.Sprintf("m%d\r", i+1))
		ann.seesAll(i + 1)
	}
	two.cmd.Process.Signal(syscall.SIGCONT)
	ann.seesAll(7)
	bob.seesAll(7)
	ann.Type("m8\r")
	bob.seesAll(8)
}

func TestARoomSurvivesTheTerminationOfAServer(t *testing.T) {
	t.Parallel()
	db, home := redistest.Start(t), t.TempDir()
	one, two := serve(t, home, "--redis", db.URL(), "--grace", "5s"), serve(t, home, "--redis", db.URL())
	ann := sit(t, one.port, "new", 80, 24)
	room := ann.room()
	bob := sit(t, two.port, room, 80, 24)
	ann.sees("2/16")
	bob.Type("m1\r")
	ann.seesAll(1)
	// An open connection keeps the server running until its grace period ends.
	idle, err := net.Dial("tcp", "127.0.0.1:"+one.port)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()

	one.cmd.Process.Signal(syscall.SIGTERM)
	if status, left := ann.leaves(); status != 1 || !strings.Contains(unspaced(left), unspaced(room+" burns on: reconnect.")) {
		t.Errorf("status %d, on the screen:\n%s", status, left)
	}
	if status, left := sit(t, one.port, room, 80, 24).leaves(); status != 255 {
		t.Errorf("a session began while the server drained: status %d, %q", status, left)
	}
	if status := one.ends(); status != exitFine {
		t.Errorf("the server's status is %d; its log:\n%s", status, one.log)
	}
	bob.Type("m2\r")
	bob.seesAll(2)
	again := sit(t, two.port, room, 80, 24)
	again.seesAll(2)
	again.Type("m3\r")
	bob.seesAll(3)
}

func TestAClosedLogEndsNothing(t *testing.T) {
	t.Parallel()
	reads, writes, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writes.Close()
	cmd := wick(t.Context(), t.TempDir(), "--listen", "127.0.0.1:0")
	cmd.Stderr = writes
	p := begin(t, cmd)
	ann := sit(t, p.port, "new", 80, 24)
	ann.room()
	reads.Close()
	p.cmd.Process.Signal(syscall.SIGTERM) // which it logs
	if status, left := ann.leaves(); status != 1 || !strings.Contains(left, "going down") {
		t.Errorf("status %d, on the screen:\n%s", status, left)
	}
	if status := p.ends(); status != exitFine {
		t.Errorf("the server's status is %d", status)
	}
}

func TestALogThatNobodyReadsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	reads, writes, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reads.Close()
	cmd := wick(t.Context(), t.TempDir(), "--listen", "127.0.0.1:0")
	cmd.Stderr = writes
	if err := fill(writes); err != nil {
		t.Fatal(err)
	}
	p := begin(t, cmd)
	ann := sit(t, p.port, "new", 80, 24)
	ann.room()
	p.cmd.Process.Signal(syscall.SIGTERM) // which it logs
	if status, left := ann.leaves(); status != 1 || !strings.Contains(left, "going down") {
		t.Errorf("status %d, on the screen:\n%s", status, left)
	}
	if status := p.ends(); status != exitFine {
		t.Errorf("the server's status is %d", status)
	}
}

// fill fills a pipe that nobody reads.
func fill(pipe *os.File) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Write(func(fd uintptr) bool {
		for _, size := range []int{4096, 1} {
			for err := error(nil); err == nil; {
				_, err = syscall.Write(int(fd), make([]byte, size))
			}
		}
		return true
	})
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }
