package rooms

import (
	"runtime"
	"sync"
	"time"
)

// tickPatience is how long a function that blocks may hold up the others; at most twice
// as long.
const tickPatience = 10 * time.Millisecond

// ticker calls functions one after the other. Rooms that were lit together tick together,
// and a goroutine for each of a thousand screens would be a burst that all others wait
// behind. If a function blocks, the ones behind it get goroutines of their own.
type ticker struct {
	wg *sync.WaitGroup // of its goroutines

	mu      sync.Mutex
	due     []func() // from next on
	next    int
	calls   uint64      // begun so far
	checked uint64      // calls, when watch last fired
	worker  uint64      // number of the goroutine that calls them; 0: none, and nothing is due
	workers uint64      // started so far
	watch   *time.Timer // fires while there is a worker; nil: there was none yet
}

// call has f called, behind what is due already. It must be called from a goroutine of wg.
func (t *ticker) call(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.due = append(t.due, f)
	if t.worker != 0 {
		return
	}
	t.workers++
	w := t.workers
	t.worker, t.checked = w, t.calls
	if t.watch == nil {
		t.watch = time.AfterFunc(tickPatience, t.check)
	} else {
		t.watch.Reset(tickPatience)
	}
	t.wg.Go(func() { t.work(w) })
}

// work calls what is due until nothing is, or w was replaced.
func (t *ticker) work(w uint64) {
	for f := t.take(w); f != nil; f = t.take(w) {
		f()
		runtime.Gosched() // everything else comes first
	}
}

// take returns the next function, or nil if the worker has to end.
func (t *ticker) take(w uint64) func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.worker != w {
		return nil
	}
	if t.next == len(t.due) {
		t.due, t.next, t.worker = t.due[:0], 0, 0
		t.watch.Stop()
		return nil
	}
	f := t.due[t.next]
	t.due[t.next] = nil
	t.next++
	t.calls++
	return f
}

// check gives up on the worker if the function that it calls has not returned since the
// last check.
func (t *ticker) check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.worker == 0:
	case t.calls != t.checked:
		t.checked = t.calls
		t.watch.Reset(tickPatience)
	default:
		for _, f := range t.due[t.next:] {
			t.wg.Go(f)
		}
		t.due, t.next, t.worker = nil, 0, 0
	}
}

// OnTick has f called whenever the countdown as people read it has changed: once a second
// below an hour, otherwise once a minute. All members of a room tick by its one timer. If
// f blocks, calls of it may overlap, and it holds up no others for long. It must not panic.
// Nil ends that.
func (m *Member) OnTick(f func()) {
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.tick = f
}

// tick tells every member that the countdown reads differently. It must be called from a
// goroutine of the hub.
func (l *liveRoom) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for m := range l.members {
		if m.tick != nil {
			l.hub.ticker.call(m.tick)
		}
	}
}
