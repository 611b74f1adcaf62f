package sshd

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

func TestARefusedClientReadsWhy(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Config{Limits: Limits{MaxConnsPerSource: 1}})
	sshtest.Dial(t, addr, "new")
	_, err := gossh.Dial("tcp", addr, sshtest.ClientConfig())
	if err == nil || !strings.Contains(err.Error(), farewells[TooManyConnsFromSource]) {
		t.Errorf("%v", err)
	}
	if _, stderr, err := sshtest.OpenSSH(t, addr, nil, "whoami"); err == nil || !strings.Contains(stderr, farewells[TooManyConnsFromSource]) {
		t.Errorf("OpenSSH: %v, %q", err, stderr)
	}
}

func TestARefusedConnectionIsClosedSoon(t *testing.T) {
	addr, s := startServer(t, echoScreen, Config{Limits: Limits{MaxConnsPerSource: 1}})
	sshtest.Dial(t, addr, "new")
	var conns []net.Conn
	for range maxRefused + 50 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
		s.tracker.refusals.mu.Lock()
		if n := len(s.tracker.refusals.paused); n > maxRefused {
			t.Errorf("%d are open", n)
		}
		s.tracker.refusals.mu.Unlock()
	}
	for _, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(sshtest.Patience))
		var timeout net.Error
		if _, err := io.Copy(io.Discard, conn); errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatal("a refused connection goes on")
		}
	}
}

func TestADisconnectMessageIsAWholePacket(t *testing.T) {
	for n := range 50 {
		p := disconnectPacket(tooManyConnections, strings.Repeat("x", n))
		length := int(p[0])<<24 | int(p[1])<<16 | int(p[2])<<8 | int(p[3])
		if len(p)%8 != 0 || length != len(p)-4 || p[4] < 4 || p[5] != 1 {
			t.Errorf("%d characters: % x", n, p)
		}
	}
}
