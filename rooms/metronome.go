package rooms

import (
	"sync"
	"time"
)

const (
	tickGrid    = 100 * time.Millisecond // at which countdowns tick together
	tickExactly = 11 * time.Second       // from here on each by itself: the last ten seconds are watched
)

// metronome has the rooms whose countdowns change every second tick on a common grid, a
// little late, by one timer. Waking a processor and a goroutine for each of them alone is
// most of what an idle server costs. Rooms call it without their mutex.
type metronome struct {
	born time.Time // the grid begins here

	mu    sync.Mutex // before liveRoom.mu
	steps [time.Second / tickGrid]map[*liveRoom]struct{}
	next  int64       // the step of the grid that timer is set to; 0: it is not set
	timer *time.Timer // nil: there was none yet
}

// join has a room tick once a second, first in d or a little later.
func (m *metronome) join(l *liveRoom, d time.Duration) {
	step := int64((time.Since(m.born) + d + tickGrid - 1) / tickGrid)
	rooms := &m.steps[step%int64(len(m.steps))]
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.ticks == rooms {
		return
	}
	m.remove(l)
	if *rooms == nil {
		*rooms = map[*liveRoom]struct{}{}
	}
	(*rooms)[l], l.ticks = struct{}{}, rooms
	if m.next == 0 || step < m.next {
		m.set(step)
	}
}

// leave undoes join.
func (m *metronome) leave(l *liveRoom) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(l)
}

func (m *metronome) remove(l *liveRoom) {
	if l.ticks != nil {
		delete(*l.ticks, l)
		l.ticks = nil
	}
}

// set sets the timer. The caller holds mu.
func (m *metronome) set(step int64) {
	m.next = step
	wait := time.Until(m.born.Add(time.Duration(step) * tickGrid))
	if m.timer == nil {
		m.timer = time.AfterFunc(wait, m.tick)
		return
	}
	m.timer.Reset(wait)
}

// tick has the rooms tick that are due, and sets the timer to the next ones. The hub waits
// for it, since it waits for the goroutine of each of these rooms, which waits in leave.
func (m *metronome) tick() {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := int64(len(m.steps))
	now := int64(time.Since(m.born) / tickGrid)
	for step := max(m.next, now-all+1); step <= now; step++ {
		for l := range m.steps[step%all] {
			if l.timeLeft() > tickExactly {
				l.tick()
			}
		}
	}
	m.next = 0
	for step := now + 1; step <= now+all; step++ {
		if len(m.steps[step%all]) > 0 {
			m.set(step)
			return
		}
	}
}
