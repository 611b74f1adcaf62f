package sshapp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"
)

// maxRejecting is how many refusals may wait to be written: a client that reads
// none of them is cut.
const maxRejecting = 16

// requestSpan is the time in which a connection may make Guards.MaxRequests
// again: enough for a script that opens a session a second.
const requestSpan = 8 * time.Second

// guard is the network connection under SSH, with every limit that a client
// could otherwise outlive. It has one timer, whose work is in tick.
//
// Its methods are safe from any goroutine, but for Read and Write, which have
// one caller each at a time.
type guard struct {
	net.Conn
	cfg     *Guards
	born    time.Time
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	ingress *rate.Limiter
	asks    *rate.Limiter
	release func(*guard) // tells the register of the end, once
	settled func(*guard) // tells the register that the handshake is over, once
	greet   greeting     // of Read alone
	writeBy time.Time    // of Write alone: the deadline as set

	preAuth     gossh.ServerPreAuthConn // of the authentication alone, like what follows
	refusedKeys int

	source  netip.Prefix    // set, like the next three, before anybody else has the guard
	inboxes []*inbox        // of the source and its site
	paces   []*rate.Limiter // of their bytes

	arrivals arrivals
	relieved chan struct{} // has a value if unread input has become little
	keyed    atomic.Bool   // the first key exchange is over, or under way
	held     atomic.Bool   // not read from, see hold

	heard atomic.Int64 // when bytes last came, since born
	typed atomic.Int64 // when input last came, since born

	mu        sync.Mutex
	timer     *time.Timer
	closed    bool
	exchanged bool        // the client has begun the key exchange
	began     bool        // a session has, once at least
	slots     int         // session channels open or opening
	running   []*terminal // sessions that have a handler
	waiting   time.Time   // since when no session runs
	ending    time.Time   // since when sessions have been asked to end
	rejecting int
	fault     time.Duration // the penalty for a connection that no session begins on
	flooded   bool          // was cut because it asked for too much
	sessions  int           // let through the gate
	heavy     bool          // it is being cut for what it holds
	peer      gossh.Conn    // for asking a sign of life
	asking    bool
	warned    int64 // the value of typed at the last warning
}

// newGuard takes conn over. The functions are called once each, without locks
// held; settled only if a session ever begins.
func newGuard(conn net.Conn, cfg *Guards, settled, release func(*guard)) *guard {
	g := &guard{
		Conn: conn, cfg: cfg, born: time.Now(), settled: settled, release: release,
		relieved: make(chan struct{}, 1),
		ingress:  rate.NewLimiter(rate.Limit(cfg.IngressRate), cfg.IngressBurst),
		asks:     rate.NewLimiter(rate.Limit(float64(cfg.MaxRequests)/requestSpan.Seconds()), cfg.MaxRequests),
	}
	g.waiting, g.warned = g.born, -1
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.mu.Lock()
	g.timer = time.AfterFunc(min(cfg.Greeting, cfg.Login, cfg.Lifetime), g.tick)
	g.mu.Unlock()
	return g
}

// packetCost is what a read costs besides its bytes, in bytes: the headers that
// they came with. Whoever sends a byte at a time would otherwise be the most
// expensive to read.
const packetCost = 40

// Read reads at the pace that the ingress buckets allow, its own and its
// source's, and not while too much is unread.
func (g *guard) Read(p []byte) (int, error) {
	if !g.hold() {
		return 0, net.ErrClosed
	}
	p = p[:min(len(p), g.cfg.IngressBurst)]
	n, err := g.Conn.Read(p)
	if n == 0 {
		return n, err
	}
	g.arrived(n)
	g.heard.Store(int64(time.Since(g.born)))
	if !g.greet.over && g.greet.scan(p[:n]) {
		g.mu.Lock()
		g.exchanged = true
		g.mu.Unlock()
	}
	if g.ingress.WaitN(g.ctx, min(n+packetCost, g.cfg.IngressBurst)) != nil {
		return 0, net.ErrClosed
	}
	for _, pace := range g.paces {
		if pace.WaitN(g.ctx, min(n+packetCost, pace.Burst())) != nil {
			return 0, net.ErrClosed
		}
	}
	return n, err
}

// Write gives a peer that takes nothing off the network a bounded time:
// Guards.Write at most, and half of it at least.
func (g *guard) Write(p []byte) (int, error) {
	// Moved only once half of it is over: to set it costs as much as to encrypt
	// a row.
	if now := time.Now(); g.writeBy.Sub(now) < g.cfg.Write/2 {
		g.writeBy = now.Add(g.cfg.Write)
		g.Conn.SetWriteDeadline(g.writeBy)
	}
	n, err := g.Conn.Write(p)
	if err != nil {
		g.Close() // x/crypto/ssh would go on reading
	}
	return n, err
}

// The SSH server sets deadlines, mostly none, at every read and write. They
// must not touch the connection's: time is kept by tick.

func (g *guard) SetDeadline(time.Time) error      { return nil }
func (g *guard) SetReadDeadline(time.Time) error  { return nil }
func (g *guard) SetWriteDeadline(time.Time) error { return nil }

// Close ends the connection and frees whoever reads from it or writes to it.
func (g *guard) Close() error {
	g.mu.Lock()
	done := g.closed
	g.closed = true
	g.timer.Stop()
	g.mu.Unlock()
	if done {
		return net.ErrClosed
	}
	g.cancel()
	err := g.Conn.Close()
	g.leave()
	g.release(g)
	return err
}

// blame says what the source gets if no session ever begins.
func (g *guard) blame(d time.Duration) {
	g.mu.Lock()
	g.fault = max(g.fault, d)
	g.mu.Unlock()
}

// penalty is what the source gets for a connection that has ended.
func (g *guard) penalty() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.flooded:
		return penaltyFlood
	case g.began:
		return 0
	case g.fault > 0:
		return g.fault
	case !g.arrivals.any():
		return penaltyProbe
	}
	return penaltyLeft
}

// flood cuts a client that asks for too much.
func (g *guard) flood(why Reason) {
	g.mu.Lock()
	g.flooded = true
	g.mu.Unlock()
	if !errors.Is(g.Close(), net.ErrClosed) {
		g.cfg.Meter.TurnedAway(why)
	}
}

// Input says that the person at the other end did something.
func (g *guard) Input() { g.typed.Store(int64(time.Since(g.born))) }

// reserve takes one of the places for sessions.
func (g *guard) reserve() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.slots == g.cfg.MaxChannels {
		return false
	}
	g.slots++
	return true
}

func (g *guard) unreserve() {
	g.mu.Lock()
	g.slots--
	g.mu.Unlock()
}

// vacant tells whether no session channel is open.
func (g *guard) vacant() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.slots == 0
}

// refuse rejects a channel for want of places.
func (g *guard) refuse(ch gossh.NewChannel) {
	g.refuseFor(ch, TooManySessions, "too many sessions on this connection")
}

// refuseFor rejects a channel, and counts that it was refused.
func (g *guard) refuseFor(ch gossh.NewChannel, why Reason, text string) {
	g.mu.Lock()
	g.rejecting++
	flood := g.rejecting > maxRejecting
	g.mu.Unlock()
	if flood {
		g.flood(why)
	} else {
		g.cfg.Meter.TurnedAway(why)
	}
	ch.Reject(gossh.ResourceShortage, text)
	g.mu.Lock()
	g.rejecting--
	g.mu.Unlock()
}

// request counts what the client asks for, of the connection or of a session,
// channels included, and cuts a client that asks too much. Signs of life, window
// changes and what the SSH library answers by itself are not counted: the pace
// of the client's bytes bounds them.
func (g *guard) request() {
	if !g.asks.Allow() {
		g.flood(TooManyRequests)
	}
}

// Established says that t's shell or command begins: no handshake limit holds
// any more, idle and silence limits do.
func (g *guard) Established(t *terminal, peer gossh.Conn) {
	g.Input()
	g.mu.Lock()
	first := !g.began
	g.began, g.peer = true, peer
	g.running = append(g.running, t)
	g.rearm()
	g.mu.Unlock()
	if first {
		g.settled(g)
	}
}

// ended says that t's handler has returned.
func (g *guard) ended(t *terminal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = slices.DeleteFunc(g.running, func(r *terminal) bool { return r == t })
	if len(g.running) == 0 {
		g.waiting, g.ending = time.Now(), time.Time{}
	}
	g.rearm()
}
