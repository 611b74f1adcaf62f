package sshd

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"

	"wick/sshapp/sshtest"
)

func TestExpectedInputIsReadFaster(t *testing.T) {
	const n = 1 << 20
	for _, tt := range []struct {
		name   string
		expect func(c *conn)
		took   time.Duration
	}{
		{"not expected", func(*conn) {}, (n - 256<<10) / (8 << 10) * time.Second},
		{"expected", func(c *conn) { c.expected.begin(n) }, time.Second},
		{"half of it expected", func(c *conn) { c.expected.begin(n / 2) }, (n - n/2*9/8 - transferExtra - 256<<10) / (8 << 10) * time.Second},
		{"not any more", func(c *conn) { c.expected.begin(n); c.expected.end() }, (n - 256<<10) / (8 << 10) * time.Second},
		{"by another session", func(c *conn) { c.expected.begin(n); c.expected.begin(n); c.expected.end() }, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := newTestConn(t, Config{Limits: Limits{HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
				tt.expect(c)
				go func() {
					for range n >> 12 {
						peer.Write(make([]byte, 1<<12))
					}
				}()
				if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(c.opened); got < tt.took*9/10-time.Second || got > tt.took*11/10+time.Second {
					t.Errorf("1 MiB took %v, not %v", got, tt.took)
				}
			})
		})
	}
}

// Only a client that has read all of it confirms that.
func TestOutputIsAcknowledgedByItsReader(t *testing.T) {
	acknowledged := make(chan error, 1)
	addr, _ := startServer(t, func(s ssh.Session, term *Terminal) {
		io.WriteString(term.Output(), "all of it\r\n")
		acknowledged <- term.Acknowledged(s.Context())
		s.Exit(0)
	}, Config{})
	s := sshtest.Exec(t, sshtest.Dial(t, addr, "plans"), "take")
	<-s.Ended
	if err := <-acknowledged; err != nil || s.Out.String() != "all of it\r\n" {
		t.Errorf("%v, %q", err, s.Out.String())
	}

	c := sshtest.Dial(t, addr, "plans")
	ch, _, err := c.OpenChannel("session", nil) // its requests are not read, so none gets a reply
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.SendRequest("exec", false, []byte("\x00\x00\x00\x04take")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(ch, make([]byte, 11)); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-acknowledged:
		t.Fatalf("acknowledged without a reply: %v", err)
	default:
	}
	c.Close()
	if err := <-acknowledged; err == nil {
		t.Errorf("after it hung up: %v", err)
	}
}
