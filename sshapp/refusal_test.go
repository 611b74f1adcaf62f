package sshapp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

func TestConnectionsOfASourceHaveARate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := &tally{}
		r := newRegister(Guards{MaxConnects: 3, Meter: counts}.withDefaults())
		connects := func(address string) bool {
			conn, _ := net.Pipe()
			g, ok := r.admit(from{conn, tcp(address)})
			if ok {
				g.Close()
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
		time.Sleep(allowanceSpan / 3)
		if !connects("192.0.2.1") || connects("192.0.2.1") {
			t.Error("a third of a minute is not worth one of three")
		}
		if got := counts.turnedAway(); !slices.Equal(got, []Reason{TooManyConnects, TooManyConnects}) {
			t.Errorf("counted as %q", got)
		}
	})
}

func TestFurtherSessionsCountAsConnections(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Guards{MaxConnects: 3, MaxChannels: 10})
	c := client(t, addr) // one, with a session
	for i := range 3 {
		open(t, c)
		if i == 2 {
			break
		}
	}
	_, _, err := c.OpenChannel("session", nil)
	if e, ok := err.(*gossh.OpenChannelError); !ok || e.Reason != gossh.ResourceShortage || !strings.Contains(e.Message, "wait a minute") {
		t.Errorf("one more session: %v", err)
	}
	if _, err := gossh.Dial("tcp", addr, clientConfig()); err == nil || !strings.Contains(err.Error(), farewells[TooManyConnects]) {
		t.Errorf("one more connection: %v", err)
	}
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
		r := newRegister(Guards{MaxHandshakes: limit, Meter: counts}.withDefaults())
		defer r.cut()
		n := 0
		try := func() *guard {
			conn, _ := net.Pipe()
			n++
			g, ok := r.admit(from{conn, tcp(fmt.Sprintf("10.1.%d.%d", n>>8, n&255))})
			if !ok {
				return nil
			}
			return g
		}
		for range 2 * limit {
			try() // and keeps it
		}
		if got := len(r.handshakes); got < limit/2 || got >= limit {
			t.Fatalf("the flood has %d of %d", got, limit)
		}
		in := 0
		for range 2000 {
			if g := try(); g != nil {
				in++
				begin(g, nil)
			}
		}
		if in == 0 {
			t.Error("no newcomer got in")
		}
		if got := counts.turnedAway(); !slices.Contains(got, DroppedEarly) {
			t.Error("nobody was dropped early")
		}
	})
}

func TestOneSourceHasAShareOfTheHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counts := &tally{}
		r := newRegister(Guards{MaxHandshakes: 10000, MaxConnsPerAddress: 10000, Meter: counts}.withDefaults())
		defer r.cut()
		admitted := func(address string, times int) (n int) {
			for range times {
				conn, _ := net.Pipe()
				if g, ok := r.admit(from{conn, tcp(address)}); ok {
					n++
					_ = g
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
		if got := counts.turnedAway(); !slices.Contains(got, TooManyHandshakesOfAddress) {
			t.Errorf("counted as %q", got)
		}
		for g := range r.conns { // sessions are no handshakes any more
			begin(g, nil)
		}
		if n := admitted("192.0.2.1", 10); n != 10 {
			t.Errorf("with sessions, %d of 10 more", n)
		}
	})
}

func TestASiteHasAShareOfTheConnections(t *testing.T) {
	r := newRegister(Guards{MaxConnsPerAddress: 2}.withDefaults())
	defer r.cut()
	n := 0
	for i := range 100 {
		conn, _ := net.Pipe()
		if _, ok := r.admit(from{conn, tcp(fmt.Sprintf("2001:db8:1:%x::1", i))}); ok {
			n++
		}
	}
	if n != 2*siteShare {
		t.Errorf("a site with 100 networks has %d connections", n)
	}
}

func TestARefusedClientReadsWhy(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Guards{MaxConnsPerAddress: 1})
	client(t, addr)
	_, err := gossh.Dial("tcp", addr, clientConfig())
	if err == nil || !strings.Contains(err.Error(), farewells[TooManyOfAddress]) {
		t.Errorf("%v", err)
	}
	if _, stderr, err := openSSH(t, addr, nil, "whoami"); err == nil || !strings.Contains(stderr, farewells[TooManyOfAddress]) {
		t.Errorf("OpenSSH: %v, %q", err, stderr)
	}
}

func TestARefusedConnectionIsClosedSoon(t *testing.T) {
	addr, s := startServer(t, echoScreen, Guards{MaxConnsPerAddress: 1})
	client(t, addr)
	var conns []net.Conn
	for range maxRefused + 50 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
		s.register.refusals.mu.Lock()
		if n := len(s.register.refusals.paused); n > maxRefused {
			t.Errorf("%d are open", n)
		}
		s.register.refusals.mu.Unlock()
	}
	for _, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(patience))
		var timeout net.Error
		if _, err := io.Copy(io.Discard, conn); errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatal("a refused connection goes on")
		}
	}
}

func TestADisconnectMessageIsAWholePacket(t *testing.T) {
	for n := range 50 {
		p := disconnect(tooManyConnections, strings.Repeat("x", n))
		length := int(p[0])<<24 | int(p[1])<<16 | int(p[2])<<8 | int(p[3])
		if len(p)%8 != 0 || length != len(p)-4 || p[4] < 4 || p[5] != 1 {
			t.Errorf("%d characters: % x", n, p)
		}
	}
}
