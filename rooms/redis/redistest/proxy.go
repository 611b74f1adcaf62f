package redistest

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Proxy passes connections on to a server, and spoils them on demand. It ends
// with the test. Its methods are safe for concurrent use.
type Proxy struct {
	listener net.Listener
	to       string
	delay    time.Duration // each way
	done     chan struct{} // closed at the end
	wg       sync.WaitGroup

	mu      sync.Mutex
	links   map[*link]struct{}
	down    bool          // connections are refused
	cutNext bool          // the next answer is cut off
	open    chan struct{} // closed while traffic passes
}

// link is one connection, of two halves.
type link struct {
	near, far net.Conn
	frozen    bool // what is written is swallowed
}

// NewProxy listens on a loopback port and passes on what comes in to host:port.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	return NewFarProxy(t, to, 0)
}

// NewFarProxy is NewProxy for a server that is far away: whatever passes takes
// that long, each way.
func NewFarProxy(t testing.TB, to string, delay time.Duration) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal("starting a proxy: ", err)
	}
	p := &Proxy{listener: l, to: to, delay: delay, done: make(chan struct{}), links: map[*link]struct{}{}, open: make(chan struct{})}
	close(p.open)
	p.wg.Go(p.serve)
	t.Cleanup(func() {
		l.Close()
		close(p.done)
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// Addr is host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// URL is what a client connects to.
func (p *Proxy) URL() string { return "redis://" + p.Addr() }

// Port is the port of Addr.
func (p *Proxy) Port() string { return strconv.Itoa(p.listener.Addr().(*net.TCPAddr).Port) }

// Freeze lets the connections that exist fall silent for good without closing
// them, as behind a router that lost its tables. New ones are well.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.frozen = true
	}
}

// Hold holds all traffic up, both ways and of new connections too, without
// losing any of it, until Release.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.passes() {
		p.open = make(chan struct{})
	}
}

// Release lets what Hold held up pass.
func (p *Proxy) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.passes() {
		close(p.open)
	}
}

// Cut closes the connections that exist.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
}

// Down closes the connections that exist and refuses new ones, until Up.
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.Cut()
}

// Up lets connections be made again.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// CutNext closes the connection on which the server answers next, in place of
// the answer; or none, where it is called off before.
func (p *Proxy) CutNext(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutNext = yes
}

func (p *Proxy) passes() bool {
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
		l := &link{near: near, far: far}
		p.mu.Lock()
		p.links[l] = struct{}{}
		refused := p.down
		p.mu.Unlock()
		select {
		case <-p.done:
			refused = true
		default:
		}
		if refused {
			l.close()
		}
		var halves sync.WaitGroup
		halves.Go(func() { p.pass(l, far, near) })
		halves.Go(func() { p.pass(l, near, far) })
		p.wg.Go(func() {
			halves.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.links, l)
		})
	}
}

func (p *Proxy) pass(l *link, to, from net.Conn) {
	defer l.close()
	if p.delay == 0 {
		io.Copy(&gate{p, l, to}, from)
		return
	}
	late := newDelayed(from, p.delay)
	io.Copy(&gate{p, l, to}, late)
	l.close()
	late.wait()
}

func (l *link) close() {
	l.near.Close()
	l.far.Close()
}

// gate is one direction of a connection.
type gate struct {
	p  *Proxy
	l  *link
	to net.Conn
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
	frozen := g.l.frozen
	cut := g.p.cutNext && g.to == g.l.near && !frozen
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
