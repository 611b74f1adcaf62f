package sshapp

import (
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/wording"
)

// A session in plain lines is shown noticesAtOnce events of a kind at once, and then
// one every noticesEvery. Further events are held back for foldSpan and shown together.
// Messages are not limited.
const (
	noticesAtOnce = 5
	noticesEvery  = 2 * time.Second
	foldSpan      = 5 * time.Second
)

// item is one thing to show: an event, or how many people came and went.
type item struct {
	event    rooms.Event
	presence *wording.Presence // nil: event
}

// fold holds back events other than messages while there are more than people can
// read. It goes by the times of the events, so a room's history is shown as it was when
// it happened. It is not safe for concurrent use.
type fold struct {
	presence, doubts, lock, countdown *rate.Limiter

	since     time.Time        // the time of the first event that is held back
	counts    wording.Presence // of presence events that are held back
	held      int              // events in counts
	last      rooms.Event      // the newest event in counts
	locked    rooms.Event      // the newest event about the lock that is held back; zero: none
	shortened rooms.Event      // the same about the countdown

	due *time.Timer // nil: nothing is held back
}

func newFold() *fold {
	limit := func() *rate.Limiter { return rate.NewLimiter(rate.Every(noticesEvery), noticesAtOnce) }
	return &fold{presence: limit(), doubts: limit(), lock: limit(), countdown: limit()}
}

// take takes an event, and returns what to show now, in order.
func (f *fold) take(e rooms.Event) (all []item) {
	if f.holds() && e.Time.Sub(f.since) >= foldSpan {
		all = f.flush()
	}
	free := false
	switch wording.RunOf(e.Kind) {
	case wording.PresenceRun:
		limit := f.presence
		if wording.Doubtful(e) {
			limit = f.doubts // people must read these, so they do not wait behind others
		} else if f.held > 0 {
			break // those held back come first
		}
		free = limit.AllowN(e.Time, 1)
	case wording.LockRun:
		free = f.locked.Kind == 0 && f.lock.AllowN(e.Time, 1)
	case wording.CountdownRun:
		free = f.shortened.Kind == 0 && f.countdown.AllowN(e.Time, 1)
	default:
		free = true
	}
	if free {
		return append(all, item{event: e})
	}
	if !f.holds() {
		f.since = e.Time
	}
	switch {
	case f.counts.Add(e):
		f.held, f.last = f.held+1, e
	case e.Kind == rooms.Shortened:
		f.shortened = e
	default:
		f.locked = e
	}
	return all
}

// holds reports whether something is held back.
func (f *fold) holds() bool {
	return f.held > 0 || f.locked.Kind != 0 || f.shortened.Kind != 0
}

// flush returns everything that is held back.
func (f *fold) flush() (all []item) {
	switch counts := f.counts; f.held {
	case 0:
	case 1:
		all = append(all, item{event: f.last})
	default:
		all = append(all, item{presence: &counts})
	}
	for _, e := range []rooms.Event{f.locked, f.shortened} {
		if e.Kind != 0 {
			all = append(all, item{event: e})
		}
	}
	f.counts, f.held = wording.Presence{}, 0
	f.locked, f.shortened = rooms.Event{}, rooms.Event{}
	if f.due != nil {
		f.due.Stop()
		f.due = nil
	}
	return all
}

// wait returns a channel that delivers a value when it is time to flush; nil if nothing
// is held back.
func (f *fold) wait() <-chan time.Time {
	if !f.holds() {
		return nil
	}
	if f.due == nil {
		f.due = time.NewTimer(foldSpan)
	}
	return f.due.C
}
