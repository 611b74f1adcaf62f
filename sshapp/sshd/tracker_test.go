package sshd

import (
	"net"
	"runtime"
	"testing"

	"wick/sshapp/sshtest"
)

func TestClosedConnectionsAreForgotten(t *testing.T) {
	cfg := Config{Limits: Limits{MaxConns: 1, MaxConnsPerSource: 1, MaxHandshakes: 1}}
	tr := newTracker(cfg.withDefaults())
	before := runtime.NumGoroutine()
	for range 100 {
		nc, _ := net.Pipe()
		c, ok := tr.add(connFrom{nc, tcpAddr("192.0.2.1")})
		if !ok {
			t.Fatal("not admitted")
		}
		c.Close()
	}
	tr.checkEmpty(t)
	sshtest.GoroutinesReturn(t, before)
}
