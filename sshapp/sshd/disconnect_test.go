package sshd

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

func TestWhoIsCutReadsWhy(t *testing.T) {
	addr, _ := startServer(t, echoScreen, shortLimits())
	t.Run("without a key exchange", func(t *testing.T) {
		t.Parallel()
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(sshtest.Patience))
		got, err := io.ReadAll(conn)
		if !strings.HasSuffix(string(got), string(disconnectPacket(byApplication, "no key exchange began in time"))) {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("without a session", func(t *testing.T) {
		t.Parallel()
		_, stderr, err := sshtest.OpenSSH(t, addr, nil, "-N", "")
		if err == nil || !strings.Contains(stderr, "no session was opened in time") {
			t.Errorf("%v, %q", err, stderr)
		}
	})
	t.Run("for its requests", func(t *testing.T) {
		t.Parallel()
		c := sshtest.Dial(t, addr, "new")
		for range 2 * abuseFactor * defaults.MaxRequests {
			if _, _, err := c.SendRequest("tcpip-forward", false, nil); err != nil {
				break
			}
		}
		if err := c.Wait(); err == nil || !strings.Contains(err.Error(), ErrFlood.Error()) {
			t.Errorf("it reads %v", err)
		}
	})
}

// What a session asks for too much ends it alone, before its shell as well as in it. What
// the connection asks for ends all its sessions. Their handlers can give the terminal back.
func TestSessionsOfAFloodSayGoodbye(t *testing.T) {
	addr, _ := startServer(t, func(sess ssh.Session, _ *Terminal) {
		io.WriteString(sess, "hello")
		<-sess.Context().Done()
		fmt.Fprintf(sess, "goodbye: %v", context.Cause(sess.Context()))
	}, Config{})
	c := sshtest.Dial(t, addr, "new")
	flood := func(request func()) {
		for range 2 * abuseFactor * defaults.MaxRequests {
			request()
		}
	}
	chat := sshtest.Shell(t, c)
	chat.Shows(t, "hello")
	for _, begin := range []bool{false, true} {
		w := sshtest.Open(t, c)
		want := ErrFlood.Error()
		if begin {
			w.Asks(t, "shell", nil)
			w.Shows(t, "hello")
			want = "goodbye: " + want
		}
		flood(func() { w.SendRequest("signal", false, gossh.Marshal(struct{ Name string }{"INT"})) })
		sshtest.Eventually(t, "it is told why", func() bool { return strings.Contains(w.Out.String()+w.Err.String(), want) })
		w.Ends(t)
	}
	select {
	case <-chat.Ended:
		t.Fatal("the other session ended")
	default:
	}
	flood(func() { c.SendRequest("tcpip-forward", false, nil) })
	chat.Shows(t, "goodbye: "+ErrFlood.Error())
	chat.Ends(t)
	if err := c.Wait(); err == nil || !strings.Contains(err.Error(), ErrFlood.Error()) {
		t.Errorf("it reads %v", err)
	}
}
