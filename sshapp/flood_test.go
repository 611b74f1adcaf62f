package sshapp

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// spell is how long each flood lasts at least, and attackers how many
// connections it comes from at a time.
const (
	spell     = time.Second
	attackers = 4
)

// protects are the limits that an operator has who asks for none, as far as
// floods meet them: see cmd/wick/limits.go.
func protects(counts *tally) Guards {
	return Guards{
		MaxConns: 1000, MaxConnsPerAddress: 64, MaxHandshakes: 1000, MaxConnects: 300,
		MaxPenalty: 5 * time.Minute, SourceIngress: 128 << 10, Meter: counts,
	}
}

// Each flood comes from one address, as fast as it can, for a spell and until the
// address is kept out, while somebody at another goes on as if nothing were.
func TestFloodsOfOneAddressDisturbNobody(t *testing.T) {
	request := func(kind string) func(c *gossh.Client) error {
		return func(c *gossh.Client) error {
			_, _, err := c.SendRequest(kind, true, nil)
			return err
		}
	}
	opens := func(kind string) func(c *gossh.Client) error {
		return func(c *gossh.Client) error {
			_, _, err := c.OpenChannel(kind, nil)
			if _, refused := err.(*gossh.OpenChannelError); refused {
				return nil
			}
			return err
		}
	}
	for _, row := range []struct {
		name            string
		most, perSecond int    // times that it is done
		why             Reason // that it is refused for; empty: it is made to wait
		flood           func(c *gossh.Client) error
	}{
		// penaltyFrom seconds' worth, and those that are under way.
		{"handshakes", int(penaltyFrom/penaltyLeft) + 2*attackers, 1, KeptOut, nil},
		// Of each attacker two connections at most are cut before it is kept out.
		{"sessions", 2 * attackers * standard.MaxRequests, attackers * standard.MaxRequests / 8, TooManyRequests, opens("session")},
		{"channels of other kinds", 2 * attackers * standard.MaxRequests, attackers * standard.MaxRequests / 8, TooManyRequests, opens("direct-tcpip")},
		{"requests", 2 * attackers * standard.MaxRequests, attackers * standard.MaxRequests / 8, TooManyRequests, request("tcpip-forward")},
		{"signs of life", sourceBurst * (128 << 10) / 36, (128 << 10) / 36, "", request(keepAlive)},
	} {
		t.Run(row.name, func(t *testing.T) {
			counts := &tally{}
			addr, _ := startServer(t, echoScreen, protects(counts))
			neighbour := shell(t, clientFrom(t, addr, "127.0.0.1"))
			var done atomic.Int64
			begun, stop := time.Now(), make(chan struct{})
			over := func() bool {
				got := counts.turnedAway()
				out := row.why == "" || slices.Contains(got, row.why) && slices.Contains(got, KeptOut)
				return out && time.Since(begun) > spell || time.Since(begun) > patience
			}
			var group sync.WaitGroup
			for range attackers {
				group.Go(func() { floodUntil(addr, row.flood, &done, stop) })
			}
			for i := 0; !over(); i++ {
				line := fmt.Sprintf("line%d", i)
				neighbour.types(line + "\r")
				neighbour.shows(t, line)
			}
			close(stop)
			group.Wait()
			most := row.most + row.perSecond*int(time.Since(begun)/time.Second)
			if n := int(done.Load()); n > most {
				t.Errorf("it was done %d times, more than %d", n, most)
			}
			if got := counts.turnedAway(); row.why != "" && !slices.Contains(got, row.why) {
				t.Errorf("nothing was refused for %q", row.why)
			}
			shell(t, clientFrom(t, addr, "127.0.0.1")) // others get in
			if row.why != "" {
				conn, err := dialFrom(addr, "127.0.0.2")
				if err == nil {
					_, _, _, err = gossh.NewClientConn(conn, addr, clientConfig(anybody))
					conn.Close()
				}
				if err == nil {
					t.Error("the address is let in again at once")
				}
			}
		})
	}
}

var anybody = gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
	return make([]string, len(q)), nil
})

// floodUntil connects over and over and floods each connection, until stop.
func floodUntil(addr string, flood func(*gossh.Client) error, done *atomic.Int64, stop <-chan struct{}) {
	stopped := func() bool {
		select {
		case <-stop:
			return true
		default:
			return false
		}
	}
	for !stopped() {
		conn, err := dialFrom(addr, "127.0.0.2")
		if err != nil {
			continue
		}
		cut := time.AfterFunc(patience, func() { conn.Close() })
		c, channels, requests, err := gossh.NewClientConn(conn, addr, clientConfig(anybody))
		if err != nil {
			conn.Close()
		} else if cl := gossh.NewClient(c, channels, requests); flood == nil {
			done.Add(1)
			cl.Close()
		} else {
			for !stopped() && flood(cl) == nil {
				done.Add(1)
			}
			cl.Close()
		}
		cut.Stop()
	}
}

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
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var exchanges atomic.Int64
	s, err := newServer(Guards{}, countingSigner{signer, &exchanges}, echoScreen)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	defer func() {
		s.Close()
		<-served
	}()
	neighbour := shell(t, client(t, l.Addr().String()))
	before := exchanges.Load()

	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cfg := clientConfig(anybody)
	cfg.RekeyThreshold = 256 // the least that the library takes
	c, channels, requests, err := gossh.NewClientConn(conn, "", cfg)
	if err != nil {
		t.Fatal(err)
	}
	cl := gossh.NewClient(c, channels, requests)
	defer cl.Close()
	stop := time.AfterFunc(2*spell, func() { cl.Close() })
	defer stop.Stop()
	begun := time.Now()
	for err == nil {
		_, _, err = cl.SendRequest(keepAlive, true, make([]byte, 256))
	}
	took := time.Since(begun)
	most := 1 + standard.MaxRequests/exchangeCost + 1 + int(took*time.Duration(standard.MaxRequests)/requestSpan/exchangeCost)
	if n := int(exchanges.Load() - before); n > most || n < 2 {
		t.Errorf("%d key exchanges in %v, not 2 to %d", n, took, most)
	}
	if took < 2*spell {
		t.Errorf("the connection ended after %v: %v", took, err)
	}
	neighbour.types("still\r")
	neighbour.shows(t, "still")
}

func TestTheFirstKeyExchangesAreNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, _, _ := guarded(t, Guards{Greeting: time.Hour, Login: time.Hour})
		for range 1 + standard.MaxRequests/exchangeCost {
			g.exchange()
		}
		if time.Since(g.born) > 0 {
			t.Error("they are made to wait")
		}
		g.exchange()
		if got, want := time.Since(g.born), requestSpan*exchangeCost/time.Duration(standard.MaxRequests); got < want || got > want+time.Second {
			t.Errorf("the next one waits %v, not %v", got, want)
		}
	})
}
