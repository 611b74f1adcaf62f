package ui

import (
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// patience is how long a change may wait to be drawn. What is drawn earlier, for another
// change, shows it too.
type patience time.Duration

const (
	noPatience   patience = 0
	echoPatience          = patience(frameGap) // with a composer that Enter emptied: the message comes
	untilLastKey patience = -1                 // keyRun.end sends a drawMsg
	forever      patience = -2                 // nothing that is drawn has changed
)

// schedule says when the next frame is due. The model's mutex guards it, but for stop.
type schedule struct {
	throttle throttle
	changed  bool        // since the last frame
	due      time.Time   // when the timer has a frame drawn; zero: it does not run
	timer    *time.Timer // nil: none was needed so far
}

// count counts a frame.
func (s *schedule) count(now time.Time) {
	s.throttle.count(now)
	s.changed = false
	if !s.due.IsZero() {
		s.due = time.Time{}
		s.timer.Stop()
	}
}

// wake has draw called after a wait, or earlier.
func (s *schedule) wake(now time.Time, wait time.Duration, draw func()) {
	due := now.Add(wait)
	if !s.due.IsZero() && !due.Before(s.due) {
		return
	}
	s.due = due
	if s.timer == nil {
		s.timer = time.AfterFunc(wait, draw)
		return
	}
	s.timer.Reset(wait)
}

// stop ends the timer, after the last Update.
func (s *schedule) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// drawWithin draws a frame, now or when one is due, and returns a command of draw's.
func (m *model) drawWithin(p patience) tea.Cmd {
	if p == forever {
		return nil
	}
	s := &m.schedule
	s.changed = true
	if p == untilLastKey {
		return nil
	}
	now := time.Now()
	wait := max(time.Duration(p), s.throttle.wait(now), m.budget.wait(now))
	if wait <= 0 {
		return m.draw()
	}
	s.wake(now, wait, m.env.drawDue)
	return nil
}

// drawDue draws a frame if something has changed, and one is due.
func (m *model) drawDue() tea.Cmd {
	m.schedule.due = time.Time{}
	if !m.schedule.changed {
		return nil
	}
	return m.drawWithin(noPatience)
}

// keyRun tells a screen when the last of several keys that came at once has been passed
// on: it is drawn then, rather than for each. It is safe for concurrent use.
type keyRun struct{ under, held atomic.Bool }

// begin says that more than one key is passed on from now on.
func (r *keyRun) begin() { r.under.Store(true) }

// more reports whether end will have the screen drawn.
func (r *keyRun) more() bool {
	if !r.under.Load() {
		return false
	}
	r.held.Store(true) // before under is asked again: end looks at both in the other order
	return r.under.Load()
}

// end says that all keys have been passed on.
func (r *keyRun) end(send func(tea.Msg)) {
	r.under.Store(false)
	if r.held.Swap(false) {
		send(drawMsg{})
	}
}
