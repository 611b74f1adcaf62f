package sshapp

import (
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/wording"
)

// A session without a screen is told of noticesAtOnce events beside messages, and
// then of one each noticesEvery. Further events are held back for foldSpan, and told
// together.
const (
	noticesAtOnce = 5
	noticesEvery  = 2 * time.Second
	foldSpan      = 5 * time.Second
)

// item is one thing that a session is told: an event, or how many came and went.
type item struct {
	event    rooms.Event
	presence *wording.Presence // nil: the event
}

// fold holds back events beside messages while there are more than people read. It
// goes by the times of the events, so that a room's history is told as it was told
// when it happened. Messages pass at once. It is not safe for concurrent use.
type fold struct {
	presence, doubts, lock, wick *rate.Limiter

	since  time.Time        // of the first event held back
	counts wording.Presence // of the comings and goings held back
	held   int              // how many are in counts
	last   rooms.Event      // the newest of those
	states [2]rooms.Event   // the newest of the lock and of the countdown; zero: none

	due *time.Timer // nil: nothing is held back
}

func newFold() *fold {
	limit := func() *rate.Limiter { return rate.NewLimiter(rate.Every(noticesEvery), noticesAtOnce) }
	return &fold{presence: limit(), doubts: limit(), lock: limit(), wick: limit()}
}

// take takes an event, and returns what is to be told now, in order.
func (f *fold) take(e rooms.Event) (all []item) {
	if f.holds() && e.Time.Sub(f.since) >= foldSpan {
		all = f.flush()
	}
	free := false
	switch wording.RunOf(e.Kind) {
	case wording.PresenceRun:
		limit := f.presence
		if wording.Doubtful(e) {
			limit = f.doubts // people must read it, so it waits behind no others
		} else if f.held > 0 {
			break // keep the order
		}
		free = limit.AllowN(e.Time, 1)
	case wording.LockRun:
		free = f.states[0].Kind == 0 && f.lock.AllowN(e.Time, 1)
	case wording.CountdownRun:
		free = f.states[1].Kind == 0 && f.wick.AllowN(e.Time, 1)
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
		f.states[1] = e
	default:
		f.states[0] = e
	}
	return all
}

// holds reports whether something is held back.
func (f *fold) holds() bool {
	return f.held > 0 || f.states[0].Kind != 0 || f.states[1].Kind != 0
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
	for _, e := range f.states {
		if e.Kind != 0 {
			all = append(all, item{event: e})
		}
	}
	f.counts, f.held, f.states = wording.Presence{}, 0, [2]rooms.Event{}
	if f.due != nil {
		f.due.Stop()
		f.due = nil
	}
	return all
}

// wait returns a channel that receives when it is time to flush; nil if nothing is
// held back.
func (f *fold) wait() <-chan time.Time {
	if !f.holds() {
		return nil
	}
	if f.due == nil {
		f.due = time.NewTimer(foldSpan)
	}
	return f.due.C
}
