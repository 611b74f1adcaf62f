package painter

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"
)

// maxPooled is the largest buffer that is used again, in bytes.
const maxPooled = 64 << 10

// buffers are shared by all painters, so that an idle one holds none.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// work paints, and goes on if more comes soon: to start a goroutine for each frame would
// have its stack grow each time. Its caller has set painting.
func (p *Painter) work() {
	for more := true; more; more = p.linger() {
		p.run()
	}
}

// linger waits for something to paint, and returns false if it does not come. A Tick
// meanwhile paints by itself.
func (p *Painter) linger() bool {
	p.mu.Lock()
	if p.painting || p.lingering || p.closed || p.err != nil {
		p.mu.Unlock()
		return false
	}
	p.lingering = true
	if p.idle == nil {
		p.idle = time.NewTimer(lingerTime)
	} else {
		p.idle.Reset(lingerTime)
	}
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-p.wake:
		idle.Stop() // before another goroutine can linger
		return true
	case <-p.done:
		idle.Stop()
		return false
	case <-idle.C:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	woken := !p.lingering
	p.lingering = false
	if woken {
		<-p.wake
	}
	return woken
}

// run paints until nothing waits. The caller has set painting.
func (p *Painter) run() {
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
		p.ended()
	}()
	for p.paintNext() {
	}
}

// ended notes that a panic has ended the goroutine that paints.
func (p *Painter) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		close(p.done)
	} else {
		p.painting = false
	}
}

// paintNext paints what waits, if anything. It returns false when the goroutine has to
// end: nothing waits, or what Close wants is written.
func (p *Painter) paintNext() (more bool) {
	p.mu.Lock()
	closed, waits, onlyTick := p.closed, p.next.waits(), p.next.onlyTick()
	p.painting = closed || waits // nothing paints after the end
	if onlyTick {
		p.next.tick = false
	}
	do := p.next.do
	p.next.do = nil
	p.mu.Unlock()
	switch {
	case closed:
		p.write(func(buf []byte) []byte { return p.screen.leave(buf, p.wipe, p.last) })
		close(p.done)
	case do != nil:
		do()
	case onlyTick:
		p.write(p.screen.tick) // to measure it would cost more
	case waits:
		p.paint()
	}
	return waits && !closed
}

// paint writes what waits.
func (p *Painter) paint() {
	p.taken = p.take()
	if p.write(p.paintTaken) {
		p.notePainted(p.taken.frame.Received)
	}
	p.noteMark(p.taken.frame.Mark)
	p.taken = pending{}
	if p.cfg.Holds != nil {
		p.cfg.Holds(p.screen.held())
	}
}

func (p *Painter) take() pending {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.next
	p.next = pending{}
	return next
}

// paintTaken is pending.paint for what is taken, measured.
func (p *Painter) paintTaken(buf []byte) []byte {
	p.cfg.Measure(func() { buf = p.taken.paint(buf, &p.screen) })
	return buf
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
	if n.tick {
		buf = s.tick(buf)
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
