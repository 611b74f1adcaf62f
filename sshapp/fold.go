package sshapp

import (
	"time"

	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/wording"
)

// How often a session without a screen is told of one thing that happened beside
// messages: so many at once, and then one in a while. What is more is held back for
// foldSpan, and told together.
const (
	noticesAtOnce = 5
	noticesEvery  = 2 * time.Second
	foldSpan      = 5 * time.Second
)

// item is what a session is told: an event, or how many came and went.
type item struct {
	event rooms.Event
	crowd *wording.Presence // nil: the event
}

// fold holds back what happens beside messages, when it is more than people read.
// It goes by the times of the events, so that what a room remembers is told as it
// was when it happened. Messages pass at once. For one goroutine.
type fold struct {
	presence, doubts, lock, wick *rate.Limiter

	since  time.Time // of the first event held back
	crowd  wording.Presence
	held   int            // how many are in crowd
	last   rooms.Event    // of those
	states [2]rooms.Event // newest of the lock and of the wick; the zero one: none

	due *time.Timer // nil: nothing is held back
}

func newFold() *fold {
	limit := func() *rate.Limiter { return rate.NewLimiter(rate.Every(noticesEvery), noticesAtOnce) }
	return &fold{presence: limit(), doubts: limit(), lock: limit(), wick: limit()}
}

// take returns what is to be told at an event, in order.
func (f *fold) take(e rooms.Event) (all []item) {
	if f.holds() && e.Time.Sub(f.since) >= foldSpan {
		all = f.flush()
	}
	free := false
	switch e.Kind {
	case rooms.Joined, rooms.Left, rooms.Renamed, rooms.Away, rooms.Back, rooms.Admitted, rooms.Denied:
		limit := f.presence
		if wording.Doubtful(e) {
			limit = f.doubts // it must be read, and does not wait behind others
		} else if f.held > 0 {
			break // in their order
		}
		free = limit.AllowN(e.Time, 1)
	case rooms.Locked, rooms.Unlocked:
		free = f.states[0].Kind == 0 && f.lock.AllowN(e.Time, 1)
	case rooms.Shortened:
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
	case f.crowd.Add(e):
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

// flush returns what is held back.
func (f *fold) flush() (all []item) {
	switch crowd := f.crowd; f.held {
	case 0:
	case 1:
		all = append(all, item{event: f.last})
	default:
		all = append(all, item{crowd: &crowd})
	}
	for _, e := range f.states {
		if e.Kind != 0 {
			all = append(all, item{event: e})
		}
	}
	f.crowd, f.held, f.states = wording.Presence{}, 0, [2]rooms.Event{}
	if f.due != nil {
		f.due.Stop()
		f.due = nil
	}
	return all
}

// wait returns a channel that has a value when it is time to flush, whatever
// happens until then; nil if nothing is held back.
func (f *fold) wait() <-chan time.Time {
	if !f.holds() {
		return nil
	}
	if f.due == nil {
		f.due = time.NewTimer(foldSpan)
	}
	return f.due.C
}
