package sshd

import (
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheConnectionsOfASourceShareItsReadRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, conns, n = 1 << 10, 8, 16 << 10
		tr := newTracker(Config{Limits: Limits{SourceReadRate: rate, HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}}.withDefaults())
		defer tr.cut()
		reads := func(address string) (took time.Duration) {
			start := time.Now()
			var group sync.WaitGroup
			for range conns {
				nc, peer := net.Pipe()
				c, ok := tr.add(connFrom{nc, tcpAddr(address)})
				if !ok {
					t.Fatal("not admitted")
				}
				go peer.Write(make([]byte, n))
				group.Go(func() { io.ReadFull(c, make([]byte, n)) })
				defer c.Close()
			}
			group.Wait()
			return time.Since(start)
		}
		want := (conns*n - sourceBurst*rate) / rate * time.Second
		for _, address := range []string{"192.0.2.1", "192.0.2.2"} {
			if got := reads(address); got < want || got > want+2*time.Second {
				t.Errorf("%s: %v, not %v", address, got, want)
			}
		}
		// A source that connects anew has the same bucket.
		if got := reads("192.0.2.2"); got < want+sourceBurst*time.Second-2*time.Second {
			t.Errorf("again: %v", got)
		}
	})
}
