package sshd

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

func TestAWriteThatNobodyTakesClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestConn(t, Config{Limits: Limits{WriteTimeout: 5 * time.Second}})
		start := time.Now()
		if _, err := c.Write([]byte("x")); err == nil {
			t.Error("it was taken")
		}
		if got := time.Since(start); got != 5*time.Second {
			t.Errorf("after %v", got)
		}
		c.tracker.checkEmpty(t)
	})
}

func TestDeadlinesFromOutsideAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{})
		past := time.Now().Add(-time.Hour)
		if c.SetDeadline(past) != nil || c.SetReadDeadline(past) != nil || c.SetWriteDeadline(past) != nil {
			t.Error("an error")
		}
		go peer.Write([]byte("x"))
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		go peer.Read(make([]byte, 1))
		if _, err := c.Write([]byte("x")); err != nil {
			t.Error(err)
		}
	})
}

func TestReadsKeepToTheReadRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{})
		const n = 1 << 20
		go peer.Write(append([]byte("SSH-2.0-x\n\x00"), make([]byte, n)...))
		beginSession(c, nil)
		if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		want := (n - 256<<10) / (8 << 10) * time.Second
		if got := time.Since(c.opened); got < want-time.Second || got > want+time.Second {
			t.Errorf("1 MiB took %v, not %v", got, want)
		}
	})
}

func TestCloseUnblocksAThrottledRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := newTestConn(t, Config{Limits: Limits{ReadRate: 1, ReadBurst: 10}})
		go peer.Write(make([]byte, 20))
		if _, err := io.ReadFull(c, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		failed := make(chan error)
		go func() {
			_, err := c.Read(make([]byte, 10))
			failed <- err
		}()
		synctest.Wait()
		c.Close()
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestAClientThatReadsNoRejectionsIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestConn(t, Config{})
		rejects := func() { c.reject(&fakeNewChannel{block: c.ctx.Done()}, gossh.ResourceShortage, TooManySessions, "") }
		for range maxRejecting {
			go rejects()
		}
		synctest.Wait()
		if c.ctx.Err() != nil {
			t.Fatal("cut too early")
		}
		go rejects()
		synctest.Wait()
		if c.ctx.Err() == nil {
			t.Error("not cut")
		}
	})
}

func TestRefusalsOfAConnectionAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestConn(t, Config{Limits: Limits{MaxRequests: 10, HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
		for range 2 {
			for i := range 10 * abuseFactor {
				c.countRefusal()
				if synctest.Wait(); c.ctx.Err() != nil {
					t.Fatalf("cut at request %d", i+1)
				}
			}
			time.Sleep(requestSpan)
		}
		for range 10*abuseFactor + 1 {
			c.countRefusal()
		}
		if synctest.Wait(); c.ctx.Err() == nil {
			t.Error("one more is heard")
		}
	})
}

func TestAByteAtATimeCostsItsHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, n = 1000, 500
		c, peer := newTestConn(t, Config{Limits: Limits{ReadRate: rate, ReadBurst: rate, HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
		go func() {
			for range n {
				peer.Write([]byte("x"))
			}
		}()
		if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		want := time.Second * (n*(1+packetCost) - rate) / rate
		if got := time.Since(c.opened); got < want-time.Second || got > want+time.Second {
			t.Errorf("%d bytes took %v, not %v", n, got, want)
		}
	})
}
