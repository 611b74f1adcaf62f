package ui

import "time"

const (
	drawGap  = 16 * time.Millisecond // between two frames that news causes
	maxEager = 4                     // frames that keys and sizes cause within one gap
)

// pace says when to draw. The first change is drawn at once, and so are the
// first few keys; what else comes within a gap is drawn together at its end:
// neither a busy room nor a flood of keys costs more than that.
type pace struct {
	began     time.Time // of the gap
	eager     int
	scheduled bool // a frame at the end of the gap
}

// due answers whether to draw now, or else how long to wait for the frame that
// the caller has to schedule; nothing where one is scheduled already.
func (p *pace) due(now time.Time, eager bool) (draw bool, wait time.Duration) {
	passed := now.Sub(p.began)
	if passed >= drawGap {
		p.began, p.eager = now, 0
		return true, 0
	}
	if eager && p.eager < maxEager {
		p.eager++
		return true, 0
	}
	if p.scheduled {
		return false, 0
	}
	p.scheduled = true
	return false, drawGap - passed
}

// met says that the scheduled frame is drawn.
func (p *pace) met(now time.Time) {
	p.began, p.eager, p.scheduled = now, 0, false
}
