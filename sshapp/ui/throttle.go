package ui

import "time"

const (
	frameGap   = 16 * time.Millisecond // between two frames, on average
	frameBurst = 4                     // frames at once after a pause
)

// throttle spaces the frames of a session. It lets a few come at once, so that a
// reply does not wait for the echo of a key, and then one per gap on average,
// which bounds what a busy room or a flood of keys costs. The zero value allows a
// whole burst.
type throttle struct {
	even time.Time // when all frames so far would be due, evenly spaced
}

// wait returns how long the next frame has to wait; 0 or less: it may come now.
func (t *throttle) wait(now time.Time) time.Duration {
	return max(t.even.Sub(now), 0) - (frameBurst-1)*frameGap
}

// count notes a frame.
func (t *throttle) count(now time.Time) {
	if t.even.Before(now) {
		t.even = now
	}
	t.even = t.even.Add(frameGap)
}
