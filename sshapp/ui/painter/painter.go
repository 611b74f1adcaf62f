// Package painter keeps a terminal showing the newest of the frames it is given.
//
// A Painter holds one frame that is not painted yet: a newer one replaces it, so
// a slow terminal misses frames and delays nobody. One goroutine compares that
// frame with what the terminal shows and writes the difference, in a single
// Write. It paints as fast as the terminal takes it; callers decide how often a
// frame comes.
package painter

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"
)

const (
	writeLimit     = 15 * time.Second // of one write
	closeLimit     = 5 * time.Second  // for the terminal to take what Close writes
	closeGrace     = time.Second      // for a write to end after stuck was called
	maxControls    = 16               // control sequences that wait
	maxControlSize = 64 << 10         // bytes of those
	maxPooled      = 64 << 10         // bytes of a buffer that is used again
)

var (
	errStuck = errors.New("the terminal no longer takes output")
	errPanic = errors.New("painting failed")
)

// buffers are shared by all painters, so that an idle one holds none.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Config configures a Painter. The zero value works. The painter calls the functions
// from its goroutine, so they must not block.
type Config struct {
	// Painted is called for each frame with a Received time once the terminal's
	// connection has taken the frame, with the time that passed in between.
	Painted func(time.Duration)

	// Holds is called after each frame with the number of bytes that the
	// painter keeps of what the terminal shows.
	Holds func(bytes int64)

	// Measure runs paint, which computes what is to be written for a frame, and may
	// measure what that costs.
	Measure func(paint func())

	// Recorded says that the terminal keeps rows that scroll out of a part of the
	// screen, and cannot be told to forget them, as GNU screen does: they are blanked
	// first.
	Recorded bool

	// Expired returns what is painted in place of an expired frame [nothing].
	Expired func(width, height int) Frame
}

// Painter keeps a terminal showing the newest frame. With nothing to show it
// does not wake.
//
// The first frame takes the terminal over: alternate screen, bracketed paste,
// no wrapping. A Painter is safe for concurrent use, and only Close waits for
// the terminal.
type Painter struct {
	cfg   Config
	w     io.Writer
	stuck func()

	wake    chan struct{} // capacity 1
	closing chan struct{} // closed by Close
	done    chan struct{} // closed by the goroutine
	guard   *time.Timer   // of the write under way; of the goroutine alone

	mu     sync.Mutex
	next   pending
	closed bool
	err    error  // the first; nothing is written after it
	mark   uint64 // see Mark

	wipe bool // set before closing is closed, as is last
	last string
}

// pending is what waits to be written.
type pending struct {
	frame    Frame
	shown    bool // there is a frame
	redraw   bool
	controls []string
	before   int // the number of controls that come before the frame
	size     int // of controls, in bytes
}

// New starts a painter on w, to which only the painter's goroutine writes. The
// caller must call Close, which ends the goroutine.
//
// The painter calls stuck at most once, on one of several goroutines, when a write
// takes longer than 15 s, does not end in time for Close, or panics. It has to make
// the write end, for instance by closing the connection, and must not call Close.
func New(w io.Writer, stuck func(), cfg Config) *Painter {
	if cfg.Measure == nil {
		cfg.Measure = func(paint func()) { paint() }
	}
	if cfg.Expired == nil {
		cfg.Expired = blank
	}
	p := &Painter{
		cfg:     cfg,
		w:       w,
		stuck:   sync.OnceFunc(stuck),
		wake:    make(chan struct{}, 1),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
	}
	go p.run()
	return p
}

// Show makes f what the terminal shows next, in place of a frame that was not
// painted yet.
func (p *Painter) Show(f Frame) {
	p.add(func(n *pending) {
		if !n.shown {
			n.before = len(n.controls)
		}
		if !n.frame.Received.IsZero() { // nobody has seen that frame
			f.Received = n.frame.Received
		}
		n.frame, n.shown = f, true
	})
}

// Redraw makes the painter paint the next frame in full, for a screen that may have
// been spoiled, for instance by a resize and back.
func (p *Painter) Redraw() {
	p.add(func(n *pending) { n.redraw = true })
}

// Emit writes a control sequence once, such as a bell or OSC 52, after the
// frames shown before and ahead of those shown later. It must not move the
// cursor or change the screen. If more than 16 of them or 64 KiB wait, the
// oldest are dropped.
func (p *Painter) Emit(control string) {
	p.add(func(n *pending) {
		n.controls = append(n.controls, control)
		n.size += len(control)
		for len(n.controls) > maxControls || n.size > maxControlSize {
			n.size -= len(n.controls[0])
			n.controls = n.controls[1:]
			n.before = max(0, n.before-1)
		}
	})
}

func (p *Painter) add(change func(*pending)) {
	p.mu.Lock()
	if p.closed || p.err != nil {
		p.mu.Unlock()
		return
	}
	change(&p.next)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // a wake that is pending is enough
	}
}

// Close erases the screen, gives the terminal back, prints the lines of last and
// ends the painter. A frame that waits is dropped. With wipe it also erases the
// scrollback, that of the primary screen included.
//
// It returns when that is written and the goroutine has ended, with the error
// of the first write that failed. If the terminal does not take it within 5 s,
// Close calls stuck; if the write has not ended a second later, Close returns an
// error and leaves the goroutine behind. Further calls wait and return likewise.
func (p *Painter) Close(wipe bool, last string) error {
	p.mu.Lock()
	if !p.closed {
		p.closed, p.wipe, p.last = true, wipe, last
		p.next = pending{}
		close(p.closing)
	}
	p.mu.Unlock()
	if !p.endsWithin(closeLimit) {
		p.stuck()
		if !p.endsWithin(closeGrace) {
			return errStuck
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *Painter) endsWithin(d time.Duration) bool {
	limit := time.NewTimer(d)
	defer limit.Stop()
	select {
	case <-p.done:
		return true
	case <-limit.C:
		return false
	}
}

// run is the painter's goroutine. Only it knows what the terminal shows.
func (p *Painter) run() {
	defer close(p.done)
	defer func() {
		switch r := recover().(type) {
		case nil:
			return
		case runtime.Error: // does not quote what was painted
			p.fail(fmt.Errorf("%w: %w", errPanic, r))
		default:
			p.fail(errPanic)
		}
		p.stuck()
	}()
	s := screen{recorded: p.cfg.Recorded, expiredFrame: p.cfg.Expired}
	tick := s.tick
	for {
		select {
		case <-p.closing:
			p.write(func(buf []byte) []byte { return s.leave(buf, p.wipe, p.last) })
			return
		case <-p.wake:
			p.paint(&s)
		case <-s.ticks():
			p.write(tick) // to measure it would cost more
		}
	}
}

// paint writes what waits.
func (p *Painter) paint(s *screen) {
	next := p.take()
	wrote := p.write(func(buf []byte) []byte {
		p.cfg.Measure(func() { buf = next.paint(buf, s) })
		return buf
	})
	if wrote {
		p.notePainted(next.frame.Received)
	}
	p.noteMark(next.frame.Mark)
	if p.cfg.Holds != nil {
		p.cfg.Holds(s.held())
	}
}

func (p *Painter) take() pending {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.next
	p.next = pending{}
	return next
}

// paint appends the controls and what turns the screen into the frame.
func (n *pending) paint(buf []byte, s *screen) []byte {
	width, height := s.width, s.height
	if n.shown {
		s.expireWith(n.frame.Expired)
		width, height = n.frame.Width, n.frame.Height
	}
	if s.expired() {
		s.known = s.known && !n.redraw
		return s.paintExpired(buf, width, height) // and none of the controls
	}
	for _, control := range n.controls[:n.before] {
		buf = append(buf, control...)
	}
	if n.redraw {
		s.known = false
	}
	if n.shown {
		buf = s.paint(buf, n.frame)
	}
	for _, control := range n.controls[n.before:] {
		buf = append(buf, control...)
	}
	return buf
}

// write writes what paint appends, if anything, and reports whether it did.
func (p *Painter) write(paint func([]byte) []byte) bool {
	if p.failed() {
		return false
	}
	kept := buffers.Get().(*[]byte)
	buf := (*kept)[:0]
	buf = paint(buf)
	if len(buf) > 0 {
		p.startGuard()
		n, err := p.w.Write(buf)
		p.guard.Stop()
		if err == nil && n < len(buf) {
			err = io.ErrShortWrite
		}
		if err != nil {
			p.fail(err)
		}
	}
	clear(buf) // it may quote what was said in a room
	if cap(buf) <= maxPooled {
		*kept = buf[:0]
		buffers.Put(kept)
	}
	return len(buf) > 0
}

// startGuard has stuck called after writeLimit, unless guard is stopped.
func (p *Painter) startGuard() {
	if p.guard == nil {
		p.guard = time.AfterFunc(writeLimit, p.stuck)
		return
	}
	p.guard.Reset(writeLimit)
}

// notePainted reports how long ago something was received that now is painted.
func (p *Painter) notePainted(received time.Time) {
	if p.cfg.Painted != nil && !received.IsZero() && !p.failed() {
		p.cfg.Painted(time.Since(received))
	}
}

// noteMark notes that the terminal shows the frame with the mark.
func (p *Painter) noteMark(mark uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if mark != 0 && p.err == nil {
		p.mark = mark
	}
}

// Mark returns the mark of the newest frame with one that the terminal's connection has
// taken.
func (p *Painter) Mark() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mark
}

func (p *Painter) failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err != nil
}

func (p *Painter) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.next = pending{}
}
