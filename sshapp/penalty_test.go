package sshapp

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
		bad, good := sourceOf(tcp("192.0.2.1")), sourceOf(tcp("192.0.2.2"))
		n := 0
		for !p.keepsOut(bad) {
			if n++; n > 100 {
				t.Fatal("it is never kept out")
			}
			p.add(bad, penaltyLeft)
		}
		if want := int(penaltyFrom / penaltyLeft); n != want {
			t.Errorf("kept out after %d connections, not %d", n, want)
		}
		if p.keepsOut(good) {
			t.Error("another source is kept out")
		}
		time.Sleep(penaltyFrom - time.Millisecond)
		if !p.keepsOut(bad) {
			t.Error("let in before the penalty has run off")
		}
		time.Sleep(time.Millisecond)
		if p.keepsOut(bad) {
			t.Error("kept out although the penalty has run off")
		}
		p.add(bad, penaltyFlood)
		if p.keepsOut(bad) {
			t.Error("what has run off still counts")
		}
	})
}

// Every single failure, and any of the harmless ones once a second, for as long
// as somebody likes.
func TestWhoFailsOnceIsNotKeptOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPenalties(5 * time.Minute)
		for i, d := range []time.Duration{penaltyProbe, penaltyLeft, penaltyKeys, penaltySlow, penaltyFlood, penaltyTries} {
			source := sourceOf(tcp(fmt.Sprintf("192.0.2.%d", i)))
			if p.add(source, d); p.keepsOut(source) {
				t.Errorf("kept out after one penalty of %v", d)
			}
			for d <= time.Second && !p.keepsOut(source) && i < 1000 {
				i++
				time.Sleep(time.Second)
				p.add(source, d)
			}
			if p.keepsOut(source) {
				t.Errorf("kept out after a penalty of %v a second", d)
			}
		}
	})
}

func TestPenaltiesHaveALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, bad := newPenalties(time.Minute), sourceOf(tcp("192.0.2.1"))
		for range 10000 {
			p.add(bad, penaltyFlood)
		}
		time.Sleep(time.Minute - time.Millisecond)
		if !p.keepsOut(bad) {
			t.Error("let in too early")
		}
		time.Sleep(time.Millisecond)
		if p.keepsOut(bad) {
			t.Error("kept out for longer than the limit")
		}
		for _, none := range []*penalties{newPenalties(0), newPenalties(-1)} {
			if none.add(bad, time.Hour); none.keepsOut(bad) || len(none.recent) > 0 {
				t.Error("there are penalties though none were wanted")
			}
		}
		if p.add(netip.Prefix{}, time.Hour); p.keepsOut(netip.Prefix{}) {
			t.Error("a source without an address is kept out")
		}
	})
}

func TestASiteWithManyNetworksIsOneCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := func(n int) netip.Prefix { return sourceOf(tcp(fmt.Sprintf("2001:db8:1:%x::1", n))) }
		p := newPenalties(5 * time.Minute)
		n := 0
		for ; n < 10000 && !p.keepsOut(network(n)); n++ {
			p.add(network(n), penaltyLeft) // each network once
		}
		if want := siteShare * int(penaltyFrom/penaltyLeft); n != want {
			t.Errorf("the site is kept out after %d connections, not %d", n, want)
		}
		if p.keepsOut(sourceOf(tcp("2001:db8:2::1"))) {
			t.Error("another site is kept out")
		}
		a := newAllowance(3)
		for n = 0; n < 10000 && a.spend(network(n)); n++ {
		}
		if n != 3*siteShare {
			t.Errorf("%d networks of a site may spend, not %d", n, 3*siteShare)
		}
		a.refund(network(0))
		if !a.spend(network(99)) || a.spend(network(98)) {
			t.Error("a refund is not exactly one")
		}
	})
}

func TestPenaltiesRememberABoundedNumberOfSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPenalties(5 * time.Minute)
		p.memory = 500
		source := func(n int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), 32)
		}
		for i := range 10 * p.memory {
			p.add(source(i), penaltyFrom)
			if n := len(p.recent) + len(p.before); n > 2*p.memory {
				t.Fatalf("%d sources are remembered", n)
			}
			if !p.keepsOut(source(i)) || i >= p.memory && !p.keepsOut(source(i-p.memory+1)) {
				t.Fatal("one of the latest is forgotten")
			}
		}
	})
}

func TestWhatAConnectionComesToIsPenalized(t *testing.T) {
	const hello = "SSH-2.0-x\r\n\x00"
	for _, row := range []struct {
		name string
		does func(g *guard, peer net.Conn)
		want time.Duration
	}{
		{"says nothing and leaves", func(g *guard, peer net.Conn) { g.Close() }, penaltyProbe},
		{"says hello and leaves", func(g *guard, peer net.Conn) {
			io.WriteString(peer, hello)
			synctest.Wait()
			g.Close()
		}, penaltyLeft},
		{"says nothing", func(g *guard, peer net.Conn) { time.Sleep(time.Minute) }, penaltySlow},
		{"begins no session", func(g *guard, peer net.Conn) {
			io.WriteString(peer, hello)
			time.Sleep(time.Hour)
		}, penaltySlow},
		{"has no key that is let in", func(g *guard, peer net.Conn) {
			io.WriteString(peer, hello)
			synctest.Wait()
			g.refusedKey()
			g.Close()
		}, penaltyKeys},
		{"has the key after another", func(g *guard, peer net.Conn) {
			g.refusedKey()
			begin(g, nil)
			g.Close()
		}, 0},
		{"asks for too much", func(g *guard, peer net.Conn) {
			begin(g, nil)
			for range 2 * g.cfg.MaxRequests {
				g.request()
			}
		}, penaltyFlood},
		{"has a session", func(g *guard, peer net.Conn) {
			begin(g, nil)
			g.Close()
		}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRegister(Guards{MaxPenalty: time.Hour}.withDefaults())
				defer r.cut()
				conn, peer := net.Pipe()
				source := tcp("192.0.2.1")
				g, ok := r.admit(from{conn, source})
				if !ok {
					t.Fatal("not admitted")
				}
				read := make(chan struct{})
				go func() {
					io.Copy(io.Discard, g)
					close(read)
				}()
				row.does(g, peer)
				<-read
				ended := time.Now()
				r.penalties.mu.Lock()
				has := r.penalties.recent[sourceOf(source)]
				r.penalties.mu.Unlock()
				if row.want == 0 {
					if !has.until.IsZero() {
						t.Error("it is penalized")
					}
				} else if since := has.until.Sub(g.born); since < row.want || has.until.After(ended.Add(row.want)) {
					t.Errorf("the penalty ends %v after the connection began, it is not %v", since, row.want)
				}
			})
		})
	}
}

func TestAServerThatEndsPenalizesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegister(Guards{MaxPenalty: time.Hour}.withDefaults())
		conn, _ := net.Pipe()
		if _, ok := r.admit(from{conn, tcp("192.0.2.1")}); !ok {
			t.Fatal("not admitted")
		}
		r.stop()
		if len(r.penalties.recent) > 0 {
			t.Error("somebody got a penalty")
		}
	})
}
