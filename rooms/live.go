package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// errEnded tells Hub.Enter that the live room is not the one to enter any more.
var errEnded = errors.New("the room ended")

// maxNamesakes is how many people of one alias a room tells apart by a number.
const maxNamesakes = 64

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
	roster   []Seat // replaced, never changed: readers hold it
	version  uint64 // of the roster
	members  map[*Member]struct{}
	entering map[string]int   // identities whose seats the store may know before we do
	stale    bool             // the store does not answer
	gone     bool             // the store does not have the room any more
	stirred  *time.Timer      // wakes members for the roster; nil: none is due
	wipedBy  string           // the member here who destroyed it
	knocks   map[string]knock // at the door, by seat ID
	end      *End

	forked bool    // what the store published contradicts the journal
	unseen []Event // said here and confirmed, but not in the journal yet; in the order of confirmation
	lost   []Event // of this process's members, to be restored

	fuses     map[string]time.Time // lit on what is lost, by ID
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
		typists:  map[string]typist{},
	}
}

// enter takes a seat for the guest. The watch stands before the store is
// asked, so that nothing falls between the entry and the feed.
func (l *live) enter(ctx context.Context, g Guest) (*Member, error) {
	select {
	case <-l.watched:
		if l.watchErr != nil {
			return nil, l.watchErr
		}
	case <-l.ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m := &Member{
		live:  l,
		news:  make(chan struct{}, 1),
		ticks: make(chan struct{}, 1),
		limit: rate.NewLimiter(l.hub.cfg.Rate, l.hub.cfg.Burst),
		seat:  l.hub.seatOf(g),
		keeps: g.Returns,
	}
	if err := l.seat(ctx, m, m.seat); err != nil {
		return nil, err
	}
	return m, nil
}

// seat asks the store for the wanted seat, under a numbered alias where the
// wanted one is taken, and admits the member.
func (l *live) seat(ctx context.Context, m *Member, want Seat) error {
	l.mu.Lock()
	l.entering[want.Identity]++
	after := l.seq
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.entering[want.Identity]--; l.entering[want.Identity] == 0 {
			delete(l.entering, want.Identity)
		}
	}()
	base := want.Alias
	for n := 2; ; n++ {
		entry, err := l.hub.store.Enter(ctx, l.name, want, l.hub.cfg.Lease, after)
		if err == nil {
			if err := l.admit(m, entry); err != nil {
				l.giveBack(entry.Room.Ref, entry.Seat)
				return err
			}
			return nil
		}
		if !errors.Is(err, ErrAliasTaken) || n > maxNamesakes {
			return err
		}
		want.Alias = fmt.Sprintf("%s-%d", base, n)
	}
}

// admit takes what the store said on entering into the room.
func (l *live) admit(m *Member, entry Entry) error {
	seat := entry.Seat
	l.mu.Lock()
	if l.end != nil || m.left {
		l.mu.Unlock()
		return errEnded
	}
	first := l.room.Epoch == ""
	if !first && l.room.Epoch != entry.Room.Epoch {
		l.mu.Unlock()
		l.finish(End{Reason: Lost}) // another room burns under this name by now
		return errEnded
	}
	if first {
		l.room = entry.Room
		l.journal = newJournal(entry.Room.History)
		l.seq = entry.Seq - uint64(len(entry.History))
		// Whoever was here before is no news; the new member is.
		l.roster = slices.DeleteFunc(slices.Clone(entry.Roster), func(s Seat) bool { return s.ID == seat.ID })
		if entry.Kept {
			away := seat
			away.Away = true
			l.roster = append(l.roster, away)
		}
		l.version = entry.Version - 1
	}
	m.seat = seat
	m.resumed = max(m.resumed, entry.Seen)
	before := l.seq
	if !l.addHistory(entry.History) {
		l.missed()
	}
	if l.seq != before {
		l.brought(l.seq-before, time.Now()) // to those who were here
	}
	l.members[m] = struct{}{}
	l.setRoster(entry.Roster, entry.Version)
	l.stir()
	signal(m.news)
	l.mu.Unlock()
	if first {
		close(l.entered)
	}
	return nil
}

// leave gives the member's seat up, or where only this process ends has it kept
// for a while.
func (l *live) leave(m *Member) {
	l.mu.Lock()
	_, in := l.members[m]
	delete(l.members, m)
	m.left = true
	ref, seat := l.room.Ref, m.seat
	held := m.end == nil && (l.end == nil || l.end.LivesOn)
	keep := held && m.keeps && l.end != nil && l.end.Reason == Closing
	seat.Seen = m.seen
	l.mu.Unlock()
	if !in {
		return
	}
	if keep {
		keep = l.keep(ref, seat)
	}
	if held && !keep {
		l.giveBack(ref, seat)
	}
	l.hub.release(l)
}

// leaveLimit bounds how long giving a seat back may take. Where it fails, the
// seat's lease runs out.
const leaveLimit = 3 * time.Second

// keep has the store keep the seat, and tells whether it does.
func (l *live) keep(ref Ref, seat Seat) bool {
	ctx, cancel := context.WithTimeout(context.Background(), leaveLimit) // as in giveBack
	defer cancel()
	return l.hub.store.Keep(ctx, ref, seat, l.hub.cfg.Keep) == nil
}

func (l *live) giveBack(ref Ref, seat Seat) {
	// Detached: the session's context has ended, and the hub's may have.
	ctx, cancel := context.WithTimeout(context.Background(), leaveLimit)
	defer cancel()
	if err := l.hub.store.Leave(ctx, ref, seat); err != nil && !errors.Is(err, ErrNoRoom) {
		l.hub.cfg.Log.Warn("a seat was not given back; its lease will run out", "err", err)
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
	l.end = &end
	l.journal, l.roster, l.unseen, l.lost, l.ashes = nil, nil, nil, nil, nil
	for m := range l.members {
		m.own, m.revealed = nil, nil
	}
	if l.stirred != nil {
		l.stirred.Stop()
	}
	l.quiet()
	l.wake()
	l.mu.Unlock()
	l.shared.Clear()
	close(l.ended)
	l.hub.forget(l)
}

// addHistory appends messages that are newer than what is there, in order. It
// answers false, and adds no more, at the first that does not follow, that takes
// the number of another, or that is here already under another number.
func (l *live) addHistory(events []Event) bool {
	for _, e := range events {
		switch {
		case e.Seq <= l.seq:
			if l.contradicts(e) {
				l.forked = true
				return false
			}
			l.become(e)
		case e.Seq == l.seq+1 && l.repeats(e):
			l.forked = true
			return false
		case e.Seq == l.seq+1:
			l.journal.append(l.remembered(e))
			l.seq = e.Seq
			l.seen(e.ID)
			l.stopped(e.From.ID)
		default:
			return false
		}
	}
	return true
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
	s := State{Room: l.room, You: m.seat, Roster: l.roster, Messages: l.seq, Seen: m.resumed, Stale: l.stale, End: m.end}
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
	if l.journal == nil {
		return Transcript{From: pos}
	}
	t := l.journal.since(pos)
	if m.unread > 0 {
		l.hub.cfg.Meter.Delivered(m.unread)
		t.Came, m.unread = m.came, 0
	}
	m.seen = l.seq
	t.own = l.own(m)
	return t
}
