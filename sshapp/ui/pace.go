package ui

import "time"

const (
	frameGap   = 16 * time.Millisecond // between two frames, on average
	frameBurst = 4                     // frames at once after a pause
)

// pace says when a frame may come: a few at once, so that an answer does not
// wait for the echo of a key, and one per gap on average, so that neither a
// busy room nor a flood of keys costs more than that. The zero value is rested.
type pace struct {
	even time.Time // when all frames so far would be due, evenly spaced
}

// wait is how long the next frame has to wait; not above 0: it may come.
func (p *pace) wait(now time.Time) time.Duration {
	return max(p.even.Sub(now), 0) - (frameBurst-1)*frameGap
}

// count notes a frame.
func (p *pace) count(now time.Time) {
	if p.even.Before(now) {
		p.even = now
	}
	p.even = p.even.Add(frameGap)
}
