package sshapp

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// terminal is what a session has beside its ssh.Session: one per channel, made
// before the shell or command begins and gone with the channel.
// All methods are safe from any goroutine.
//
// The session's context ends when the channel or the connection does, or with
// the cause errIdle or errLifetime when the handler should say goodbye and
// return: it has Guards.CloseGrace for that. The window changes of ssh.Session
// are never sent, its channel for them is closed.
type terminal struct {
	ID string // random; stands for the session in logs

	guard   *guard
	cfg     *Guards
	channel gossh.Channel
	account *account // of what its client sends
	cancel  context.CancelCauseFunc
	patient atomic.Bool // expects no input
	input   *input

	held    [memoryClasses]atomic.Int64 // see holds
	size    atomic.Uint64               // width<<32 | height
	resized chan struct{}
	wakes   struct { // only the goroutine of filter
		last    time.Time
		pending *time.Timer
	}

	hook   sync.Mutex
	resize func()              // see OnResize
	warn   func(time.Duration) // see OnIdle

	inputOnce  sync.Once
	inputEnded chan struct{}
	handled    chan struct{} // closed when the handler has returned
	closed     chan struct{} // closed when the client has closed the channel

	timers   sync.Mutex
	patience *time.Timer // for the shell, then for the channel's end
}

// terminalOf is the terminal of a session that came through the gate; nil for
// any other.
func terminalOf(sess ssh.Session) *terminal {
	t, _ := sess.Context().Value(terminalKey{}).(*terminal)
	return t
}

type terminalKey struct{}

// Size is the terminal's size in cells, 1 × 1 at least and no more than the
// guards allow; 80 × 24 where the client told none.
func (t *terminal) Size() (width, height int) {
	s := t.size.Load()
	return int(s >> 32), int(uint32(s))
}

// Resized has a value when Size may have changed, ten times a second at most.
func (t *terminal) Resized() <-chan struct{} { return t.resized }

// OnResize has f run, on a goroutine of its own, after each wake of Resized and
// once now; nil ends that. A session that only waits has no goroutine for it.
func (t *terminal) OnResize(f func()) {
	t.hook.Lock()
	defer t.hook.Unlock()
	t.resize = f
	if f != nil {
		go f()
	}
}

// OnIdle has f run, on a goroutine of its own, some time before the session
// ends because nothing is typed: f is told how long. Nil ends that.
func (t *terminal) OnIdle(f func(left time.Duration)) {
	t.hook.Lock()
	t.warn = f
	t.hook.Unlock()
}

// idle warns. It does not block.
func (t *terminal) idle(left time.Duration) {
	t.hook.Lock()
	defer t.hook.Unlock()
	if t.warn != nil {
		go t.warn(left)
	}
}

// Input is what the person types, safe for a tea.Program: see input. For what
// a program sends, as it is, read the ssh.Session. Only one goroutine may read
// either.
func (t *terminal) Input() io.Reader { return t.input }

// Output writes to the client without the conversion of line ends that the
// ssh.Session does. Only one goroutine may write to either.
func (t *terminal) Output() io.Writer { return t.channel }

// InputEnded is closed when a Read has met the end of the input.
func (t *terminal) InputEnded() <-chan struct{} { return t.inputEnded }

// IgnoreInput is for sessions that read no input: it throws away what comes,
// so that it is not kept, and lifts the idle limit. It returns at once.
func (t *terminal) IgnoreInput() {
	t.patient.Store(true)
	go func() {
		defer rescue(t.cfg.Log, t.ID, t.Kill)
		drain(rawInput{t})
	}()
}

// Kill closes the whole connection. Nothing less frees a write to a client
// that has stopped reading.
func (t *terminal) Kill() { t.guard.Close() }

// cutStalled is Kill for a client that takes nothing.
func (t *terminal) cutStalled() {
	if !errors.Is(t.guard.Close(), net.ErrClosed) {
		t.cfg.Meter.TurnedAway(Stalled)
	}
}

// finish says that the handler is about to return and its last bytes are to be
// sent: from now on the client has a bounded time to close the channel.
func (t *terminal) finish() {
	t.wait(t.cfg.CloseGrace)
	t.guard.ended(t)
	close(t.handled)
}

// wait cuts the connection after d, unless wait or rest is called before.
func (t *terminal) wait(d time.Duration) {
	t.timers.Lock()
	defer t.timers.Unlock()
	if t.patience != nil {
		t.patience.Stop()
	}
	select {
	case <-t.closed:
	default:
		t.patience = time.AfterFunc(d, t.Kill)
	}
}

func (t *terminal) rest() {
	t.timers.Lock()
	defer t.timers.Unlock()
	if t.patience != nil {
		t.patience.Stop()
	}
}

// endOfInput makes InputEnded known.
func (t *terminal) endOfInput() { t.inputOnce.Do(func() { close(t.inputEnded) }) }

// rawInput reads the channel and notices its end.
type rawInput struct{ t *terminal }

func (r rawInput) Read(p []byte) (int, error) {
	n, err := r.t.guard.read(r.t.account, p, r.t.channel.Read)
	if err != nil {
		r.t.endOfInput()
	}
	return n, err
}

// windowChange keeps the newest size and wakes who waits for it, now or as
// soon as resizePause allows.
func (t *terminal) windowChange(payload []byte) bool {
	var change struct{ Width, Height, PixelWidth, PixelHeight uint32 } // RFC 4254, section 6.7
	if gossh.Unmarshal(payload, &change) != nil {
		return false
	}
	width, height := t.cfg.clamp(change.Width, change.Height)
	if t.size.Swap(uint64(width)<<32|uint64(height)) == uint64(width)<<32|uint64(height) {
		return true
	}
	now := time.Now()
	switch since := now.Sub(t.wakes.last); {
	case since >= resizePause:
		t.wakes.last = now
		t.wake()
	case since >= 0: // otherwise a wake is pending, for the time of last
		t.wakes.last = t.wakes.last.Add(resizePause)
		t.wakes.pending = time.AfterFunc(resizePause-since, t.wake)
	}
	return true
}

func (t *terminal) wake() {
	select {
	case t.resized <- struct{}{}:
	default: // a wake that is pending is enough
	}
	t.hook.Lock()
	defer t.hook.Unlock()
	if t.resize != nil {
		go t.resize()
	}
}

// drainExtended throws away what the client sends as standard error, which
// nobody reads, until the channel is closed. What comes after the end of the
// input, against RFC 4254, section 5.3, ends the connection.
func (t *terminal) drainExtended() {
	extended := t.channel.Stderr()
	drain(extended)
	tick := time.NewTicker(overrunPause)
	defer tick.Stop()
	var junk [1]byte
	for {
		select {
		case <-t.closed:
			return
		case <-tick.C:
		}
		n, _ := extended.Read(junk[:]) // at its end, it does not wait
		select {
		case <-t.inputEnded:
			m, _ := t.channel.Read(junk[:])
			n += m
		default:
		}
		if n > 0 {
			t.Kill()
		}
	}
}

// channelContext makes the context of a session of what charmbracelet/ssh has
// one of per connection, so that sessions end, and keep what is theirs, apart.
type channelContext struct {
	ssh.Context
	channel  context.Context
	terminal *terminal

	mu     sync.Mutex
	values map[any]any
}

func (c *channelContext) Deadline() (time.Time, bool) { return c.channel.Deadline() }
func (c *channelContext) Done() <-chan struct{}       { return c.channel.Done() }
func (c *channelContext) Err() error                  { return c.channel.Err() }

func (c *channelContext) Value(key any) any {
	if key == (terminalKey{}) {
		return c.terminal
	}
	c.mu.Lock()
	v, ok := c.values[key]
	c.mu.Unlock()
	if ok {
		return v
	}
	return c.channel.Value(key)
}

func (c *channelContext) SetValue(key, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = make(map[any]any)
	}
	c.values[key] = value
}
