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

// Whoever types or connects does not wait behind the files of the same source.
func TestATransferGivesWayToItsNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTracker(Config{Limits: Limits{SourceReadRate: 128 << 10, HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}}.withDefaults())
		defer tr.cut()
		open := func(file int64) (c *conn, peer net.Conn) {
			nc, peer := net.Pipe()
			c, ok := tr.add(connFrom{nc, tcpAddr("192.0.2.1")})
			if !ok {
				t.Fatal("not admitted")
			}
			if file > 0 {
				c.expected.begin(file)
			}
			return c, peer
		}
		sent := make(chan struct{}, 3)
		start := time.Now()
		for range cap(sent) {
			c, peer := open(4 << 20)
			defer c.Close()
			go func() {
				peer.Write(make([]byte, 4<<20))
				sent <- struct{}{}
			}()
			go io.Copy(io.Discard, c)
		}
		time.Sleep(30 * time.Second) // then the burst is used up
		typing, keys := open(0)
		defer typing.Close()
		go keys.Write(make([]byte, 20*100))
		for range 20 {
			before := time.Now()
			if _, err := io.ReadFull(typing, make([]byte, 100)); err != nil || time.Since(before) > 10*time.Millisecond {
				t.Errorf("a key waited %v, %v", time.Since(before), err)
			}
		}
		for range cap(sent) {
			<-sent
		}
		if took := time.Since(start); took > 100*time.Second {
			t.Errorf("the files took %v", took)
		}
	})
}
