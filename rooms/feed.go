package rooms

import (
	"slices"
	"sync"
	"time"
)

// Bounds of what a Feed holds between two calls of Take: more than the usual history.
const (
	FeedCap      = 1024    // events
	feedMaxBytes = 4 << 20 // of text
)

// Feed passes what a store publishes for one room to the one reader of that room.
// Push never blocks: a reader that falls behind loses the buffered events, is told
// so, and fills the gap from the store's history.
//
// A Feed is made by Store.Watch and closed by the caller. Push and Gap are for
// stores. All methods are safe for concurrent use.
type Feed struct {
	mu      sync.Mutex
	events  []Event
	text    int           // bytes of text in events
	only    map[Kind]bool // see Only
	arrived time.Time     // when the oldest message in events arrived
	gap     bool
	closed  bool
	ready   chan struct{}
	stop    func()
}

// NewFeed returns an empty feed. Close calls stop, once; nil is allowed.
func NewFeed(stop func()) *Feed {
	return &Feed{ready: make(chan struct{}, 1), stop: stop}
}

// Only has the feed drop everything but events of these kinds. Somebody who waits
// at a door must not hold what is said behind it.
func (f *Feed) Only(kinds ...Kind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.only = map[Kind]bool{}
	for _, k := range kinds {
		f.only[k] = true
	}
	f.events = slices.DeleteFunc(f.events, func(e Event) bool { return !f.only[e.Kind] })
}

// Push adds an event.
func (f *Feed) Push(e Event) {
	f.mu.Lock()
	if f.closed || f.only != nil && !f.only[e.Kind] {
		f.mu.Unlock()
		return
	}
	if len(f.events) >= FeedCap || f.text+len(e.Text) > feedMaxBytes {
		f.events, f.text, f.gap = nil, 0, true
	} else {
		f.text += len(e.Text)
		if e.Kind == Message && f.arrived.IsZero() {
			f.arrived = time.Now()
		}
		f.events = append(f.events, e)
	}
	f.mu.Unlock()
	f.wake()
}

// Gap notes that events may have been missed.
func (f *Feed) Gap() {
	f.mu.Lock()
	f.gap = !f.closed
	f.mu.Unlock()
	f.wake()
}

func (f *Feed) wake() { signal(f.ready) }

// Ready receives a value whenever Take may return something new.
func (f *Feed) Ready() <-chan struct{} { return f.ready }

// Take empties the feed. With gap, events may be missing before, between or after
// those returned.
func (f *Feed) Take() (events []Event, gap bool) {
	events, gap, _ = f.take()
	return events, gap
}

// take is Take, and returns when the oldest message among the events arrived.
func (f *Feed) take() (events []Event, gap bool, arrived time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events, gap, arrived = f.events, f.gap, f.arrived
	f.events, f.text, f.gap, f.arrived = nil, 0, false, time.Time{}
	return events, gap, arrived
}

// Close ends the watch. It does not wake the reader.
func (f *Feed) Close() {
	f.mu.Lock()
	done := f.closed
	f.closed, f.events = true, nil
	f.mu.Unlock()
	if !done && f.stop != nil {
		f.stop()
	}
}
