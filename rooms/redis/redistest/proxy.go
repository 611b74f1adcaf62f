package redistest

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Proxy forwards connections to a server and disturbs them on demand. It ends
// with the test. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	to       string
	delay    time.Duration // in each direction
	done     chan struct{} // closed at the end
	wg       sync.WaitGroup

	mu      sync.Mutex
	conns   map[*proxyConn]struct{}
	down    bool          // new connections are closed
	cutNext bool          // the connection of the next reply is closed
	open    chan struct{} // closed unless traffic is held
}

// proxyConn is one connection: to the client and to the server.
type proxyConn struct {
	near, far net.Conn
	frozen    bool // data is discarded
}

// NewProxy returns a proxy on a loopback port that forwards to host:port.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	return NewFarProxy(t, to, 0)
}

// NewFarProxy is NewProxy for a distant server: it delays all data in each
// direction.
func NewFarProxy(t testing.TB, to string, delay time.Duration) *Proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("starting a proxy: ", err)
	}
	p := &Proxy{listener: ln, to: to, delay: delay, done: make(chan struct{}), conns: map[*proxyConn]struct{}{}, open: make(chan struct{})}
	close(p.open)
	p.wg.Go(p.serve)
	t.Cleanup(func() {
		ln.Close()
		close(p.done)
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// Addr returns host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// URL returns the URL for clients.
func (p *Proxy) URL() string { return "redis://" + p.Addr() }

// Port returns the port of Addr.
func (p *Proxy) Port() string { return strconv.Itoa(p.listener.Addr().(*net.TCPAddr).Port) }

// Freeze makes the existing connections silent for good without closing them, as
// a router does that lost its tables. New connections work.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.frozen = true
	}
}

// Hold holds all traffic in both directions, even of new connections, until
// Release. Nothing is lost.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isOpen() {
		p.open = make(chan struct{})
	}
}

// Release ends Hold.
func (p *Proxy) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.isOpen() {
		close(p.open)
	}
}

// Cut closes the existing connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.close()
	}
}

// Down closes the existing connections and, until Up, all new ones.
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.Cut()
}

// Up ends Down.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// CutNext makes the proxy close the connection of the server's next reply instead
// of forwarding the reply. CutNext(false) cancels that.
func (p *Proxy) CutNext(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutNext = yes
}

func (p *Proxy) isOpen() bool {
	select {
	case <-p.open:
		return true
	default:
		return false
	}
}

func (p *Proxy) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", p.to)
		if err != nil {
			near.Close()
			continue
		}
		c := &proxyConn{near: near, far: far}
		p.mu.Lock()
		p.conns[c] = struct{}{}
		refused := p.down
		p.mu.Unlock()
		select {
		case <-p.done:
			refused = true
		default:
		}
		if refused {
			c.close()
		}
		var halves sync.WaitGroup
		halves.Go(func() { p.pass(c, far, near) })
		halves.Go(func() { p.pass(c, near, far) })
		p.wg.Go(func() {
			halves.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.conns, c)
		})
	}
}

func (p *Proxy) pass(c *proxyConn, to, from net.Conn) {
	defer c.close()
	if p.delay == 0 {
		io.Copy(&gate{p, c, to}, from)
		return
	}
	late := newDelayed(from, p.delay)
	io.Copy(&gate{p, c, to}, late)
	c.close()
	late.wait()
}

func (c *proxyConn) close() {
	c.near.Close()
	c.far.Close()
}

// gate writes one direction of a connection.
type gate struct {
	p    *Proxy
	conn *proxyConn
	to   net.Conn
}

func (g *gate) Write(b []byte) (int, error) {
	g.p.mu.Lock()
	open := g.p.open
	g.p.mu.Unlock()
	select {
	case <-open:
	case <-g.p.done:
		return 0, net.ErrClosed
	}
	g.p.mu.Lock()
	frozen := g.conn.frozen
	cut := g.p.cutNext && g.to == g.conn.near && !frozen
	if cut {
		g.p.cutNext = false
	}
	g.p.mu.Unlock()
	switch {
	case cut:
		return 0, net.ErrClosed
	case frozen:
		return len(b), nil
	}
	return g.to.Write(b)
}
