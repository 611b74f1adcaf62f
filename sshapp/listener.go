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
	cfg *Guards

	mu         sync.Mutex
	conns      map[*guard]netip.Prefix
	handshakes map[*guard]struct{}
	perAddress map[netip.Prefix]int
	listeners  []net.Listener
	handlers   int
	short      bool // of memory: nobody is admitted
	stopping   bool
	empty      chan struct{} // closed when stopping and nothing is left
}

func newRegister(cfg *Guards) *register {
	return &register{
		cfg:        cfg,
		conns:      make(map[*guard]netip.Prefix),
		handshakes: make(map[*guard]struct{}),
		perAddress: make(map[netip.Prefix]int),
		empty:      make(chan struct{}),
	}
}

// admit guards conn, or closes it where that would go over a cap.
func (r *register) admit(conn net.Conn) (*guard, bool) {
	source := sourceOf(conn.RemoteAddr())
	r.mu.Lock()
	if why := r.full(source); why != "" || r.stopping {
		r.mu.Unlock()
		conn.Close()
		if why != "" {
			r.cfg.Meter.TurnedAway(why)
		}
		return nil, false
	}
	g := newGuard(conn, r.cfg, r.settled, r.gone)
	r.conns[g] = source
	r.handshakes[g] = struct{}{}
	if source.IsValid() {
		r.perAddress[source]++
	}
	r.mu.Unlock()
	return g, true
}

// full is the cap that one more connection would go over; empty: none. Called
// with mu held.
func (r *register) full(source netip.Prefix) Reason {
	switch {
	case r.short:
		return ShortOfMemory
	case over(len(r.conns), r.cfg.MaxConns):
		return TooManyConns
	case over(len(r.handshakes), r.cfg.MaxHandshakes):
		return TooManyHandshakes
	case source.IsValid() && over(r.perAddress[source], r.cfg.MaxConnsPerAddress):
		return TooManyOfAddress
	}
	return ""
}

func over(n, limit int) bool { return limit > 0 && n >= limit }

func (r *register) settled(g *guard) {
	r.mu.Lock()
	delete(r.handshakes, g)
	r.mu.Unlock()
}

func (r *register) gone(g *guard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	source := r.conns[g]
	delete(r.conns, g)
	delete(r.handshakes, g)
	if source.IsValid() {
		if r.perAddress[source]--; r.perAddress[source] == 0 {
			delete(r.perAddress, source)
		}
	}
	r.tellIfEmpty()
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
