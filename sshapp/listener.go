package sshapp

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// register knows every connection and every running session of a server, holds
// the caps on them, and tells when all are gone. Safe from any goroutine.
type register struct {
	cfg       *Guards
	connects  *allowance // connections, and further sessions on them
	penalties *penalties
	paces     *paces
	refusals  *refusals

	mu         sync.Mutex
	conns      map[*guard]netip.Prefix
	handshakes map[*guard]struct{}
	perAddress map[netip.Prefix]*source // and per site
	listeners  []net.Listener
	handlers   int
	short      bool // of memory: nobody is admitted
	stopping   bool
	empty      chan struct{} // closed when stopping and nothing is left
}

func newRegister(cfg *Guards) *register {
	return &register{
		cfg:        cfg,
		connects:   newAllowance(cfg.MaxConnects),
		penalties:  newPenalties(cfg.MaxPenalty),
		paces:      newPaces(cfg.SourceIngress),
		refusals:   newRefusals(),
		conns:      make(map[*guard]netip.Prefix),
		handshakes: make(map[*guard]struct{}),
		perAddress: make(map[netip.Prefix]*source),
		empty:      make(chan struct{}),
	}
}

// admit guards conn, or closes it where that would go over a cap.
func (r *register) admit(conn net.Conn) (*guard, bool) {
	from := sourceOf(conn.RemoteAddr())
	r.mu.Lock()
	why := r.full(from)
	if why != "" || r.stopping {
		r.mu.Unlock()
		if why != "" {
			r.cfg.Meter.TurnedAway(why)
		}
		r.refusals.refuse(conn, why)
		return nil, false
	}
	boundBuffers(conn)
	g := newGuard(conn, r.cfg, r.settled, r.gone)
	g.source = from
	for _, s := range r.count(from, 1, 1) {
		g.inboxes = append(g.inboxes, &s.inbox)
		if s.pace != nil {
			g.paces = append(g.paces, s.pace)
		}
	}
	r.conns[g] = from
	r.handshakes[g] = struct{}{}
	r.mu.Unlock()
	return g, true
}

// What the kernel buffers of one connection, in bytes; Linux makes it twice that.
// By itself it would grow to megabytes for whoever sends and is not read, or does
// not read, and that counts as the container's memory.
const (
	kernelInput  = 32 << 10
	kernelOutput = 64 << 10
)

// boundBuffers is a hint: a connection without it works as well.
func boundBuffers(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetReadBuffer(kernelInput)
		tcp.SetWriteBuffer(kernelOutput)
	}
}

func (r *register) settled(g *guard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.handshakes[g]; ok {
		delete(r.handshakes, g)
		r.count(g.source, 0, -1)
	}
}

func (r *register) gone(g *guard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	handshakes := 0
	if _, ok := r.handshakes[g]; ok {
		handshakes = -1
	}
	r.count(g.source, -1, handshakes)
	delete(r.conns, g)
	delete(r.handshakes, g)
	if !r.stopping {
		r.penalties.add(g.source, g.penalty())
	}
	r.tellIfEmpty()
}

// anotherSession reports whether one more session may begin on the connection.
// The first comes with it; each further one counts as a connection, because it
// costs as much.
func (r *register) anotherSession(g *guard) bool {
	g.mu.Lock()
	g.sessions++
	first := g.sessions == 1
	g.mu.Unlock()
	return first || r.connects.spend(g.source)
}

// handling counts the handlers that run.
func (r *register) handling(delta int) {
	r.mu.Lock()
	r.handlers += delta
	r.tellIfEmpty()
	r.mu.Unlock()
}

// Called with mu held.
func (r *register) tellIfEmpty() {
	if !r.stopping || len(r.conns) > 0 || r.handlers > 0 {
		return
	}
	select {
	case <-r.empty:
	default:
		close(r.empty)
	}
}

// listen makes stop close l; false says that it is too late.
func (r *register) listen(l net.Listener) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listeners = append(r.listeners, l)
	return !r.stopping
}

func (r *register) stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopping
}

// stop admits nobody any more and cuts who is in no session.
func (r *register) stop() {
	r.mu.Lock()
	r.stopping = true
	r.tellIfEmpty()
	listeners := r.listeners
	r.mu.Unlock()
	for _, l := range listeners {
		l.Close()
	}
	r.refusals.stop()
	for _, g := range r.list(false) {
		g.Close()
	}
}

// cut ends every connection.
func (r *register) cut() {
	for _, g := range r.list(true) {
		g.Close()
	}
}

func (r *register) list(everyone bool) []*guard {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*guard
	for g := range r.conns {
		if _, ok := r.handshakes[g]; ok || everyone || g.vacant() {
			all = append(all, g)
		}
	}
	return all
}

// wait returns when no connection and no handler is left, after stop.
func (r *register) wait(ctx context.Context) error {
	select {
	case <-r.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// guardedListener hands out guarded connections only.
type guardedListener struct {
	net.Listener
	register *register
}

// Accept waits for a connection within the caps. Errors are the listener's
// own, as the SSH server knows which of them pass.
func (l guardedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g, ok := l.register.admit(conn); ok {
			return g, nil
		}
	}
}
