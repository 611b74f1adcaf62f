package sshd

import (
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// resizePause is the least time between two wakes of Resized.
const resizePause = 100 * time.Millisecond

// Size returns the terminal's size in cells: at least 1 × 1, at most MaxWidth ×
// MaxHeight of the Limits, and 80 × 24 if the client sent none.
func (t *Terminal) Size() (width, height int) {
	s := t.size.Load()
	return int(s >> 32), int(uint32(s))
}

// setSize reports whether the size has changed.
func (t *Terminal) setSize(width, height uint32) bool {
	s := uint64(width)<<32 | uint64(height)
	return t.size.Swap(s) != s
}

// Resized returns a channel that has a value if Size may have changed, at most ten
// times a second.
func (t *Terminal) Resized() <-chan struct{} { return t.resized }

// OnResize sets a function that is called, on its own goroutine, once now and after
// each wake of Resized; calls may overlap. Nil removes it. With it, a session that
// only waits for a new size needs no goroutine.
func (t *Terminal) OnResize(f func()) {
	t.hooks.Lock()
	defer t.hooks.Unlock()
	t.onResize = f
	if f != nil {
		go f()
	}
}

// windowChange takes over the size of a window-change request. It wakes Resized at
// once, or as soon as resizePause allows.
func (t *Terminal) windowChange(payload []byte) bool {
	var change struct{ Width, Height, PixelWidth, PixelHeight uint32 } // RFC 4254, section 6.7
	if gossh.Unmarshal(payload, &change) != nil {
		return false
	}
	if !t.setSize(t.cfg.clamp(change.Width, change.Height)) {
		return true
	}
	now := time.Now()
	switch since := now.Sub(t.resizes.last); {
	case since >= resizePause:
		t.resizes.last = now
		t.wakeResized()
	case since >= 0: // else a wake is pending for the time of last
		t.resizes.last = t.resizes.last.Add(resizePause)
		t.resizes.pending = time.AfterFunc(resizePause-since, t.wakeResized)
	}
	return true
}

func (t *Terminal) wakeResized() {
	select {
	case t.resized <- struct{}{}:
	default: // one pending wake is enough
	}
	t.hooks.Lock()
	defer t.hooks.Unlock()
	if t.onResize != nil {
		go t.onResize()
	}
}
