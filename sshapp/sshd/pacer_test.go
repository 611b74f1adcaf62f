package sshd

import (
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var paced = Config{Limits: Limits{MaxConnects: 1e6, HandshakeTimeout: time.Second}}

// begins has as many connections from an address begin at once, and returns how long
// it takes until all have.
func begins(t *testing.T, tr *tracker, address string, conns int) time.Duration {
	t.Helper()
	start := time.Now()
	var group sync.WaitGroup
	for range conns {
		nc, peer := net.Pipe()
		c, ok := tr.add(connFrom{nc, tcpAddr(address)})
		if !ok {
			t.Error("not admitted")
			continue
		}
		go peer.Write([]byte("SSH"))
		group.Go(func() { c.Read(make([]byte, 3)) })
	}
	group.Wait()
	return time.Since(start)
}

func TestConnectionsBeginOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTracker(paced.withDefaults())
		defer tr.cut()
		perSecond := startsPerCPU * runtime.GOMAXPROCS(0)
		n := promptStarts + startBurst + 2*perSecond
		if took := begins(t, tr, "192.0.2.1", n); took < time.Second || took > 3*time.Second {
			t.Errorf("%d connections began within %v", n, took)
		}
	})
}

func TestWhoCameSeldomDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTracker(paced.withDefaults())
		defer tr.cut()
		crowd := make(chan time.Duration)
		go func() { crowd <- begins(t, tr, "192.0.2.1", 10*startsPerCPU*runtime.GOMAXPROCS(0)) }()
		time.Sleep(time.Second)
		if took := begins(t, tr, "192.0.2.2", promptStarts); took > 0 {
			t.Errorf("those from another address waited for %v", took)
		}
		if took := <-crowd; took < 5*time.Second {
			t.Errorf("the crowd began within %v", took)
		}
	})
}

func TestWaitingForItsTurnCostsAClientNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTracker(paced.withDefaults())
		defer tr.cut()
		perSecond := startsPerCPU * runtime.GOMAXPROCS(0)
		go begins(t, tr, "192.0.2.1", 5*perSecond)
		time.Sleep(500 * time.Millisecond)
		nc, peer := net.Pipe()
		c, ok := tr.add(connFrom{nc, tcpAddr("192.0.2.1")})
		if !ok {
			t.Fatal("not admitted")
		}
		go peer.Write([]byte("SSH"))
		read := make(chan error, 1)
		go func() {
			_, err := c.Read(make([]byte, 3))
			read <- err
		}()
		if err := <-read; err != nil {
			t.Errorf("after %v: %v", time.Since(c.opened), err)
		}
		if waited := time.Since(c.opened); waited < 2*time.Second {
			t.Errorf("it waited %v, no longer than a handshake may take", waited)
		}
	})
}
