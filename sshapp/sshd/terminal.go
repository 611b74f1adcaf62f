package sshd

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// The size of a terminal that does not know its own.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// Terminal is what a session has besides its ssh.Session: the terminal's size and
// input, made safe, and control over the connection. There is one per channel; it
// ends with the channel. Its methods are safe for concurrent use.
//
// The session's context ends when its channel or its connection is closed. It ends
// with the cause ErrIdle, ErrLifetime, ErrMemory, ErrFlood or ErrBanned if the server
// ends the session: then the handler may say goodbye and has Limits.CloseTimeout to
// return, or one second after the last three. It ends with ErrOutputClosed if nobody reads
// the output any more, though standard error may still be read. The channel of window
// changes that ssh.Session.Pty returns is closed from the start; OnResize takes its
// place.
type Terminal struct {
	ID string // random; stands for the session in logs

	subsystem string // set before the handler runs, like truncated
	truncated bool

	conn         *conn
	cfg          *Config
	channel      gossh.Channel
	channelInput *channelInput
	cancel       context.CancelCauseFunc
	noIdleLimit  atomic.Bool
	killed       atomic.Bool
	command      atomic.Int64 // bytes of the session's command, which it holds
	input        *inputReader

	held    [memoryClasses]atomic.Int64 // see Holds
	size    atomic.Uint64               // width<<32 | height
	resized chan struct{}
	resizes struct { // of filter's goroutine alone
		last    time.Time // of the last wake, or the one that is pending
		pending *time.Timer
	}

	draining      atomic.Bool // see drainExtended
	extendedEnded bool        // an earlier one met the end of the input; of its goroutine alone

	hooks    sync.Mutex
	onResize func()
	onIdle   func(time.Duration)

	inputOnce  sync.Once
	inputEnded chan struct{} // closed when a Read has met the end of the input
	handled    chan struct{} // closed when the handler has returned
	closed     chan struct{} // closed when the client has closed the channel

	timers sync.Mutex
	timer  *time.Timer // until the shell begins, then until the channel is closed
}

type terminalKey struct{}

func newTerminal(id string, c *conn, cancel context.CancelCauseFunc) *Terminal {
	t := &Terminal{
		ID: id, conn: c, cfg: c.cfg, cancel: cancel,
		resized:    make(chan struct{}, 1),
		inputEnded: make(chan struct{}),
		handled:    make(chan struct{}),
		closed:     make(chan struct{}),
	}
	t.setSize(defaultWidth, defaultHeight)
	return t
}

// OnIdle sets a function that is called, on its own goroutine, some time before the
// session ends because nothing is typed: Limits.IdleTimeout/12, at most five minutes.
// It gets the time that is left. Nil removes it.
func (t *Terminal) OnIdle(f func(left time.Duration)) {
	t.hooks.Lock()
	t.onIdle = f
	t.hooks.Unlock()
}

// warnIdle calls the function of OnIdle. It does not block.
func (t *Terminal) warnIdle(left time.Duration) {
	t.hooks.Lock()
	defer t.hooks.Unlock()
	if t.onIdle != nil {
		go t.onIdle(left)
	}
}

// Input returns what the person types as a reader that is safe for a terminal
// program: valid UTF-8, whole escape sequences of the harmless kinds, at most
// [MaxRead] bytes per Read, pastes as complete bracketed pastes of at most
// Limits.MaxPaste bytes in all. Keys with several encodings come in the one of xterm.
//
// Several lines that came at once, without the brackets of a paste, come as one with
// them. If they ended in Enter, the last character of the paste is \r, which no other
// paste has.
//
// For the input as it comes, read the ssh.Session. Only one goroutine may read from
// either.
func (t *Terminal) Input() io.Reader { return t.input }

// SendsLines reports whether the client sends whole lines that end in line feeds, as
// OpenSSH does from a pipe with -tt, rather than keys. It may change with every Read of
// Input: to true with a line feed, or at the end if nothing but line feeds ended lines,
// as those of PuTTY from a pipe, and to false for good with a carriage return.
func (t *Terminal) SendsLines() bool { return t.input.sendsLines.Load() }

// Subsystem returns the name of the subsystem that the client asked for, such as sftp,
// or "" if it asked for a shell or a command. A session with a subsystem has no command.
func (t *Terminal) Subsystem() string { return t.subsystem }

// Truncated reports whether the client's command was longer than
// Limits.MaxCommand, so that the session has only its beginning.
func (t *Terminal) Truncated() bool { return t.truncated }

// Output returns a writer to the client that, unlike ssh.Session, does not convert
// line ends. Only one goroutine may write to either.
func (t *Terminal) Output() io.Writer { return t.channel }

// LiftIdleLimit lets the session go on however long nothing is typed.
func (t *Terminal) LiftIdleLimit() { t.noIdleLimit.Store(true) }

// IgnoreInput discards the session's input and lifts its idle limit. It is for
// handlers that do not read, and returns at once. Its goroutine ends with the
// channel.
func (t *Terminal) IgnoreInput() {
	t.LiftIdleLimit()
	go func() {
		defer t.Recover()
		drain(rawInput{t})
	}()
}

// Answers reports whether the client gives a sign of life before ctx ends.
func (t *Terminal) Answers(ctx context.Context) bool { return t.conn.answers(ctx) }

// Transferred returns how many bytes came from the client and went to it, on the whole
// connection.
func (t *Terminal) Transferred() (in, out int64) { return t.conn.in.Load(), t.conn.out.Load() }

// finish notes that the handler has returned. The last bytes are on their way, and
// the client has CloseTimeout to close the channel. If it does not, the connection is
// cut, unless other sessions run on it: the channel then costs them only its place.
func (t *Terminal) finish() {
	t.after(t.cfg.CloseTimeout, t.conn.closeIfUnused)
	t.conn.sessionEnded(t)
	close(t.handled)
}

// channelClosed notes that the client has closed the channel. It ends the session.
func (t *Terminal) channelClosed() {
	close(t.closed)
	t.conn.closeInput(t.channelInput)
	t.stopTimer()
	if t.resizes.pending != nil {
		t.resizes.pending.Stop()
	}
	t.cancel(errHungUp)
}

// after calls f after d, unless after or stopTimer is called or the channel is closed
// before.
func (t *Terminal) after(d time.Duration, f func()) {
	t.timers.Lock()
	defer t.timers.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
	select {
	case <-t.closed:
	default:
		t.timer = time.AfterFunc(d, f)
	}
}

func (t *Terminal) stopTimer() {
	t.timers.Lock()
	defer t.timers.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
}

// giveUp closes the channel of a client that asked for no shell or command in time.
// Other sessions on the connection go on.
func (t *Terminal) giveUp() {
	defer t.Recover()
	t.channel.Close()
	t.after(t.cfg.CloseTimeout, t.conn.closeIfUnused)
}

// rawInput reads the channel and notices the end of its input.
type rawInput struct{ t *Terminal }

func (r rawInput) Read(p []byte) (int, error) {
	n, err := r.t.conn.readInput(r.t.channelInput, p, r.t.channel.Read)
	if err != nil {
		r.t.endInput()
	}
	return n, err
}

func (t *Terminal) endInput() { t.inputOnce.Do(func() { close(t.inputEnded) }) }

// drainExtended discards what the client has sent as standard error, and what it sends
// from now on, on a goroutine that ends with the client's input or with the channel. It
// returns at once. Called again after the end of the input, it cuts a client that has sent
// data since, against RFC 4254, section 5.3.
func (t *Terminal) drainExtended() {
	if !t.draining.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer t.draining.Store(false)
		defer t.Recover()
		late := drain(t.channel.Stderr()) && t.extendedEnded
		t.extendedEnded = true
		select {
		case <-t.inputEnded:
			var junk [1]byte // at the end of the input a read does not wait
			n, _ := t.conn.readInput(t.channelInput, junk[:], t.channel.Read)
			late = late || n > 0
		default:
		}
		if late {
			t.conn.Close()
		}
	}()
}
