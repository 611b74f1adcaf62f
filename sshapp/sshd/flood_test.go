package sshd

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// spell is how long each flood lasts at least, and attackers how many
// connections it comes from at a time.
const (
	spell     = time.Second
	attackers = 4
)

// floodLimits returns the limits that floods meet on a server whose operator sets
// none; see limitFlags in cmd/wick.
func floodLimits(counts *tally) Config {
	return Config{Meter: counts, Limits: Limits{
		MaxConns: 1000, MaxConnsPerSource: 64, MaxHandshakes: 1000, MaxConnects: 300,
		MaxPenalty: 5 * time.Minute, SourceReadRate: 128 << 10,
	}}
}

// Each flood comes from one address as fast as it can, for a spell and until the
// address is refused. A neighbour at another address goes on undisturbed.
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
	abuse := abuseFactor * defaults.MaxRequests
	for _, row := range []struct {
		name            string
		most, perSecond int    // how often it may succeed
		why             Reason // of the refusals; empty: the flood has to wait
		flood           func(c *gossh.Client) error
	}{
		// As many as make a penalty of penaltyLimit, and those that are under way.
		{"handshakes", int(penaltyLimit/penaltyLeft) + 2*attackers, 1, Penalized, nil},
		// Beyond those that may be open, each waits.
		{"sessions", attackers * (defaults.MaxChannels + 1), attackers, "", opens("session")},
		// At most two connections of each attacker are cut before the address is refused.
		{"channels of other kinds", 2 * attackers * abuse, attackers * abuse / 8, TooManyRequests, opens("direct-tcpip")},
		{"requests", 2 * attackers * abuse, attackers * abuse / 8, TooManyRequests, request("tcpip-forward")},
		{"requests of sessions", 2 * attackers * abuse, attackers * abuse / 8, TooManyRequests, asksInSession()},
		{"signs of life", sourceBurst * (128 << 10) / 36, (128 << 10) / 36, "", request(keepAlive)},
	} {
		t.Run(row.name, func(t *testing.T) {
			counts := &tally{}
			addr, _ := startServer(t, echoScreen, floodLimits(counts))
			neighbour := sshtest.Shell(t, sshtest.DialFrom(t, "127.0.0.1", addr, "new"))
			var done atomic.Int64
			begun, stop := time.Now(), make(chan struct{})
			over := func() bool {
				got := counts.reasons()
				out := row.why == "" || slices.Contains(got, row.why) && slices.Contains(got, Penalized)
				return out && time.Since(begun) > spell || time.Since(begun) > sshtest.Patience
			}
			var group sync.WaitGroup
			for range attackers {
				group.Go(func() { floodUntil(addr, row.flood, &done, stop) })
			}
			for i := 0; !over(); i++ {
				line := fmt.Sprintf("line%d", i)
				neighbour.Types(line + "\r")
				neighbour.Shows(t, line)
			}
			close(stop)
			group.Wait()
			most := row.most + row.perSecond*int(time.Since(begun)/time.Second)
			if n := int(done.Load()); n > most {
				t.Errorf("it was done %d times, more than %d", n, most)
			}
			if got := counts.reasons(); row.why != "" && !slices.Contains(got, row.why) {
				t.Errorf("nothing was refused for %q", row.why)
			}
			sshtest.Shell(t, sshtest.DialFrom(t, "127.0.0.1", addr, "new")) // others get in
			if row.why != "" {
				conn, err := sshtest.NetDialFrom(t.Context(), "127.0.0.2", addr)
				if err == nil {
					_, _, _, err = gossh.NewClientConn(conn, addr, sshtest.ClientConfig(sshtest.NoKey))
					conn.Close()
				}
				if err == nil {
					t.Error("the address is let in again at once")
				}
			}
		})
	}
}

// asksInSession returns a flood of requests of one session on each connection.
func asksInSession() func(c *gossh.Client) error {
	var sessions sync.Map // by connection
	return func(c *gossh.Client) error {
		session, ok := sessions.Load(c)
		if !ok {
			ch, requests, err := c.OpenChannel("session", nil)
			if err != nil {
				return err
			}
			go gossh.DiscardRequests(requests) // ends with the channel
			sessions.Store(c, ch)
			session = ch
		}
		_, err := session.(gossh.Channel).SendRequest("signal", true, nil)
		return err
	}
}

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
		conn, err := sshtest.NetDialFrom(context.Background(), "127.0.0.2", addr)
		if err != nil {
			continue
		}
		cut := time.AfterFunc(sshtest.Patience, func() { conn.Close() })
		c, channels, requests, err := gossh.NewClientConn(conn, addr, sshtest.ClientConfig(sshtest.NoKey))
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
