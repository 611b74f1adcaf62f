// Package painter keeps a terminal showing the newest of the frames it is given.
//
// A Painter holds one frame that is not painted yet: a newer one replaces it, so
// a slow terminal misses frames and delays nobody. One goroutine at a time compares
// that frame with what the terminal shows and writes the difference, in a single
// Write. It paints as fast as the terminal takes it, and ends when nothing came for a
// while; callers decide how often a frame comes.
package painter

import (
	"errors"
	"io"
	"sync"
	"time"
)

const (
	writeLimit     = 15 * time.Second // of one write
	closeLimit     = 5 * time.Second  // for the terminal to take what Close writes
	closeGrace     = time.Second      // for a write to end after stuck was called
	maxControls    = 16               // control sequences that wait
	maxControlSize = 64 << 10         // bytes of those
	lingerTime     = time.Second      // for which a goroutine waits for more to paint
)

var (
	errStuck = errors.New("the terminal no longer takes output")
	errPanic = errors.New("painting failed")
)

// Config configures a Painter. The zero value works. The painter calls the functions
// from the goroutine that paints, so they must not block.
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

// Painter keeps a terminal showing the newest frame. With nothing to show it has no
// goroutine.
//
// The first frame takes the terminal over: alternate screen, bracketed paste,
// no wrapping. A Painter is safe for concurrent use, and only Close and Tick wait for
// the terminal.
type Painter struct {
	cfg   Config
	w     io.Writer
	stuck func()
	done  chan struct{} // closed when Close has been obeyed
	wake  chan struct{} // capacity 1; see linger

	// Of the goroutine that paints alone.
	screen screen
	taken  pending     // what is being painted
	guard  *time.Timer // of the write under way; nil: there was none yet
	idle   *time.Timer // of linger; nil: nothing was painted yet

	mu        sync.Mutex
	next      pending
	painting  bool // a goroutine paints, and takes what waits before it ends
	lingering bool // one waits to be woken
	closed    bool
	err       error  // the first; nothing is written after it
	mark      uint64 // see Mark

	wipe bool // set with closed, as is last
	last string
}

// pending is what waits to be written.
type pending struct {
	frame    Frame
	shown    bool // there is a frame
	redraw   bool
	tick     bool // the clock may read differently
	controls []string
	before   int    // the number of controls that come before the frame
	size     int    // of controls, in bytes
	do       func() // to be called first; nil: nothing
}

// waits reports whether there is anything.
func (n *pending) waits() bool {
	return n.do != nil || n.tick || n.shown || n.redraw || len(n.controls) > 0
}

// onlyTick reports whether there is nothing but the clock.
func (n *pending) onlyTick() bool {
	return n.tick && n.do == nil && !n.shown && !n.redraw && len(n.controls) == 0
}

// New returns a painter on w, to which nobody else writes. The caller must call Close.
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
	return &Painter{
		cfg:    cfg,
		w:      w,
		stuck:  sync.OnceFunc(stuck),
		done:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
		screen: screen{recorded: cfg.Recorded, expiredFrame: cfg.Expired},
	}
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

// Do has f called on the goroutine that paints, which then paints what f has shown: so
// what is drawn and painted at once takes one goroutine. It reports false, and f is not
// called, if that goroutine paints already, which may take as long as the terminal does,
// or if the painter has ended.
func (p *Painter) Do(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.painting || p.closed || p.err != nil {
		return false
	}
	p.next.do = f
	p.start()
	return true
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
	defer p.mu.Unlock()
	if p.closed || p.err != nil {
		return
	}
	change(&p.next)
	p.start()
}

// start has a goroutine paint what waits. The caller holds mu.
func (p *Painter) start() {
	if p.painting {
		return
	}
	p.painting = true
	if !p.lingering {
		go p.work()
		return
	}
	p.lingering = false
	p.wake <- struct{}{}
}

// Tick renews the clock of the newest frame, and replaces a frame that has expired. It
// does so on the caller's goroutine and waits for the terminal, unless another goroutine
// paints: then that one does it.
func (p *Painter) Tick() {
	p.mu.Lock()
	if p.closed || p.err != nil {
		p.mu.Unlock()
		return
	}
	p.next.tick = true
	busy := p.painting
	p.painting = true
	p.mu.Unlock()
	if !busy {
		p.run()
	}
}

// Close erases the screen, gives the terminal back, prints the lines of last and
// ends the painter. A frame that waits is dropped. With wipe it also erases the
// scrollback, that of the primary screen included.
//
// It returns when that is written and nothing paints any more, with the error
// of the first write that failed. If the terminal does not take it within 5 s,
// Close calls stuck; if the write has not ended a second later, Close returns an
// error and leaves the goroutine behind. Further calls wait and return likewise.
func (p *Painter) Close(wipe bool, last string) error {
	p.mu.Lock()
	if !p.closed {
		p.closed, p.wipe, p.last = true, wipe, last
		p.next = pending{}
		p.start()
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

// Mark returns the mark of the newest frame with one that the terminal's connection has
// taken.
func (p *Painter) Mark() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mark
}
