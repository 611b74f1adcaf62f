package sshd

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestPenaltiesAddUpAndRunOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPenalties(5 * time.Minute)
		bad, good := Source(tcpAddr("192.0.2.1")), Source(tcpAddr("192.0.2.2"))
		n := 0
		for !p.refuses(bad) {
			if n++; n > 100 {
				t.Fatal("it is never refused")
			}
			p.add(bad, penaltyLeft)
		}
		if want := int(penaltyLimit / penaltyLeft); n != want {
			t.Errorf("refused after %d connections, not %d", n, want)
		}
		if p.refuses(good) {
			t.Error("another source is refused")
		}
		time.Sleep(penaltyLimit - time.Millisecond)
		if !p.refuses(bad) {
			t.Error("let in before the penalty has run off")
		}
		time.Sleep(time.Millisecond)
		if p.refuses(bad) {
			t.Error("refused although the penalty has run off")
		}
		p.add(bad, penaltyFlood)
		if p.refuses(bad) {
			t.Error("what has run off still counts")
		}
	})
}

// No single failure is refused, and neither are the harmless kinds once a second for
// any time.
func TestOneFailureIsNotRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPenalties(5 * time.Minute)
		for i, d := range []time.Duration{penaltyProbe, penaltyLeft, penaltyKeys, penaltySlow, penaltyFlood, penaltyQuota} {
			source := Source(tcpAddr(fmt.Sprintf("192.0.2.%d", i)))
			if p.add(source, d); p.refuses(source) {
				t.Errorf("refused after one penalty of %v", d)
			}
			for d <= time.Second && !p.refuses(source) && i < 1000 {
				i++
				time.Sleep(time.Second)
				p.add(source, d)
			}
			if p.refuses(source) {
				t.Errorf("refused after a penalty of %v a second", d)
			}
		}
	})
}

func TestPenaltiesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, bad := newPenalties(time.Minute), Source(tcpAddr("192.0.2.1"))
		for range 10000 {
			p.add(bad, penaltyFlood)
		}
		time.Sleep(time.Minute - time.Millisecond)
		if !p.refuses(bad) {
			t.Error("let in too early")
		}
		time.Sleep(time.Millisecond)
		if p.refuses(bad) {
			t.Error("refused for longer than the limit")
		}
		for _, none := range []*penalties{newPenalties(0), newPenalties(-1)} {
			if none.add(bad, time.Hour); none.refuses(bad) || none.sources.len() > 0 {
				t.Error("there are penalties though none were wanted")
			}
		}
		if p.add(netip.Prefix{}, time.Hour); p.refuses(netip.Prefix{}) {
			t.Error("a source without an address is refused")
		}
	})
}

func TestASiteWithManyNetworksIsOneCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := func(n int) netip.Prefix { return Source(tcpAddr(fmt.Sprintf("2001:db8:1:%x::1", n))) }
		p := newPenalties(5 * time.Minute)
		n := 0
		for ; n < 10000 && !p.refuses(network(n)); n++ {
			p.add(network(n), penaltyLeft) // each network once
		}
		if want := siteShare * int(penaltyLimit/penaltyLeft); n != want {
			t.Errorf("the site is refused after %d connections, not %d", n, want)
		}
		if p.refuses(Source(tcpAddr("2001:db8:2::1"))) {
			t.Error("another site is refused")
		}
		a := newQuota(3, nil)
		for n = 0; n < 10000 && a.Take(network(n)); n++ {
		}
		if n != 3*siteShare {
			t.Errorf("%d networks of a site may spend, not %d", n, 3*siteShare)
		}
		a.Refund(network(0))
		if !a.Take(network(99)) || a.Take(network(98)) {
			t.Error("a refund is not exactly one")
		}
	})
}

func TestPenaltiesRememberABoundedNumberOfSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPenalties(5 * time.Minute)
		p.sources.size = 500
		source := func(n int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 32)
		}
		for i := range 10 * p.sources.size {
			p.add(source(i), penaltyLimit)
			if n := p.sources.len(); n > 2*p.sources.size {
				t.Fatalf("%d sources are remembered", n)
			}
			if !p.refuses(source(i)) || i >= p.sources.size && !p.refuses(source(i-p.sources.size+1)) {
				t.Fatal("one of the latest is forgotten")
			}
		}
	})
}

func TestConnectionsThatComeToNothingArePenalized(t *testing.T) {
	const hello = "SSH-2.0-x\r\n\x00"
	for _, row := range []struct {
		name string
		does func(c *conn, peer net.Conn)
		want time.Duration
	}{
		{"says nothing and leaves", func(c *conn, peer net.Conn) { c.Close() }, penaltyProbe},
		{"says hello and leaves", func(c *conn, peer net.Conn) {
			io.WriteString(peer, hello)
			synctest.Wait()
			c.Close()
		}, penaltyLeft},
		{"says nothing", func(c *conn, peer net.Conn) { time.Sleep(time.Minute) }, penaltySlow},
		{"begins no session", func(c *conn, peer net.Conn) {
			io.WriteString(peer, hello)
			time.Sleep(time.Hour)
		}, penaltySlow},
		{"has no key that is let in", func(c *conn, peer net.Conn) {
			io.WriteString(peer, hello)
			synctest.Wait()
			c.keyRefused()
			c.Close()
		}, penaltyKeys},
		{"has the key after another", func(c *conn, peer net.Conn) {
			c.keyRefused()
			beginSession(c, nil)
			c.Close()
		}, 0},
		{"asks for too much", func(c *conn, peer net.Conn) {
			beginSession(c, nil)
			for range 2 * abuseFactor * c.cfg.MaxRequests {
				c.countRefusal()
			}
		}, penaltyFlood},
		{"has a session", func(c *conn, peer net.Conn) {
			beginSession(c, nil)
			c.Close()
		}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := newTracker(Config{Limits: Limits{MaxPenalty: time.Hour}}.withDefaults())
				defer tr.cut()
				nc, peer := net.Pipe()
				source := tcpAddr("192.0.2.1")
				c, ok := tr.add(connFrom{nc, source})
				if !ok {
					t.Fatal("not admitted")
				}
				read := make(chan struct{})
				go func() {
					io.Copy(io.Discard, c)
					close(read)
				}()
				row.does(c, peer)
				<-read
				ended := time.Now()
				tr.penalties.mu.Lock()
				has, _ := tr.penalties.sources.get(Source(source))
				tr.penalties.mu.Unlock()
				if row.want == 0 {
					if !has.until.IsZero() {
						t.Error("it is penalized")
					}
				} else if since := has.until.Sub(c.opened); since < row.want || has.until.After(ended.Add(row.want)) {
					t.Errorf("the penalty ends %v after the connection began, it is not %v", since, row.want)
				}
			})
		})
	}
}

func TestAServerThatStopsPenalizesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTracker(Config{Limits: Limits{MaxPenalty: time.Hour}}.withDefaults())
		nc, _ := net.Pipe()
		if _, ok := tr.add(connFrom{nc, tcpAddr("192.0.2.1")}); !ok {
			t.Fatal("not admitted")
		}
		tr.stop()
		if tr.penalties.sources.len() > 0 {
			t.Error("somebody got a penalty")
		}
	})
}
