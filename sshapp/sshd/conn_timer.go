package sshd

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// The causes of a session's context when the server ends it. Their texts are fit
// for people.
var (
	ErrIdle     = errors.New("nothing was typed for too long")
	ErrLifetime = errors.New("the connection reached its time limit")
	ErrMemory   = errors.New("the server is short of memory, and this connection used much of it")
	ErrBanned   = errors.New("the operator of this server has banned you")
	ErrFlood    = errors.New("too many requests came at once")
)

// ErrOutputClosed is the cause of a session's context after the client said that nobody
// reads the output any longer.
var ErrOutputClosed = errors.New("nobody reads the output any longer")

// keepAlive is the global request by which OpenSSH, too, asks for a sign of life.
// Any reply is one, a failure included.
const keepAlive = "keepalive@openssh.com"

// connTimer is the single timer of a connection, and what its deadlines depend on.
// The connection's mutex guards it, except for the atomics.
type connTimer struct {
	limits *Limits
	timer  *time.Timer
	opened time.Time

	lastRead    atomic.Int64 // when bytes last came, as a time.Duration since opened
	lastInput   atomic.Int64 // when a session last got input, the same
	readsPaused atomic.Bool  // the server does not read, see waitForReaders

	waiting     bool      // for its turn, see pacer
	turn        time.Time // when it had its turn
	exchanging  bool      // the client has begun the first key exchange
	established bool      // at least one session has begun
	running     []*Terminal
	idleSince   time.Time // when the last session ended, or the connection opened
	endingSince time.Time // when the sessions were asked to end; zero if they were not
	peer        gossh.Conn
	asked       chan struct{} // closed with the reply to the open question for a sign of life; nil: none is open
	warnedAt    int64         // the value of lastInput at the last warning
}

// start starts the timer, which calls tick. The caller holds the connection's
// mutex.
func (t *connTimer) start(limits *Limits, tick func()) {
	t.limits, t.opened = limits, time.Now()
	t.turn, t.idleSince, t.warnedAt = t.opened, t.opened, -1
	t.timer = time.AfterFunc(min(limits.HandshakeTimeout, limits.LoginTimeout, limits.MaxLifetime), tick)
}

// noteRead notes that bytes came from the client.
func (t *connTimer) noteRead() { t.lastRead.Store(int64(time.Since(t.opened))) }

// noteInput notes that the person at the other end did something.
func (t *connTimer) noteInput() { t.lastInput.Store(int64(time.Since(t.opened))) }

// timerAction is what is due at some moment.
type timerAction struct {
	end  error         // ask the sessions to end, for this cause
	cut  string        // close the connection, for this reason
	tell bool          // the client is told the reason before
	ask  bool          // ask for a sign of life
	warn time.Duration // warn the person that the sessions end so soon
	// input is the value of lastInput that the warning rests on.
	input int64
	next  time.Duration // until the timer is evaluated again
}

// due reports whether anything is to be done now.
func (a timerAction) due() bool { return a.cut != "" || a.end != nil || a.ask || a.warn > 0 }

// evaluate returns what is due now. It changes nothing. The caller holds the
// connection's mutex.
func (t *connTimer) evaluate(now time.Time) timerAction {
	age := now.Sub(t.opened)
	quiet := now.Sub(t.opened.Add(time.Duration(t.lastRead.Load())))
	if t.readsPaused.Load() {
		quiet = 0
	}
	input := t.lastInput.Load()
	idle := now.Sub(t.opened.Add(time.Duration(input)))
	silence := t.limits.silence()
	left := t.limits.MaxLifetime - age
	// One session that expects no input exempts the whole connection.
	idleLimit := !slices.ContainsFunc(t.running, func(s *Terminal) bool { return s.noIdleLimit.Load() })
	switch {
	case !t.endingSince.IsZero():
		return cutAfter(t.limits.CloseTimeout-now.Sub(t.endingSince), "asked to end")
	case t.waiting:
		a := cutAfter(min(t.limits.LoginTimeout-age, left), "too many connect at once: try again later")
		a.tell = true
		return a
	case !t.exchanging:
		a := cutAfter(t.limits.HandshakeTimeout-now.Sub(t.turn), "no key exchange began in time")
		a.next, a.tell = min(a.next, left), true
		return a
	case len(t.running) == 0:
		// However old the connection, the last bytes of the session that has just
		// ended are still on their way.
		since := now.Sub(t.idleSince)
		a := cutAfter(min(t.limits.LoginTimeout-since, max(left, t.limits.CloseTimeout-since)), "no session was opened in time")
		a.tell = true
		return a
	case quiet >= silence:
		return timerAction{cut: "silent"}
	case left <= 0:
		return timerAction{end: ErrLifetime}
	case idleLimit && idle >= t.limits.IdleTimeout:
		return timerAction{end: ErrIdle}
	}
	a := timerAction{next: min(left, silence-quiet), input: input}
	if idleLimit {
		end, warning := t.limits.IdleTimeout-idle, t.limits.warning()
		a.next = min(a.next, end)
		switch {
		case end > warning:
			a.next = min(a.next, end-warning)
		case t.warnedAt != input:
			a.warn = end
		}
	}
	if t.asked == nil && t.peer != nil {
		a.ask = quiet >= t.limits.KeepAliveInterval
		if !a.ask {
			a.next = min(a.next, t.limits.KeepAliveInterval-quiet)
		}
	}
	return a
}

func cutAfter(left time.Duration, why string) timerAction {
	if left <= 0 {
		return timerAction{cut: why}
	}
	return timerAction{next: left}
}

// tick does what is due. It runs on the timer's goroutine and does not block.
func (c *conn) tick() {
	now := time.Now()
	c.mu.Lock()
	if c.closed || c.leaving.Load() {
		c.mu.Unlock()
		return
	}
	a := c.evaluate(now)
	var sessions []*Terminal
	if a.end != nil {
		c.endingSince = now
		sessions = slices.Clone(c.running)
		a.next = c.cfg.CloseTimeout
	}
	if a.ask {
		c.askForLife()
	}
	if a.warn > 0 {
		c.warnedAt, sessions = a.input, slices.Clone(c.running)
	}
	established, exchanging, waiting := c.established, c.exchanging, c.waiting
	c.timer.Reset(max(a.next, time.Millisecond))
	c.mu.Unlock()

	for _, t := range sessions {
		if a.end != nil {
			t.cancel(a.end)
		} else {
			t.warnIdle(a.warn)
		}
	}
	if a.cut != "" {
		switch {
		case !exchanging:
			c.cfg.Meter.TurnedAway(HandshakeTimedOut)
		case !established:
			c.cfg.Meter.TurnedAway(LoginTimedOut)
		}
		if !established && !waiting {
			c.blame(penaltySlow)
		}
		c.cfg.Log.LogAttrs(context.Background(), slog.LevelDebug, "connection cut", slog.String("why", a.cut))
		if a.tell {
			c.hangUp(nil, a.cut)
		} else {
			c.Close()
		}
	}
}

// rearm sets the timer anew, after a change that can bring the next deadline
// forward. The caller holds mu.
func (c *conn) rearm() {
	if !c.closed {
		a := c.evaluate(time.Now())
		if a.due() {
			a.next = 0 // tick does it
		}
		c.timer.Reset(max(a.next, time.Millisecond))
	}
}

// askForLife asks the client for a sign of life, unless a question is open. Its
// goroutine ends with the reply or with the connection. The caller holds mu.
func (c *conn) askForLife() {
	if c.asked != nil {
		return
	}
	peer, asked := c.peer, make(chan struct{})
	c.asked = asked
	go func() {
		defer recoverPanic(c.cfg.Log, "", func() { c.Close() })
		peer.SendRequest(keepAlive, true, nil) // the reply shows as bytes read
		c.mu.Lock()
		c.asked = nil
		c.mu.Unlock()
		close(asked)
	}()
}

// answers reports whether the client gives a sign of life before ctx ends. A client that
// is not being read from counts as alive.
func (c *conn) answers(ctx context.Context) bool {
	c.mu.Lock()
	if c.closed || c.peer == nil {
		c.mu.Unlock()
		return false
	}
	began := int64(time.Since(c.opened))
	c.askForLife()
	asked := c.asked
	c.mu.Unlock()
	select {
	case <-asked:
	case <-ctx.Done():
	}
	return c.lastRead.Load() >= began || c.readsPaused.Load()
}

// sessionBegan notes that t's shell or command begins. From the first one on, the
// limits of idleness and silence hold instead of those of the handshake.
func (c *conn) sessionBegan(t *Terminal, peer gossh.Conn) {
	c.noteInput()
	c.mu.Lock()
	first := !c.established
	c.established, c.peer = true, peer
	c.running = append(c.running, t)
	c.rearm()
	c.mu.Unlock()
	if first {
		c.tracker.handshakeOver(c)
	}
}

// sessionEnded notes that t's handler has returned.
func (c *conn) sessionEnded(t *Terminal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = slices.DeleteFunc(c.running, func(r *Terminal) bool { return r == t })
	if len(c.running) == 0 {
		c.idleSince, c.endingSince = time.Now(), time.Time{}
	}
	c.rearm()
}

// closeIfUnused closes the connection if no session runs on it.
func (c *conn) closeIfUnused() {
	c.mu.Lock()
	used := len(c.running) > 0
	c.mu.Unlock()
	if !used {
		c.Close()
	}
}
