package sshd

import (
	"context"
	"math"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"
)

// requestSpan is the time in which a connection earns Limits.MaxRequests again:
// enough for a script that opens a session per second.
const requestSpan = 8 * time.Second

// abuseFactor is how many times Limits.MaxRequests a connection may have refused, and
// how many times a session. To refuse a request costs about as much as to read it, which
// ReadRate bounds, and honest clients ask for much that is refused here: a browser behind
// a forwarded port opens a hundred channels for a page. A connection that has more
// refused is cut, a session is ended, and both are penalized.
const abuseFactor = 8

// packetCost is what a read costs besides its bytes, in bytes: about the headers
// that they came with. Without it, a client that sends single bytes would be the
// most expensive to read from.
const packetCost = 40

// conn is the network connection under SSH. It enforces every limit that a client
// could otherwise outlive.
//
// Its methods are safe for concurrent use, except that Read and Write have one
// caller each at a time.
type conn struct {
	net.Conn
	connTimer

	cfg     *Config
	tracker *tracker
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc

	reads    *rate.Limiter // bytes of this connection
	requests *rate.Limiter // sessions and key exchanges
	refused  *rate.Limiter // what is refused, see countRefusal
	begun    bool          // of Read alone, as version: the first call
	version  versionScanner
	writeBy  time.Time // of Write alone: the write deadline that is set

	preAuth     gossh.ServerPreAuthConn // of the authentication alone, like refusedKeys and toldPrivate
	refusedKeys int
	toldPrivate bool

	// Set before other goroutines see the connection.
	source    netip.Prefix
	proxysOwn bool            // opened by a proxy for itself, such as a health check
	throttles []*rate.Limiter // bytes of the source and its site
	unreadOf  []*sourceUnread // input of the source and its site

	expected     expectedInput
	unread       unreadCounter
	in, out      atomic.Int64  // bytes from and to the client
	drained      chan struct{} // has a value when little input is unread again
	keyExchanged atomic.Bool   // the first key exchange is over, or under way
	leaving      atomic.Bool   // being cut, see hangUp; set with mu held

	mu        sync.Mutex // guards connTimer, too
	closed    bool
	transport sshTransport    // nil before the first key exchange is over
	channels  int             // session channels, open or opening
	queued    []chan struct{} // channels that wait for a place, the first first
	rejecting int
	sessions  int             // session channels that were accepted so far
	key       gossh.PublicKey // that a session was asked for with; nil: none so far
	fault     time.Duration   // the penalty if no session ever begins
	flooded   bool            // cut because it asked for too much
	heavy     bool            // being cut for the memory that it holds
}

// newConn takes over nc. The tracker is told once that the first session has
// begun, if one ever does, and once that the connection is closed.
func newConn(nc net.Conn, cfg *Config, tracker *tracker) *conn {
	c := &conn{
		Conn: nc, cfg: cfg, tracker: tracker, drained: make(chan struct{}, 1),
		reads:    rate.NewLimiter(rate.Limit(cfg.ReadRate), cfg.ReadBurst),
		requests: newRequestLimiter(cfg.MaxRequests),
		refused:  newRefusalLimiter(cfg),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.mu.Lock()
	c.connTimer.start(&cfg.Limits, c.tick)
	c.mu.Unlock()
	return c
}

// newRequestLimiter returns a limiter that allows n at once, and n again per requestSpan.
func newRequestLimiter(n int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(n)/requestSpan.Seconds()), n)
}

// newRefusalLimiter returns a limiter of what is refused, see abuseFactor.
func newRefusalLimiter(cfg *Config) *rate.Limiter {
	return newRequestLimiter(abuseFactor * min(cfg.MaxRequests, math.MaxInt32/abuseFactor))
}

// Read reads no faster than the connection and its source may send, and waits
// while too much of their input is unread. The first call waits for the connection's
// turn. Once the connection is being cut, it discards what comes.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.read(p)
		if err != nil || !c.leaving.Load() {
			return n, err
		}
	}
}

func (c *conn) read(p []byte) (int, error) {
	if !c.waitForTurn() || !c.waitForReaders() {
		return 0, net.ErrClosed
	}
	p = p[:min(len(p), c.cfg.ReadBurst)]
	n, err := c.Conn.Read(p)
	if n == 0 {
		return n, err
	}
	c.in.Add(int64(n))
	c.received(n)
	c.noteRead()
	if !c.version.over && c.version.scan(p[:n]) {
		c.mu.Lock()
		c.exchanging = true
		c.mu.Unlock()
	}
	limiter := c.expected.take(n)
	expected := limiter != nil
	if !expected {
		limiter = c.reads
	}
	if limiter.WaitN(c.ctx, min(n+packetCost, limiter.Burst())) != nil {
		return 0, net.ErrClosed
	}
	for _, l := range c.throttles {
		if expected && giveWay(c.ctx, l, n) != nil {
			return 0, net.ErrClosed
		}
		if l.WaitN(c.ctx, min(n+packetCost, l.Burst())) != nil {
			return 0, net.ErrClosed
		}
	}
	return n, err
}

// waitForTurn waits, at the first call, for the connection's turn to begin. It reports
// false if the connection was closed.
func (c *conn) waitForTurn() bool {
	if c.begun {
		return true
	}
	c.begun = true
	c.mu.Lock()
	c.waiting = true
	c.mu.Unlock()
	if c.tracker.pacer.wait(c.ctx, c.source) != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting, c.turn = false, time.Now()
	c.rearm()
	return true
}

// Write gives the peer at most Limits.WriteTimeout, and at least half of it, to
// take p. If it does not, the connection is closed.
func (c *conn) Write(p []byte) (int, error) {
	// The deadline is moved only when half of it is over: setting it costs as
	// much as encrypting a row of the screen.
	if now := time.Now(); c.writeBy.Sub(now) < c.cfg.WriteTimeout/2 {
		c.writeBy = now.Add(c.cfg.WriteTimeout)
		c.Conn.SetWriteDeadline(c.writeBy)
	}
	n, err := c.Conn.Write(p)
	c.out.Add(int64(n))
	if err != nil {
		c.Close() // x/crypto/ssh would go on reading
	}
	return n, err
}

// The SSH server sets deadlines, mostly none, around every read and write. They
// must not reach the network connection, whose deadlines are those of connTimer.

func (c *conn) SetDeadline(time.Time) error      { return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// Close closes the connection and unblocks its readers and writers. It returns
// net.ErrClosed if the connection was closed before.
func (c *conn) Close() error {
	c.mu.Lock()
	done := c.closed
	c.closed = true
	c.timer.Stop()
	c.mu.Unlock()
	if done {
		return net.ErrClosed
	}
	c.cancel()
	err := c.Conn.Close()
	c.dropInputs()
	c.tracker.remove(c)
	return err
}

// blame sets the penalty of the source, at least, if no session ever begins.
func (c *conn) blame(d time.Duration) {
	c.mu.Lock()
	c.fault = max(c.fault, d)
	c.mu.Unlock()
}

// penalty returns the penalty of the source for a connection that has ended.
func (c *conn) penalty() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.flooded:
		return penaltyFlood
	case c.established, c.proxysOwn:
		return 0
	case c.waiting:
		return 0
	case c.fault > 0:
		return c.fault
	case !c.unread.anyReceived():
		return penaltyProbe
	}
	return penaltyLeft
}

// countRefusal counts a channel, or a request of the connection, that is refused, and
// cuts a client that goes on with them; see abuseFactor. Signs of life are not counted,
// as clients send them by themselves and often.
func (c *conn) countRefusal() {
	if !c.refused.Allow() {
		c.cutFlood(TooManyRequests)
	}
}

// cutFlood cuts a client that asked for too much.
func (c *conn) cutFlood(why Reason) {
	c.mu.Lock()
	c.flooded = true
	c.mu.Unlock()
	if c.hangUp(ErrFlood, ErrFlood.Error()) {
		c.cfg.Meter.TurnedAway(why)
	}
}
