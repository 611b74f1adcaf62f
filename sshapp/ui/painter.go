package ui

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"
)

const (
	writeLimit      = 15 * time.Second // of one write, see Painter.WriteLimit
	closeLimit      = 5 * time.Second  // for the terminal to take what Close writes
	closeGrace      = time.Second      // for a write to end after stuck
	painterControls = 16               // one-shot sequences that wait
	painterPending  = 64 << 10         // of those, in bytes
	painterKeep     = 64 << 10         // of a buffer that is used again, in bytes
)

var (
	// ErrStuck is returned by Close when a write did not end even after stuck.
	ErrStuck = errors.New("the terminal takes nothing any more")

	errPainterPanic = errors.New("painting failed")
)

// painterBuffers are shared by all painters, so that one with nothing to paint
// holds none.
var painterBuffers = sync.Pool{New: func() any { return new([]byte) }}

// Painter keeps a terminal showing the newest frame. It writes only what
// changed, in one Write per frame: the first few changes at once, then a frame
// every 16 ms on average. With nothing to show it does not wake.
//
// It takes the terminal over with the first frame: alternate screen, bracketed
// paste, no wrapping. Its methods are safe from any goroutine and never wait
// for the terminal, except Close.
type Painter struct {
	// WriteLimit is how long one write may take before stuck is called,
	// 15 s. It may be changed before the first Show, Emit or Close.
	WriteLimit time.Duration

	// Painted is told, for each frame with a Came, how long after that the
	// terminal's connection had taken the frame. Default: nobody is told. It
	// must not block, and may be changed when WriteLimit may.
	Painted func(time.Duration)

	// Holds is told, after each frame, how many bytes the painter keeps of what
	// the terminal shows. Default and rules are those of Painted.
	Holds func(bytes int64)

	w     io.Writer
	stuck func()

	wake    chan struct{} // capacity 1
	closing chan struct{} // closed by Close
	done    chan struct{} // closed by the goroutine

	mu     sync.Mutex
	next   painterNext
	closed bool
	err    error // the first; nothing is written after it

	wipe bool // set before closing is closed
	last string
}

// painterNext is what waits to be written.
type painterNext struct {
	frame    Frame
	shown    bool // frame is to be shown
	redraw   bool
	controls []string
	before   int // of controls, how many come before frame
	bytes    int // of controls
}

// NewPainter starts a painter on w. Only the painter's goroutine writes to w;
// it ends with Close, which whoever calls NewPainter must call.
//
// stuck is called at most once, from any goroutine, when a write takes longer
// than WriteLimit, does not end in time for Close, or panics. It has to make the
// write end, as by closing the connection, and must not call Close.
func NewPainter(w io.Writer, stuck func()) *Painter {
	p := &Painter{
		WriteLimit: writeLimit,
		w:          w,
		stuck:      sync.OnceFunc(stuck),
		wake:       make(chan struct{}, 1),
		closing:    make(chan struct{}),
		done:       make(chan struct{}),
	}
	go p.run()
	return p
}

// Show makes f what the terminal shows next. A frame that was not painted yet
// is dropped for it.
func (p *Painter) Show(f Frame) {
	p.add(func(n *painterNext) {
		if !n.shown {
			n.before = len(n.controls)
		}
		f.Came = older(n.frame.Came, f.Came) // one that is dropped was not seen
		n.frame, n.shown = f, true
	})
}

// Redraw makes the next frame be painted in full: for a screen that may have
// been spoiled, as by a resize and back.
func (p *Painter) Redraw() {
	p.add(func(n *painterNext) { n.redraw = true })
}

// Emit writes a control sequence once, such as a bell or OSC 52, after the
// frames shown before and before those shown later. It must not move the cursor
// or change the screen. If more than 16 of them or 64 KiB wait, the oldest are
// dropped.
func (p *Painter) Emit(control string) {
	p.add(func(n *painterNext) {
		n.controls = append(n.controls, control)
		n.bytes += len(control)
		for len(n.controls) > painterControls || n.bytes > painterPending {
			n.bytes -= len(n.controls[0])
			n.controls = n.controls[1:]
			n.before = max(0, n.before-1)
		}
	})
}

func (p *Painter) add(change func(*painterNext)) {
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

// Close erases the screen, gives the terminal back, prints last, which may be
// several lines, and ends the painter. What was not painted yet never is. With
// wipe the scrollback is erased as well, that of the primary screen included.
//
// It returns when that is written, and the goroutine has ended then. A terminal
// that does not take it within 5 s is given up: stuck is called, and only if
// the write does not end within a second of that is the goroutine left behind,
// and ErrStuck returned. Otherwise the error is that of the first write that
// failed. Further calls wait as the first and answer the same.
func (p *Painter) Close(wipe bool, last string) error {
	p.mu.Lock()
	if !p.closed {
		p.closed, p.wipe, p.last = true, wipe, last
		p.next = painterNext{}
		close(p.closing)
	}
	p.mu.Unlock()
	if !p.ended(closeLimit) {
		p.stuck()
		if !p.ended(closeGrace) {
			return ErrStuck
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *Painter) ended(within time.Duration) bool {
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case <-p.done:
		return true
	case <-limit.C:
		return false
	}
}

// run is the painter's goroutine. It alone knows what the terminal shows.
func (p *Painter) run() {
	defer close(p.done)
	defer func() {
		switch r := recover().(type) {
		case nil:
			return
		case runtime.Error: // says nothing of what was painted
			p.fail(fmt.Errorf("%w: %w", errPainterPanic, r))
		default:
			p.fail(errPainterPanic)
		}
		p.stuck()
	}()
	var screen painterScreen
	var throttle throttle
	var budget *budget
	spending := func(fill func([]byte) []byte) func([]byte) []byte {
		return func(buf []byte) []byte {
			defer budget.spend(beginWork())
			return fill(buf)
		}
	}
	for {
		select {
		case <-p.closing:
			p.write(func(buf []byte) []byte { return screen.leave(buf, p.wipe, p.last) })
			return
		case <-p.wake:
			p.pause(throttle.wait(time.Now()))
			next, now := p.take(), time.Now()
			if next.shown {
				budget = next.frame.budget
			}
			if p.write(spending(func(buf []byte) []byte { return next.paint(buf, &screen) })) {
				throttle.count(now)
				p.tell(next.frame.Came)
			}
			if p.Holds != nil {
				p.Holds(screen.held())
			}
		case <-screen.ticks():
			p.write(spending(screen.tick))
		}
	}
}

// pause waits, but not longer than until Close.
func (p *Painter) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.closing:
	case <-timer.C:
	}
}

func (p *Painter) take() painterNext {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.next
	p.next = painterNext{}
	return next
}

func (n *painterNext) paint(buf []byte, screen *painterScreen) []byte {
	width, height := screen.width, screen.height
	if n.shown {
		screen.expires(n.frame.Expired)
		width, height = n.frame.Width, n.frame.Height
	}
	if screen.over() {
		screen.known = screen.known && !n.redraw
		return screen.paint(buf, ashes(width, height)) // and no control of the room's
	}
	for _, control := range n.controls[:n.before] {
		buf = append(buf, control...)
	}
	if n.redraw {
		screen.known = false
	}
	if n.shown {
		buf = screen.paint(buf, n.frame)
	}
	for _, control := range n.controls[n.before:] {
		buf = append(buf, control...)
	}
	return buf
}

// write writes what fill appends, if anything, and tells whether it did.
func (p *Painter) write(fill func([]byte) []byte) bool {
	if p.failed() {
		return false
	}
	kept := painterBuffers.Get().(*[]byte)
	buf := fill((*kept)[:0])
	if len(buf) > 0 {
		guard := time.AfterFunc(p.WriteLimit, p.stuck)
		n, err := p.w.Write(buf)
		guard.Stop()
		if err == nil && n < len(buf) {
			err = io.ErrShortWrite
		}
		if err != nil {
			p.fail(err)
		}
	}
	clear(buf) // of what was said in a room nothing stays behind
	if cap(buf) <= painterKeep {
		*kept = buf[:0]
		painterBuffers.Put(kept)
	}
	return len(buf) > 0
}

// tell tells how long what came then took to be painted.
func (p *Painter) tell(came time.Time) {
	if p.Painted != nil && !came.IsZero() && !p.failed() {
		p.Painted(time.Since(came))
	}
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
	p.next = painterNext{}
}
