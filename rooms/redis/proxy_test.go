package redis

import (
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy passes connections on to a server, and spoils them on demand.
type proxy struct {
	listener net.Listener
	frozen   atomic.Pointer[chan struct{}] // closed by freeze, replaced for connections to come
	cut      atomic.Bool
	wg       sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	p := &proxy{listener: l}
	frozen := make(chan struct{})
	p.frozen.Store(&frozen)
	p.wg.Go(func() { p.serve(to) })
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		for _, c := range p.conns {
			c.Close()
		}
		p.mu.Unlock()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) serve(to string) {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", to)
		if err != nil {
			near.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, near, far)
		p.mu.Unlock()
		frozen := *p.frozen.Load()
		pass := func(to, from net.Conn, cut *atomic.Bool) {
			io.Copy(&gate{to, frozen, cut}, from)
			to.Close()
			from.Close()
		}
		p.wg.Go(func() { pass(far, near, new(atomic.Bool)) })
		p.wg.Go(func() { pass(near, far, &p.cut) })
	}
}

func (p *proxy) addr() string { return p.listener.Addr().String() }
func (p *proxy) url() string  { return "redis://" + p.addr() }
func (p *proxy) port() string { return strconv.Itoa(p.listener.Addr().(*net.TCPAddr).Port) }

// freeze lets the connections that exist fall silent without closing them, as
// behind a router that lost its tables.
func (p *proxy) freeze() {
	frozen := make(chan struct{})
	close(*p.frozen.Swap(&frozen))
}

// cutNext closes the connection on which the server answers next, in place of
// the answer.
func (p *proxy) cutNext() { p.cut.Store(true) }

// gate is one direction of a connection.
type gate struct {
	to     net.Conn
	frozen <-chan struct{}
	cut    *atomic.Bool
}

func (g *gate) Write(b []byte) (int, error) {
	select {
	case <-g.frozen:
		return len(b), nil
	default:
	}
	if g.cut.CompareAndSwap(true, false) {
		return 0, net.ErrClosed
	}
	return g.to.Write(b)
}
