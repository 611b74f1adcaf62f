package sshapp

import (
	"context"
	"errors"
	"log/slog"
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

// Why a session was ended by a limit: the cause of its context.
var (
	errIdle     = errors.New("nothing was typed for too long")
	errLifetime = errors.New("the connection reached its greatest age")
)

// keepAlive is the global request with which OpenSSH, too, asks for a sign of
// life; any answer is one, a refusal included.
const keepAlive = "keepalive@openssh.com"

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

// verdict is what the clock has to say at some moment.
type verdict struct {
	why  error // ask the sessions to end, and why
	cut  string
	ask  bool          // ask for a sign of life
	warn time.Duration // warn that the sessions end so soon, if nothing is typed
	last int64         // the value of typed that it judged by
	in   time.Duration // when to look again
}

// tick looks at the clock. It runs on the timer's goroutine and never waits.
func (g *guard) tick() {
	now := time.Now()
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return
	}
	v := g.judge(now)
	var asked []*terminal
	if v.why != nil {
		g.ending = now
		asked = slices.Clone(g.running)
		v.in = g.cfg.CloseGrace
	}
	if v.ask {
		g.asking = true
	}
	if v.warn > 0 {
		g.warned, asked = v.last, slices.Clone(g.running)
	}
	peer, began, exchanged := g.peer, g.began, g.exchanged
	g.timer.Reset(max(v.in, time.Millisecond))
	g.mu.Unlock()

	for _, t := range asked {
		if v.why != nil {
			t.cancel(v.why)
		} else {
			t.idle(v.warn)
		}
	}
	if v.ask {
		go g.ask(peer)
	}
	if v.cut != "" {
		switch {
		case !exchanged:
			g.cfg.Meter.TurnedAway(NoGreeting)
		case !began:
			g.cfg.Meter.TurnedAway(NoLogin)
		}
		g.cfg.Log.LogAttrs(context.Background(), slog.LevelDebug, "connection cut", slog.String("why", v.cut))
		g.Close()
	}
}

// rearm makes the timer look at the clock again when something that was to
// happen later may have to happen sooner. Called with mu held.
func (g *guard) rearm() {
	if !g.closed {
		v := g.judge(time.Now())
		if v.cut != "" || v.why != nil || v.ask || v.warn > 0 {
			v.in = 0 // tick does it
		}
		g.timer.Reset(max(v.in, time.Millisecond))
	}
}

// judge decides by the clock alone and changes nothing. Called with mu held.
func (g *guard) judge(now time.Time) verdict {
	age := now.Sub(g.born)
	heard := now.Sub(g.born.Add(time.Duration(g.heard.Load())))
	last := g.typed.Load()
	typed := now.Sub(g.born.Add(time.Duration(last)))
	silence := g.cfg.silence()
	left := g.cfg.Lifetime - age
	// A session that expects no input makes its connection as patient.
	patient := slices.ContainsFunc(g.running, func(t *terminal) bool { return t.patient.Load() })
	switch {
	case !g.ending.IsZero():
		in := g.cfg.CloseGrace - now.Sub(g.ending)
		return cutIf(in, in, "asked to end")
	case !g.exchanged:
		in := g.cfg.Greeting - age
		return cutIf(in, min(in, left), "no key exchange")
	case len(g.running) == 0:
		// However old the connection, the last words of the session that has
		// just ended are still on their way.
		since := now.Sub(g.waiting)
		in := min(g.cfg.Login-since, max(left, g.cfg.CloseGrace-since))
		return cutIf(in, in, "no session")
	case heard >= silence:
		return verdict{cut: "silent"}
	case left <= 0:
		return verdict{why: errLifetime}
	case !patient && typed >= g.cfg.Idle:
		return verdict{why: errIdle}
	}
	v := verdict{in: min(left, silence-heard), last: last}
	if !patient {
		end, warning := g.cfg.Idle-typed, g.cfg.warning()
		v.in = min(v.in, end)
		switch {
		case end > warning:
			v.in = min(v.in, end-warning)
		case g.warned != last:
			v.warn = end
		}
	}
	if !g.asking && g.peer != nil {
		v.ask = heard >= g.cfg.KeepAlive
		if !v.ask {
			v.in = min(v.in, g.cfg.KeepAlive-heard)
		}
	}
	return v
}

func cutIf(left, in time.Duration, why string) verdict {
	if left <= 0 {
		return verdict{cut: why}
	}
	return verdict{in: in}
}

// ask asks the client for a sign of life. One question is open at a time; it
// ends with the answer or with the connection.
func (g *guard) ask(peer gossh.Conn) {
	defer rescue(g.cfg.Log, "", func() { g.Close() })
	peer.SendRequest(keepAlive, true, nil) // the answer shows as bytes read
	g.mu.Lock()
	g.asking = false
	g.mu.Unlock()
}

// greeting finds the first byte beyond the client's version line, which is the
// line that begins with SSH- (RFC 4253, section 4.2).
type greeting struct {
	column, matched int
	version, over   bool
}

// scan tells whether such a byte is in p or came before.
func (s *greeting) scan(p []byte) bool {
	const prefix = "SSH-"
	for _, c := range p {
		switch {
		case s.version:
			s.over = true
			return true
		case c == '\n':
			s.version = s.matched == len(prefix)
			s.column, s.matched = 0, 0
		default:
			if s.column == s.matched && s.matched < len(prefix) && c == prefix[s.matched] {
				s.matched++
			}
			s.column++
		}
	}
	return s.over
}
