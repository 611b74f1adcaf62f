package sshapp

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// stalls is a handler that reads no input until it is told to, then all of it.
type stalls struct {
	read chan struct{}
	mu   sync.Mutex
	got  []int // bytes of each session that has ended
	bad  bool  // they were not what was sent
}

func (s *stalls) session(sess ssh.Session) {
	if sess.RawCommand() == "echo" {
		io.Copy(sess, sess)
		return
	}
	select {
	case <-s.read:
	case <-sess.Context().Done():
		return
	}
	all, _ := io.ReadAll(sess)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, len(all))
	s.bad = s.bad || len(bytes.Trim(all, "x")) > 0
}

// clientFrom is a connection from another address of this machine.
func clientFrom(t *testing.T, addr, local string) *gossh.Client {
	t.Helper()
	conn, err := dialFrom(addr, local)
	if err != nil {
		t.Fatal(err)
	}
	return clientOver(t, conn, "new")
}

func dialFrom(addr, local string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(local)}, Timeout: patience}
	return d.Dial("tcp", addr)
}

// echoing is a session that sends back what comes.
func echoing(t *testing.T, c *gossh.Client) *window {
	t.Helper()
	w := open(t, c)
	if !w.asks(t, "exec", struct{ X string }{"echo"}) {
		t.Fatal("no session")
	}
	return w
}

func TestUnreadInputOfASourceIsBounded(t *testing.T) {
	const limit, each, conns = 256 << 10, 200 << 10, 6
	h := &stalls{read: make(chan struct{})}
	cfg := hostileConfig()
	cfg.MaxUnread, cfg.KeepAlive = limit, 100*time.Millisecond // who is held back is not silent
	addr, s := startServer(t, h.session, cfg)
	neighbour := echoing(t, clientFrom(t, addr, "127.0.0.1"))
	var sent sync.WaitGroup
	for range conns {
		w := open(t, clientFrom(t, addr, "127.0.0.2"))
		if !w.asks(t, "exec", struct{ X string }{"stall"}) {
			t.Fatal("no session")
		}
		sent.Go(func() {
			// In small packets, which cost the most.
			for range each / 100 {
				w.types("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
			}
			w.CloseWrite()
		})
	}
	eventually(t, "the limit is reached", func() bool { return s.unread() > limit })
	stop := time.After(time.Second)
	for i, more := 0, true; more; i++ {
		select {
		case <-stop:
			more = false
		default:
			line := fmt.Sprintf("line%d\n", i)
			neighbour.types(line)
			neighbour.shows(t, line)
		}
		// One more read of each connection, and what each may have in any case.
		if n := s.unread(); n > limit+conns*(heldBack+8<<10) {
			t.Fatalf("%d bytes are unread", n)
		}
	}
	var total int64
	for g, n := range s.inputs() {
		if total += n; g.ctx.Err() != nil {
			t.Error("a connection that is held back was cut")
		}
	}
	if total < limit {
		t.Errorf("%d bytes are unread by connection", total)
	}
	close(h.read)
	sent.Wait()
	eventually(t, "everything is read", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.got) == conns
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.got {
		if n != each || h.bad {
			t.Errorf("%d of %d bytes came", n, each)
		}
	}
	eventually(t, "nothing is unread", func() bool { return s.unread() < 8<<10 })
}

// The measure is right at both ends: nothing while a session reads, and no less
// than there is while none does.
func TestUnreadInputIsMeasured(t *testing.T) {
	h := &stalls{read: make(chan struct{})}
	addr, s := startServer(t, h.session, hostileConfig())
	c := client(t, addr)
	w := open(t, c)
	if !w.asks(t, "exec", struct{ X string }{"stall"}) {
		t.Fatal("no session")
	}
	for range 1000 {
		w.types("x")
	}
	// Packets of one byte have 36 on the network, or more.
	eventually(t, "it is counted", func() bool { return s.unread() >= 1000*36 })
	close(h.read)
	// What came while a read was under way may be counted until the next one.
	eventually(t, "it is read", func() bool { return s.unread() <= heldBack })
	for range 100 {
		w.types("x")
	}
	eventually(t, "a session that reads has next to none", func() bool { return s.unread() <= heldBack })
	w.CloseWrite()
	w.ends(t)
	c.Close()
	eventually(t, "a connection that is gone has none", func() bool { return s.unread() == 0 })
}

func TestAHeldConnectionEndsWithItsServer(t *testing.T) {
	h := &stalls{read: make(chan struct{})}
	cfg := hostileConfig()
	cfg.MaxUnread = 1
	addr, s := startServer(t, h.session, cfg) // checks that nothing is left
	w := open(t, client(t, addr))
	if !w.asks(t, "exec", struct{ X string }{"stall"}) {
		t.Fatal("no session")
	}
	go w.types(string(make([]byte, 1<<20)))
	eventually(t, "it is held back", func() bool {
		for g := range s.inputs() {
			if g.held.Load() {
				return true
			}
		}
		return false
	})
}

func TestAByteAtATimeCostsItsHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, n = 1000, 500
		g, peer, _, _ := guarded(t, Guards{IngressRate: rate, IngressBurst: rate, Greeting: time.Hour, Login: time.Hour})
		go func() {
			for range n {
				peer.Write([]byte("x"))
			}
		}()
		if _, err := io.ReadFull(g, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		want := time.Second * (n*(1+packetCost) - rate) / rate
		if got := time.Since(g.born); got < want-time.Second || got > want+time.Second {
			t.Errorf("%d bytes took %v, not %v", n, got, want)
		}
	})
}

func TestASourceHasOnePaceHoweverManyConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pace, conns, n = 1 << 10, 8, 16 << 10
		r := newRegister(Guards{SourceIngress: pace, Greeting: time.Hour, Login: time.Hour}.withDefaults())
		defer r.cut()
		reads := func(address string) (took time.Duration) {
			start := time.Now()
			var group sync.WaitGroup
			for range conns {
				conn, peer := net.Pipe()
				g, ok := r.admit(from{conn, tcp(address)})
				if !ok {
					t.Fatal("not admitted")
				}
				go peer.Write(make([]byte, n))
				group.Go(func() { io.ReadFull(g, make([]byte, n)) })
				defer g.Close()
			}
			group.Wait()
			return time.Since(start)
		}
		want := (conns*n - sourceBurst*pace) / pace * time.Second
		for _, address := range []string{"192.0.2.1", "192.0.2.2"} {
			if got := reads(address); got < want || got > want+2*time.Second {
				t.Errorf("%s: %v, not %v", address, got, want)
			}
		}
		// Whoever connects anew has the same bucket still.
		if got := reads("192.0.2.2"); got < want+sourceBurst*time.Second-2*time.Second {
			t.Errorf("again: %v", got)
		}
	})
}

// unread is how much input of all connections no session has read yet, in
// bytes, roughly.
func (s *server) unread() (sum int64) {
	for _, n := range s.inputs() {
		sum += n
	}
	return sum
}

// inputs are the connections and how much unread input each has.
func (s *server) inputs() iter.Seq2[*guard, int64] {
	return func(yield func(*guard, int64) bool) {
		for _, g := range s.register.list(true) {
			if !yield(g, g.unread()) {
				return
			}
		}
	}
}
