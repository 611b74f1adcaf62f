package sshd

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// countingSigner counts signatures: one for each key exchange.
type countingSigner struct {
	gossh.Signer
	n *atomic.Int64
}

func (s countingSigner) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	s.n.Add(1)
	return s.Signer.Sign(rand, data)
}

func TestKeyExchangesWithoutEndArePaced(t *testing.T) {
	signer, _ := sshtest.NewKey(t)
	var exchanges atomic.Int64
	addr, _ := serve(t, countingSigner{signer, &exchanges}, echoScreen, Config{})
	neighbour := sshtest.Shell(t, sshtest.Dial(t, addr, "new"))
	before := exchanges.Load()

	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	cfg := sshtest.ClientConfig(sshtest.NoKey)
	cfg.RekeyThreshold = 256 // the least that the library takes
	c, channels, requests, err := gossh.NewClientConn(conn, "", cfg)
	if err != nil {
		t.Fatal(err)
	}
	cl := gossh.NewClient(c, channels, requests)
	defer cl.Close()
	begun := time.Now()
	stop := time.AfterFunc(2*spell, func() { cl.Close() })
	defer stop.Stop()
	for err == nil {
		_, _, err = cl.SendRequest(keepAlive, true, make([]byte, 256))
	}
	took := time.Since(begun)
	most := 1 + defaults.MaxRequests/keyExchangeCost + 1 + int(took*time.Duration(defaults.MaxRequests)/requestSpan/keyExchangeCost)
	if n := int(exchanges.Load() - before); n > most || n < 2 {
		t.Errorf("%d key exchanges in %v, not 2 to %d", n, took, most)
	}
	if took < 2*spell {
		t.Errorf("the connection ended after %v: %v", took, err)
	}
	neighbour.Types("still\r")
	neighbour.Shows(t, "still")
}

func TestTheFirstKeyExchangesAreNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTestConn(t, Config{Limits: Limits{HandshakeTimeout: time.Hour, LoginTimeout: time.Hour}})
		for range 1 + defaults.MaxRequests/keyExchangeCost {
			c.waitForKeyExchange()
		}
		if time.Since(c.opened) > 0 {
			t.Error("they are made to wait")
		}
		c.waitForKeyExchange()
		if got, want := time.Since(c.opened), requestSpan*keyExchangeCost/time.Duration(defaults.MaxRequests); got < want || got > want+time.Second {
			t.Errorf("the next one waits %v, not %v", got, want)
		}
	})
}
