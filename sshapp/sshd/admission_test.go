package sshd

import (
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestConnectionsBeyondALimitAreClosedAtOnce(t *testing.T) {
	for _, row := range []struct {
		name    string
		cfg     Config
		sources []string // in turn
		admits  []bool
	}{
		{"in all", Config{Limits: Limits{MaxConns: 2}}, []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, []bool{true, true, false}},
		{"per address", Config{Limits: Limits{MaxConnsPerSource: 1}},
			[]string{"192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::"},
			[]bool{true, false, false, true, true, false, true}},
		{"in handshake", Config{Limits: Limits{MaxHandshakes: 1}}, []string{"192.0.2.1", "192.0.2.2"}, []bool{true, false}},
		{"none", Config{}, []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, []bool{true, true, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			tr := newTracker(row.cfg.withDefaults())
			defer tr.cut()
			var first *conn
			for i, source := range row.sources {
				nc, peer := net.Pipe()
				c, ok := tr.add(connFrom{nc, tcpAddr(source)})
				if ok != row.admits[i] {
					t.Fatalf("connection %d from %s: admitted is %v", i, source, ok)
				}
				if !ok {
					if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
						t.Errorf("connection %d was not closed: %v", i, err)
					}
				} else if first == nil {
					first = c
				}
			}
			// Whoever leaves makes room, once.
			first.Close()
			first.Close()
			nc, _ := net.Pipe()
			if _, ok := tr.add(connFrom{nc, tcpAddr(row.sources[0])}); !ok {
				t.Error("no room after one has left")
			}
		})
	}
}

func TestAConnectionWithASessionIsNoHandshake(t *testing.T) {
	cfg := Config{Limits: Limits{MaxHandshakes: 1}}
	tr := newTracker(cfg.withDefaults())
	defer tr.cut()
	for range 3 {
		nc, _ := net.Pipe()
		c, ok := tr.add(nc)
		if !ok {
			t.Fatal("not admitted")
		}
		beginSession(c, nil)
	}
}

func TestConnectionsOfASourceHaveARate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := &tally{}
		tr := newTracker(Config{Limits: Limits{MaxConnects: 3}, Meter: counts}.withDefaults())
		connects := func(address string) bool {
			nc, _ := net.Pipe()
			c, ok := tr.add(connFrom{nc, tcpAddr(address)})
			if ok {
				c.Close()
			}
			return ok
		}
		for range 3 {
			if !connects("192.0.2.1") {
				t.Fatal("refused too early")
			}
		}
		if connects("192.0.2.1") || !connects("192.0.2.2") {
			t.Error("one more is let in, or another source is not")
		}
		time.Sleep(quotaSpan / 3)
		if !connects("192.0.2.1") || connects("192.0.2.1") {
			t.Error("a third of a minute is not worth one of three")
		}
		if got := counts.reasons(); !slices.Equal(got, []Reason{TooManyConnects, TooManyConnects}) {
			t.Errorf("counted as %q", got)
		}
	})
}

func TestHandshakesAreDroppedEarlyByChance(t *testing.T) {
	for limit, rows := range map[int]map[int]float64{
		1000: {0: 0, 499: 0, 500: 0.3, 750: 0.65, 1000: 0},
		20:   {9: 0, 10: 0.3, 15: 0.65},
		5:    {0: 0, 4: 0},
	} {
		for n, want := range rows {
			if got := dropChance(n, limit); got < want-0.001 || got > want+0.001 {
				t.Errorf("%d of %d under way: %v, not %v", n, limit, got, want)
			}
		}
	}
	for n := 500; n < 999; n++ {
		if dropChance(n+1, 1000) <= dropChance(n, 1000) {
			t.Fatalf("at %d it does not rise", n)
		}
	}
}

// A flood from many addresses that keeps what it gets leaves room for some of
// the others: they get in after a few attempts.
func TestNewcomersGetInWithAChanceDuringAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 200
		counts := &tally{}
		tr := newTracker(Config{Limits: Limits{MaxHandshakes: limit}, Meter: counts}.withDefaults())
		defer tr.cut()
		n := 0
		try := func() *conn {
			nc, _ := net.Pipe()
			n++
			c, ok := tr.add(connFrom{nc, tcpAddr(fmt.Sprintf("10.1.%d.%d", n>>8, n&255))})
			if !ok {
				return nil
			}
			return c
		}
		for range 2 * limit {
			try() // and keeps it
		}
		if got := len(tr.handshakes); got < limit/2 || got >= limit {
			t.Fatalf("the flood has %d of %d", got, limit)
		}
		in := 0
		for range 2000 {
			if c := try(); c != nil {
				in++
				beginSession(c, nil)
			}
		}
		if in == 0 {
			t.Error("no newcomer got in")
		}
		if got := counts.reasons(); !slices.Contains(got, DroppedEarly) {
			t.Error("nobody was dropped early")
		}
	})
}

func TestOneSourceHasAShareOfTheHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := &tally{}
		tr := newTracker(Config{Limits: Limits{MaxHandshakes: 10000, MaxConnsPerSource: 10000}, Meter: counts}.withDefaults())
		defer tr.cut()
		admitted := func(address string, times int) (n int) {
			for range times {
				nc, _ := net.Pipe()
				if _, ok := tr.add(connFrom{nc, tcpAddr(address)}); ok {
					n++
				}
			}
			return n
		}
		if n := admitted("192.0.2.1", 1000); n != 10000/handshakeShare {
			t.Errorf("one source has %d handshakes", n)
		}
		if n := admitted("192.0.2.2", 10); n != 10 {
			t.Errorf("another has %d", n)
		}
		if got := counts.reasons(); !slices.Contains(got, TooManyHandshakesFromSource) {
			t.Errorf("counted as %q", got)
		}
		for c := range tr.conns { // sessions are not handshakes any more
			beginSession(c, nil)
		}
		if n := admitted("192.0.2.1", 10); n != 10 {
			t.Errorf("with sessions, %d of 10 more", n)
		}
	})
}

func TestASiteHasAShareOfTheConnections(t *testing.T) {
	tr := newTracker(Config{Limits: Limits{MaxConnsPerSource: 2}}.withDefaults())
	defer tr.cut()
	n := 0
	for i := range 100 {
		nc, _ := net.Pipe()
		if _, ok := tr.add(connFrom{nc, tcpAddr(fmt.Sprintf("2001:db8:1:%x::1", i))}); ok {
			n++
		}
	}
	if n != 2*siteShare {
		t.Errorf("a site with 100 networks has %d connections", n)
	}
}
