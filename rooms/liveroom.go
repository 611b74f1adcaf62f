package rooms

import (
	"context"
	"sync"
	"time"
)

// liveRoom is a room with members in this process: its one watch, and what this
// process knows of it. Its goroutine, run, alone reads the feed, starts the catch-ups
// that fill gaps, and ends the room on time.
//
// The parts below mu are plain types that know nothing of each other: the room passes
// what one returns to the next. Members and run call them, with mu held, which is
// never held during a call of the store, nor together with Hub.mu.
type liveRoom struct {
	hub  *Hub
	name Name

	cancel     context.CancelFunc // ends run
	users      int                // guarded by hub.mu: members, and guests who are entering
	watchReady chan struct{}      // closed when the watch stands, or has failed with watchErr
	watchErr   error
	watchOnce  sync.Once          // closes watchReady
	entered    chan struct{}      // closed when the first member is in
	ended      chan struct{}      // closed by finish
	done       chan struct{}      // closed when run has returned
	resync     chan struct{}      // capacity one: something may have been missed
	settling   chan chan struct{} // see settle
	turn       chan struct{}      // capacity one: due is not empty

	shared sync.Map                // see Member.Shared
	ticks  *map[*liveRoom]struct{} // of the metronome, which guards it; nil: none

	mu         sync.Mutex
	state      roomState
	roster     roster
	transcript transcript
	doorway    doorway
	typists    typists
	reconciler reconciler

	members   map[*Member]struct{}
	due       []*Member      // to be woken by run, in this order; see wakeInTurn
	entering  map[string]int // by identity: seats that the store may have and the roster not yet
	wakeTimer *time.Timer    // see wakeSoon; nil: no wake is due

	stale       bool   // the store does not reply
	gone        bool   // the store does not have the room any more
	over        bool   // the deadline has passed: nothing is shown any more
	destroyedBy string // alias of the member here who destroyed it
	takenBy     string // alias of the member here who took its drop
	end         *End
}

func newLiveRoom(h *Hub, name Name) *liveRoom {
	l := &liveRoom{
		hub:        h,
		name:       name,
		watchReady: make(chan struct{}),
		entered:    make(chan struct{}),
		ended:      make(chan struct{}),
		done:       make(chan struct{}),
		resync:     make(chan struct{}, 1),
		settling:   make(chan chan struct{}),
		turn:       make(chan struct{}, 1),
		members:    map[*Member]struct{}{},
		entering:   map[string]int{},
	}
	l.state.kicks = map[string]Kick{}
	l.doorway = doorway{knocks: map[string]knock{}, cooldowns: map[string]cooldown{}}
	l.typists = typists{bySeat: map[string]typist{}}
	l.reconciler.awaited = map[string]bool{}
	return l
}

// finish ends the room for everybody here: the transcript is dropped and every member
// is told. Only the first call counts.
func (l *liveRoom) finish(end End) {
	l.mu.Lock()
	if l.end != nil {
		l.mu.Unlock()
		return
	}
	end.Messages, end.Files = max(end.Messages, l.transcript.seq), l.state.Files
	end.Time = l.state.now()
	l.end = &end
	l.drop()
	l.wake()
	ref := l.state.Ref
	l.mu.Unlock()
	l.shared.Clear()
	if end.Reason != Closing {
		l.hub.budget.ended(ref)
	}
	close(l.ended)
	l.hub.forget(l)
}

// drop forgets all messages and everybody who is here. The caller holds mu.
func (l *liveRoom) drop() {
	l.over = true
	l.transcript.drop()
	l.reconciler.drop()
	l.roster.seats = nil
	l.doorway.clear()
	l.typists.clear()
	if l.wakeTimer != nil {
		l.wakeTimer.Stop()
	}
	for m := range l.members {
		m.views, m.revealed = nil, nil
	}
}

// checkDeadline reports whether the deadline has passed, and drops the room's
// content if so: run may not have done it yet, as after the machine slept. The
// caller holds mu.
func (l *liveRoom) checkDeadline() (over bool) {
	if !l.over && l.state.entered() && l.state.Left() == 0 {
		l.drop()
	}
	return l.over
}

// addMessages adds messages that are newer than those here, in order. It returns
// false, and adds no more, at the first that does not follow, or contradicts what
// is here. The caller holds mu.
func (l *liveRoom) addMessages(events []Event) bool {
	for _, e := range events {
		if e.Unsaid {
			l.reconciler.unsay(e.ID)
		}
		switch l.transcript.add(e) {
		case addAppended:
			l.reconciler.arrived(e.ID)
			l.stoppedTyping(e.From.ID)
		case addAmended:
			l.amended(e)
		case addUnreadable:
			l.skipMessages(1)
		case addConflict:
			l.reconciler.diverged = true
			return false
		case addGap:
			return false
		}
	}
	return true
}

// skipMessages notes that the next n messages are missing for good. The caller
// holds mu.
func (l *liveRoom) skipMessages(n uint64) {
	l.transcript.skip(n, l.state.Epoch, l.state.now())
	l.wake()
}

// current returns the room as this process knows it.
func (l *liveRoom) current() Room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Room
}

// timeLeft returns the time until the deadline.
func (l *liveRoom) timeLeft() time.Duration { return l.state.timeLeft() }

// place returns which burning of the room the member is in, and the member's seat.
func (l *liveRoom) place(m *Member) (Ref, Seat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.Ref, m.seat
}
