package rooms

import (
	"context"
	"sync"
	"time"
)

// live is a room with members in this process: its one watch, its one
// transcript. run, its goroutine, is the only one that reads the feed, fills
// gaps and lets the room end on time; everything below mu is written under it
// by whoever learns something new.
type live struct {
	hub      *Hub
	name     Name
	stop     context.CancelFunc
	users    int                // guarded by hub.mu: members and those entering
	watched  chan struct{}      // closed when the watch stands or failed
	watchErr error              // valid after watched
	settled  sync.Once          // closes watched, see fail
	entered  chan struct{}      // closed when the first member is in
	ended    chan struct{}      // closed by finish
	done     chan struct{}      // closed when run has returned
	resync   chan struct{}      // capacity one: something may have been missed
	settling chan chan struct{} // see settle

	shared sync.Map // see Member.Shared

	mu       sync.Mutex
	room     Room // zero until entered
	journal  *journal
	seq      uint64 // newest message in the journal
	partial  bool   // what was said before the first member came is not here: nobody reads it
	said     replays
	roster   []Seat // replaced, never changed: readers hold it
	version  uint64 // of the roster
	mark     string // of the roster, see Entry.Mark
	departed []Seat // who left lately: an old word of theirs brings nobody back
	members  map[*Member]struct{}
	entering map[string]int   // identities whose seats the store may know before we do
	stale    bool             // the store does not answer
	gone     bool             // the store does not have the room any more
	stirred  *time.Timer      // wakes members for the roster; nil: none is due
	wipedBy  string           // the member here who destroyed it
	knocks   map[string]knock // at the door, by seat ID
	rests    map[string]rest  // who is not heard at the door, by source and identity
	over     bool             // the deadline has passed: nothing is shown any more
	end      *End

	shortenedBy string          // see Promises
	lockedBy    string          // see Promises
	kicks       map[string]Kick // by identity
	loose       bool            // the store has lost a promise, which is to be asserted

	ahead, heard bool // see unheard

	holes   uint64          // counts the gaps that the history could not fill
	awaited map[string]bool // IDs of posts under way: whether they came in

	forked bool    // what the store published contradicts the journal
	unseen []Event // said here and confirmed, but not in the journal yet; in the order of confirmation
	lost   []Event // of this process's members, to be restored

	fuses     map[string]time.Time // lit on what is lost, by ID
	burnt     map[string]bool      // of what is lost, whether it has burned, by ID
	ashes     []Event              // what burned here, and is to be gone from the store; bounded by the journal
	burns     uint64               // Pulse.Burns of the last beat
	burnsHere uint64               // of it, what is known here

	typists map[string]typist // who is writing, by seat ID
	murmur  *time.Timer       // wakes members for those alone; nil: none is due
}

func newLive(h *Hub, name Name) *live {
	return &live{
		hub:      h,
		name:     name,
		watched:  make(chan struct{}),
		entered:  make(chan struct{}),
		ended:    make(chan struct{}),
		done:     make(chan struct{}),
		resync:   make(chan struct{}, 1),
		settling: make(chan chan struct{}),
		members:  map[*Member]struct{}{},
		entering: map[string]int{},
		knocks:   map[string]knock{},
		rests:    map[string]rest{},
		typists:  map[string]typist{},
		kicks:    map[string]Kick{},
		awaited:  map[string]bool{},
	}
}

// finish ends the room for everybody here: the transcript is dropped and every
// member is told. Only the first call counts.
func (l *live) finish(end End) {
	l.mu.Lock()
	if l.end != nil {
		l.mu.Unlock()
		return
	}
	end.Messages = max(end.Messages, l.seq)
	end.Time = l.now()
	l.end = &end
	l.drop()
	l.wake()
	ref := l.room.Ref
	l.mu.Unlock()
	l.shared.Clear()
	if end.Reason != Closing {
		l.hub.budget.ended(ref)
	}
	close(l.ended)
	l.hub.forget(l)
}

// drop forgets what was said and who is here. The caller holds mu.
func (l *live) drop() {
	l.over = true
	l.journal, l.roster, l.unseen, l.lost, l.ashes = nil, nil, nil, nil, nil
	for m := range l.members {
		m.own, m.revealed = nil, nil
	}
	if l.stirred != nil {
		l.stirred.Stop()
	}
	l.hush(func(Seat) bool { return true })
	l.quiet()
}

// expired reports whether the deadline has passed. Whoever finds that first
// drops the room's content: its goroutine may not have run yet, as after the
// machine slept. The caller holds mu.
func (l *live) expired() bool {
	if !l.over && l.room.Epoch != "" && l.room.Left() == 0 {
		l.drop()
	}
	return l.over
}

// now returns the store's time. The caller holds mu.
func (l *live) now() time.Time {
	if l.room.Clock == (Clock{}) {
		return time.Now().Truncate(time.Millisecond)
	}
	return l.room.Clock.Now()
}

// setClock adopts a newer reading of the store's clock. It never moves the
// deadline away: a clock that was set back prolongs nothing. The caller holds mu.
func (l *live) setClock(c Clock) {
	if c == (Clock{}) {
		return
	}
	l.room.Clock = c
	if d := c.Instant(l.room.Ends); d.Before(l.room.Deadline) {
		l.room.Deadline = d
	}
}

// addHistory appends messages that are newer than what is there, in order. It
// returns false, and adds no more, at the first that does not follow, or whose
// number had another message before the store lost it.
func (l *live) addHistory(events []Event) bool {
	for _, e := range events {
		if e.Kind != Unreadable && l.replayed(e) {
			e = Event{Kind: Unreadable, Epoch: e.Epoch, Seq: e.Seq, Time: e.Time}
		}
		switch {
		case e.Seq > l.seq+1:
			return false
		case e.Kind == Unreadable:
			if e.Seq > l.seq {
				l.addMissed(1)
			}
		case e.Seq <= l.seq:
			if l.contradicts(e) {
				l.forked = true
				return false
			}
			l.become(e)
		case l.repeats(e):
			l.forked = true
			return false
		default:
			l.journal.append(l.remembered(e))
			l.seq = e.Seq
			l.said.note(e)
			l.seen(e.ID)
			l.stopped(e.From.ID)
		}
	}
	return true
}

// addMissed notes that the next n messages are not to be had. The caller holds mu.
func (l *live) addMissed(n uint64) {
	l.journal.append(Event{Kind: Missed, Epoch: l.room.Epoch, Time: l.now(), Seq: n})
	l.seq += n
	l.holes++
	l.wake()
}

// wake tells every member that there is news.
func (l *live) wake() {
	for m := range l.members {
		m.wake()
	}
}

// brought tells every member of n messages, the oldest of which came to this
// process at that time.
func (l *live) brought(n uint64, at time.Time) {
	for m := range l.members {
		if m.unread == 0 {
			m.came = at
		}
		m.unread += n
		m.wake()
	}
}

func (m *Member) wake() { signal(m.news) }

// tick tells every member that the countdown reads differently.
func (l *live) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for m := range l.members {
		signal(m.ticks)
	}
}

// signal wakes whoever reads c; a wake that is pending is enough.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (l *live) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room.Left()
}

func (l *live) state(m *Member) State {
	l.mu.Lock()
	defer l.mu.Unlock()
	over := l.expired()
	s := State{Room: l.room, You: m.seat, Roster: l.roster, Messages: l.seq, Seen: m.resumed, Stale: l.stale, Over: over, End: m.end}
	if s.End == nil {
		s.End = l.end
	}
	if s.End == nil && len(l.knocks) > 0 {
		s.Knocks = l.atDoor()
	}
	if s.End == nil && len(l.typists) > 0 {
		s.Typing = l.typing(m)
	}
	return s
}

func (l *live) since(m *Member, pos uint64) Transcript {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.expired() || l.journal == nil {
		return Transcript{From: pos}
	}
	t := l.journal.since(max(pos, m.start))
	t.Missed = max(l.journal.dropped, m.read) - m.read
	m.read = l.journal.came
	t.Came = l.delivered(m)
	m.seen = l.seq
	t.own = l.own(m)
	return t
}
