package sshapp

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// guarded is a guard at one end of a pipe, with what it tells its register.
func guarded(t *testing.T, cfg Guards) (g *guard, peer net.Conn, settled, gone *atomic.Int32) {
	t.Helper()
	settled, gone = new(atomic.Int32), new(atomic.Int32)
	conn, peer := net.Pipe()
	g = newGuard(conn, cfg.withDefaults(), func(*guard) { settled.Add(1) }, func(*guard) { gone.Add(1) })
	t.Cleanup(func() {
		g.Close()
		peer.Close()
	})
	return g, peer, settled, gone
}

// begin makes g think that a session runs.
func begin(g *guard, peer gossh.Conn) (*terminal, context.Context) {
	ctx, cancel := context.WithCancelCause(context.Background())
	t := &terminal{cancel: cancel}
	g.Established(t, peer)
	return t, ctx
}

// lasts is how long it takes until the guard has closed its connection.
func lasts(g *guard) time.Duration {
	<-g.ctx.Done()
	return time.Since(g.born)
}

// quietPeer is a client that answers no question.
type quietPeer struct {
	gossh.Conn
	asked atomic.Int32
	until <-chan struct{}
}

func (p *quietPeer) SendRequest(name string, wantReply bool, _ []byte) (bool, []byte, error) {
	if name == keepAlive && wantReply {
		p.asked.Add(1)
	}
	<-p.until
	return false, nil, io.EOF
}

func TestAConnectionIsCutWithoutKeyExchange(t *testing.T) {
	for _, said := range []string{"", "SSH-2.0-x\r\n", "hello\r\nSSH-2.0-x\n", "x\nXSSH-\ny", strings.Repeat("S", 300)} {
		synctest.Test(t, func(t *testing.T) {
			g, peer, _, gone := guarded(t, Guards{})
			go io.WriteString(peer, said)
			go io.Copy(io.Discard, g)
			if got := lasts(g); got != 10*time.Second {
				t.Errorf("after %q it lasts %v", said, got)
			}
			synctest.Wait()
			if gone.Load() != 1 {
				t.Errorf("gone %d times", gone.Load())
			}
		})
	}
}

func TestAConnectionThatExchangesKeysMayLogIn(t *testing.T) {
	for _, said := range []string{"SSH-2.0-x\r\n\x00", "hello\nSSH-2.0-x\n\x00\x00"} {
		synctest.Test(t, func(t *testing.T) {
			g, peer, _, _ := guarded(t, Guards{})
			go func() {
				for _, c := range said { // a byte at a time
					io.WriteString(peer, string(c))
				}
			}()
			go io.Copy(io.Discard, g)
			if got := lasts(g); got != 2*time.Minute {
				t.Errorf("after %q it lasts %v", said, got)
			}
		})
	}
}

func TestASessionLastsAsLongAsThePersonTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, settled, gone := guarded(t, Guards{KeepAlive: 100 * time.Hour})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, g)
		_, ctx := begin(g, nil)
		for range 5 {
			time.Sleep(time.Hour)
			g.Input()
		}
		typed := time.Now()
		<-ctx.Done()
		if cause := context.Cause(ctx); cause != errIdle || time.Since(typed) != 2*time.Hour {
			t.Errorf("%v after %v", cause, time.Since(typed))
		}
		lasts(g) // its handler never returned
		if got := time.Since(typed); got != 2*time.Hour+30*time.Second {
			t.Errorf("it was cut after %v", got)
		}
		synctest.Wait()
		if settled.Load() != 1 || gone.Load() != 1 {
			t.Errorf("settled %d, gone %d times", settled.Load(), gone.Load())
		}
	})
}

func TestAPatientSessionLastsForALifetime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{KeepAlive: 100 * time.Hour})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, g)
		s, ctx := begin(g, nil)
		s.patient.Store(true)
		<-ctx.Done()
		if cause := context.Cause(ctx); cause != errLifetime || time.Since(g.born) != 25*time.Hour {
			t.Errorf("%v after %v", cause, time.Since(g.born))
		}
		// Its last words may still be on their way when it has ended.
		g.ended(s)
		if got := lasts(g); got != 25*time.Hour+30*time.Second {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestAConnectionWithoutASessionIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{KeepAlive: 100 * time.Hour})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, g)
		a, _ := begin(g, nil)
		b, _ := begin(g, nil)
		time.Sleep(time.Hour)
		g.ended(a)
		time.Sleep(time.Hour / 2)
		g.ended(b)
		if got := lasts(g); got != time.Hour+time.Hour/2+2*time.Minute {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestASilentClientIsAskedOnceAndThenCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{})
		go io.WriteString(peer, "SSH-2.0-x\n\x00")
		go io.Copy(io.Discard, g)
		quiet := &quietPeer{until: g.ctx.Done()}
		_, ctx := begin(g, quiet)
		if got := lasts(g); got != time.Minute { // four times 15 s
			t.Errorf("it was cut after %v", got)
		}
		synctest.Wait()
		if quiet.asked.Load() != 1 {
			t.Errorf("it was asked %d times", quiet.asked.Load())
		}
		if ctx.Err() != nil {
			t.Error("nobody is there to say goodbye to")
		}
	})
}

func TestAClientThatSendsAnythingIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{})
		go io.Copy(io.Discard, g)
		io.WriteString(peer, "SSH-2.0-x\n\x00")
		quiet := &quietPeer{until: g.ctx.Done()}
		begin(g, quiet)
		for range 100 {
			time.Sleep(time.Minute - time.Second)
			io.WriteString(peer, "x")
		}
		if quiet.asked.Load() != 1 { // the question is still open
			t.Errorf("it was asked %d times", quiet.asked.Load())
		}
		start := time.Now()
		lasts(g)
		if got := time.Since(start); got != time.Minute {
			t.Errorf("it was cut after %v", got)
		}
	})
}

func TestAWriteThatNobodyTakesClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _, _, gone := guarded(t, Guards{Write: 5 * time.Second})
		start := time.Now()
		if _, err := g.Write([]byte("x")); err == nil {
			t.Error("it was taken")
		}
		if got := time.Since(start); got != 5*time.Second || gone.Load() != 1 {
			t.Errorf("after %v, gone %d times", got, gone.Load())
		}
	})
}

func TestDeadlinesFromOutsideAreNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{})
		past := time.Now().Add(-time.Hour)
		if g.SetDeadline(past) != nil || g.SetReadDeadline(past) != nil || g.SetWriteDeadline(past) != nil {
			t.Error("an error")
		}
		go peer.Write([]byte("x"))
		if _, err := g.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		go peer.Read(make([]byte, 1))
		if _, err := g.Write([]byte("x")); err != nil {
			t.Error(err)
		}
	})
}

func TestReadingKeepsToThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{})
		const n = 1 << 20
		go peer.Write(append([]byte("SSH-2.0-x\n\x00"), make([]byte, n)...))
		begin(g, nil)
		if _, err := io.ReadFull(g, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		want := (n - 256<<10) / (8 << 10) * time.Second
		if got := time.Since(g.born); got < want-time.Second || got > want+time.Second {
			t.Errorf("1 MiB took %v, not %v", got, want)
		}
	})
}

func TestCloseFreesAReaderThatKeepsToThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, peer, _, _ := guarded(t, Guards{IngressRate: 1, IngressBurst: 10})
		go peer.Write(make([]byte, 20))
		if _, err := io.ReadFull(g, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		failed := make(chan error)
		go func() {
			_, err := g.Read(make([]byte, 10))
			failed <- err
		}()
		synctest.Wait()
		g.Close()
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

func tcp(address string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 1))
}

func TestSourcesAreAddressesOrIPv6Networks(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":           "192.0.2.7/32",
		"::ffff:192.0.2.7":    "192.0.2.7/32",
		"2001:db8:1:2:3::9":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
	} {
		if got := sourceOf(tcp(address)).String(); got != want {
			t.Errorf("%s counts for %s, not %s", address, got, want)
		}
	}
	if p := sourceOf(&net.UnixAddr{Name: "@"}); p.IsValid() {
		t.Errorf("a socket of the machine itself counts for %s", p)
	}
}

// from is a connection that seems to come from an address.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

func TestConnectionsBeyondACapAreClosedAtOnce(t *testing.T) {
	for _, row := range []struct {
		name    string
		cfg     Guards
		sources []string // in turn
		admits  []bool
	}{
		{"in all", Guards{MaxConns: 2}, []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, []bool{true, true, false}},
		{"per address", Guards{MaxConnsPerAddress: 1},
			[]string{"192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::"},
			[]bool{true, false, false, true, true, false, true}},
		{"in handshake", Guards{MaxHandshakes: 1}, []string{"192.0.2.1", "192.0.2.2"}, []bool{true, false}},
		{"none", Guards{}, []string{"192.0.2.1", "192.0.2.1", "192.0.2.1"}, []bool{true, true, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRegister(row.cfg.withDefaults())
			defer r.cut()
			var first *guard
			for i, source := range row.sources {
				conn, peer := net.Pipe()
				g, ok := r.admit(from{conn, tcp(source)})
				if ok != row.admits[i] {
					t.Fatalf("connection %d from %s: admitted is %v", i, source, ok)
				}
				if !ok {
					if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
						t.Errorf("connection %d was not closed: %v", i, err)
					}
				} else if first == nil {
					first = g
				}
			}
			// Whoever leaves makes room, once.
			first.Close()
			first.Close()
			conn, _ := net.Pipe()
			if _, ok := r.admit(from{conn, tcp(row.sources[0])}); !ok {
				t.Error("no room after one has left")
			}
		})
	}
}

func TestASettledConnectionIsNoHandshake(t *testing.T) {
	cfg := Guards{MaxHandshakes: 1}
	r := newRegister(cfg.withDefaults())
	defer r.cut()
	for range 3 {
		conn, _ := net.Pipe()
		g, ok := r.admit(conn)
		if !ok {
			t.Fatal("not admitted")
		}
		begin(g, nil)
	}
}

func TestTheRegisterForgetsWhoIsGone(t *testing.T) {
	cfg := Guards{MaxConns: 1, MaxConnsPerAddress: 1, MaxHandshakes: 1}
	r := newRegister(cfg.withDefaults())
	before := runtime.NumGoroutine()
	for range 100 {
		conn, _ := net.Pipe()
		g, ok := r.admit(from{conn, tcp("192.0.2.1")})
		if !ok {
			t.Fatal("not admitted")
		}
		g.Close()
	}
	if len(r.conns)+len(r.handshakes)+len(r.perAddress) != 0 {
		t.Errorf("%d connections, %d handshakes, %d addresses are left", len(r.conns), len(r.handshakes), len(r.perAddress))
	}
	goroutinesReturn(t, before)
}

func TestAcceptPassesOnWhatTheListenerSays(t *testing.T) {
	full := &temporary{}
	cfg := Guards{}
	l := guardedListener{failing{err: full}, newRegister(cfg.withDefaults())}
	if _, err := l.Accept(); err != full {
		t.Errorf("%v", err)
	}
}

type temporary struct{ net.OpError }

func (*temporary) Temporary() bool { return true }

type failing struct {
	net.Listener
	err error
}

func (f failing) Accept() (net.Conn, error) { return nil, f.err }
