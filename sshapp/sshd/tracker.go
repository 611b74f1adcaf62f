package sshd

import (
	"context"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/pires/go-proxyproto"
	"golang.org/x/time/rate"
)

// tracker knows every connection and counts the running handlers of a server. It
// decides who is admitted, and knows when all are gone. It is safe for concurrent
// use.
type tracker struct {
	cfg       *Config
	connects  *Quota // connections, and further sessions on them
	penalties *penalties
	throttles *throttles
	refusals  *refusals
	pacer     *pacer

	mu         sync.Mutex
	listeners  []net.Listener                // nil before Serve
	awaited    map[*proxyproto.Conn]struct{} // connections of proxies whose headers have yet to come
	conns      map[*conn]struct{}
	handshakes map[*conn]struct{} // those of conns on which no session has begun
	sources    map[netip.Prefix]*sourceState
	handlers   int
	short      bool // of memory: nobody is admitted
	stopping   bool
	empty      chan struct{} // closed when stopping and nothing is left
}

// sourceState is what a source, or a site, has at the moment.
type sourceState struct {
	conns, handshakes int
	unread            sourceUnread
	throttle          *rate.Limiter // nil: none
}

func newTracker(cfg *Config) *tracker {
	return &tracker{
		cfg:        cfg,
		connects:   newQuota(cfg.MaxConnects, nil),
		penalties:  newPenalties(cfg.MaxPenalty),
		throttles:  newThrottles(cfg.SourceReadRate),
		refusals:   newRefusals(cfg.Version),
		pacer:      newPacer(cfg.MaxConnects),
		awaited:    make(map[*proxyproto.Conn]struct{}),
		conns:      make(map[*conn]struct{}),
		handshakes: make(map[*conn]struct{}),
		sources:    make(map[netip.Prefix]*sourceState),
		empty:      make(chan struct{}),
	}
}

// add wraps nc and keeps track of it, or refuses it if it exceeds a limit.
func (t *tracker) add(nc net.Conn) (*conn, bool) {
	source := Source(nc.RemoteAddr())
	t.mu.Lock()
	why := t.refusal(addressOf(nc.RemoteAddr()), source)
	if why != "" || t.stopping {
		t.mu.Unlock()
		t.turnAway(nc, why)
		return nil, false
	}
	boundBuffers(nc)
	c := newConn(nc, t.cfg, t)
	c.source, c.proxysOwn = source, t.cfg.isProxy(nc.RemoteAddr())
	for _, s := range t.count(source, 1, 1) {
		c.unreadOf = append(c.unreadOf, &s.unread)
		if s.throttle != nil {
			c.throttles = append(c.throttles, s.throttle)
		}
	}
	t.conns[c] = struct{}{}
	t.handshakes[c] = struct{}{}
	t.mu.Unlock()
	return c, true
}

// turnAway refuses nc for a reason; empty: because the server is stopping.
func (t *tracker) turnAway(nc net.Conn, why Reason) {
	if why != "" {
		t.cfg.Meter.TurnedAway(why)
	}
	t.refusals.refuse(nc, why)
}

// handshakeOver notes that the connection's first session has begun.
func (t *tracker) handshakeOver(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.handshakes[c]; ok {
		delete(t.handshakes, c)
		t.count(c.source, 0, -1)
	}
}

// remove forgets a connection that is closed, and penalizes its source if the
// connection deserves it.
func (t *tracker) remove(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	handshakes := 0
	if _, ok := t.handshakes[c]; ok {
		handshakes = -1
	}
	t.count(c.source, -1, handshakes)
	delete(t.conns, c)
	delete(t.handshakes, c)
	if !t.stopping {
		t.penalties.add(c.source, c.penalty())
	}
	t.closeIfEmpty()
}

// allowSession reports whether one more session may begin on the connection, and waits
// for its turn. The first comes with the connection. Each further one costs as much as
// a connection, and counts as one.
func (t *tracker) allowSession(c *conn) bool {
	if c.firstSession() {
		return true
	}
	if !t.connects.Take(c.source) {
		return false
	}
	t.pacer.wait(c.ctx, c.source) // fails only if the connection is closed
	return true
}

// countHandlers adds delta to the number of handlers that run.
func (t *tracker) countHandlers(delta int) {
	t.mu.Lock()
	t.handlers += delta
	t.closeIfEmpty()
	t.mu.Unlock()
}

// load returns how many connections there are and how many handlers run.
func (t *tracker) load() (conns, handlers int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.conns) + len(t.awaited), t.handlers
}

// closeIfEmpty closes empty if that is due. The caller holds mu.
func (t *tracker) closeIfEmpty() {
	if !t.stopping || len(t.conns)+len(t.awaited) > 0 || t.handlers > 0 {
		return
	}
	select {
	case <-t.empty:
	default:
		close(t.empty)
	}
}

// listen hands listeners to the tracker, which closes them in stop. It reports false
// if stop was called before.
func (t *tracker) listen(listeners []net.Listener) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.listeners = listeners
	return !t.stopping
}

func (t *tracker) stopped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopping
}

// stop admits nobody any more and cuts the connections without a session.
func (t *tracker) stop() {
	t.mu.Lock()
	t.stopping = true
	t.closeIfEmpty()
	listeners, awaited := t.listeners, slices.Collect(maps.Keys(t.awaited))
	t.mu.Unlock()
	closeAll(listeners)
	for _, pc := range awaited {
		pc.Close()
	}
	t.refusals.stop()
	if log, ok := t.cfg.Meter.(*refusalLog); ok {
		log.flush()
	}
	for _, c := range t.list(false) {
		c.Close()
	}
}

// cut closes every connection.
func (t *tracker) cut() {
	for _, c := range t.list(true) {
		c.Close()
	}
}

// list returns the connections without a session, or all of them.
func (t *tracker) list(all bool) []*conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []*conn
	for c := range t.conns {
		if _, ok := t.handshakes[c]; ok || all || c.noChannels() {
			list = append(list, c)
		}
	}
	return list
}

// wait waits, after stop, until no connection and no handler is left.
func (t *tracker) wait(ctx context.Context) error {
	select {
	case <-t.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
