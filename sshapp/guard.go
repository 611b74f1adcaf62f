package sshapp

import (
	"context"
	"errors"
	"net"
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
	heavy     bool       // it is being cut for what it holds
	peer      gossh.Conn // for asking a sign of life
	asking    bool
	warned    int64 // the value of typed at the last warning
}

// newGuard takes conn over. The functions are called once each, without locks
// held; settled only if a session ever begins.
func newGuard(conn net.Conn, cfg *Guards, settled, release func(*guard)) *guard {
	g := &guard{
		Conn: conn, cfg: cfg, born: time.Now(), settled: settled, release: release,
		ingress: rate.NewLimiter(rate.Limit(cfg.IngressRate), cfg.IngressBurst),
		asks:    rate.NewLimiter(rate.Limit(float64(cfg.MaxRequests)/requestSpan.Seconds()), cfg.MaxRequests),
	}
	g.waiting, g.warned = g.born, -1
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.mu.Lock()
	g.timer = time.AfterFunc(min(cfg.Greeting, cfg.Login, cfg.Lifetime), g.tick)
	g.mu.Unlock()
	return g
}

// Read reads at the pace that the ingress bucket allows.
func (g *guard) Read(p []byte) (int, error) {
	p = p[:min(len(p), g.cfg.IngressBurst)]
	n, err := g.Conn.Read(p)
	if n == 0 {
		return n, err
	}
	g.heard.Store(int64(time.Since(g.born)))
	if !g.greet.over && g.greet.scan(p[:n]) {
		g.mu.Lock()
		g.exchanged = true
		g.mu.Unlock()
	}
	if g.ingress.WaitN(g.ctx, n) != nil {
		return 0, net.ErrClosed
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
	g.release(g)
	return err
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
	g.mu.Lock()
	g.rejecting++
	flood := g.rejecting > maxRejecting
	g.mu.Unlock()
	if flood {
		g.Close()
	}
	g.cfg.Meter.TurnedAway(TooManySessions)
	ch.Reject(gossh.ResourceShortage, "too many sessions on this connection")
	g.mu.Lock()
	g.rejecting--
	g.mu.Unlock()
}

// request counts what the client asks for, of the connection or of a session,
// and cuts a client that asks too much. Signs of life and window changes are
// not counted: the pace of its bytes bounds them.
func (g *guard) request() {
	if !g.asks.Allow() && !errors.Is(g.Close(), net.ErrClosed) {
		g.cfg.Meter.TurnedAway(TooManyRequests)
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
