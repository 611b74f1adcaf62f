package ui

import "time"

const (
	frameGap   = 16 * time.Millisecond // between two frames, on average
	frameBurst = 4                     // frames at once after a pause
)

// throttle spaces the frames of a session. It allows a few at once, so that a reply
// does not wait for the echo of a key, and then one per gap on average, which bounds the
// cost of a busy room or a flood of keys. The zero value allows a whole burst.
type throttle struct {
	even time.Time // when the next frame would be due if all were evenly spaced
}

// wait returns how long the next frame has to wait; 0 or less means not at all.
func (t *throttle) wait(now time.Time) time.Duration {
	return max(t.even.Sub(now), 0) - (frameBurst-1)*frameGap
}

// count counts a frame.
func (t *throttle) count(now time.Time) {
	if t.even.Before(now) {
		t.even = now
	}
	t.even = t.even.Add(frameGap)
}
