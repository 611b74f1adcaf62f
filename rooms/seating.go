package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// errEnded tells Hub.Enter that the live room is not the one to enter any more.
var errEnded = errors.New("the room ended")

// maxNamesakes is how many people of one alias a room tells apart by a number.
const maxNamesakes = 64

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
	if err := l.hub.pace.enter(ctx, g); err != nil {
		return nil, err
	}
	m := &Member{
		live:   l,
		news:   make(chan struct{}, 1),
		ticks:  make(chan struct{}, 1),
		limit:  l.hub.pace.limiter(g),
		key:    g.key(),
		source: g.Source,
		writes: g.WriteOnly,
		seat:   l.hub.seatOf(g),
		keeps:  g.Returns,
	}
	if g.Made {
		m.made = g.Alias
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
	switch {
	case m.writes && l.room.Epoch == "":
		after = noHistory
	case l.partial && !m.writes:
		after = 0
	}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.entering[want.Identity]--; l.entering[want.Identity] == 0 {
			delete(l.entering, want.Identity)
		}
	}()
	if l.shownOut(want.Identity) {
		return ErrKicked
	}
	if err := l.relock(ctx); err != nil {
		return err
	}
	base := want.Alias
	want.Own = m.isOwn(base)
	for n := 2; ; n++ {
		entry, err := l.hub.store.Enter(ctx, l.name, want, l.hub.cfg.Lease, after)
		if err == nil {
			if want.Own && m.given == "" {
				m.given = want.Alias
			}
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

// isOwn reports whether an alias is the one that was made from the member's identity,
// or that with the number under which it was free.
func (m *Member) isOwn(alias string) bool {
	return m.made != "" && (FoldAlias(alias) == FoldAlias(m.made) || alias == m.given)
}

// admit takes what the store said on entering into the room.
func (l *live) admit(m *Member, entry Entry) error {
	seat, history := entry.Seat, uint64(entry.Room.History)
	l.mu.Lock()
	if l.over || m.left {
		l.mu.Unlock()
		return errEnded
	}
	if l.weaker(entry) {
		// The store has lost the lock, as one that failed over to a replica may.
		l.loose = true
		l.mu.Unlock()
		l.missed()
		return ErrLocked
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
		l.partial = m.writes
		l.shortenedBy, l.lockedBy = entry.Promises.ShortenedBy, entry.Promises.LockedBy
	} else {
		l.setClock(entry.Room.Clock)
	}
	l.loose = l.adopt(entry.Promises, entry.Room.Ends) || l.loose
	if l.partial && !m.writes {
		// Only now somebody reads: what was said before comes first. What came
		// in since this entry is fetched again.
		if l.partial = false; l.seq > entry.Seq {
			l.missed()
		}
		l.journal, l.seq = l.journal.replaced(nil), entry.Seq-uint64(len(entry.History))
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
	if _, in := l.members[m]; !in {
		// A newcomer sees what the store keeps, on every server alike.
		var n uint64
		m.start, n = l.journal.after(max(entry.Seq, history) - history)
		m.read = l.journal.came - n
	}
	l.members[m] = struct{}{}
	switch {
	case entry.Version > l.version, entry.Version == l.version && entry.Mark != l.mark:
		l.replaceRoster(entry.Roster, entry.Version, entry.Mark)
	case entry.Version < l.version:
		// What came in since is newer, or the store has lost some: a beat tells.
		l.missed()
	}
	l.stir()
	signal(m.news)
	l.mu.Unlock()
	if first {
		close(l.entered)
	}
	return nil
}

// relock has the store adopt the lock again that this process knows, if it has
// lost it: whoever it lets in meanwhile gets through the lock from then on.
func (l *live) relock(ctx context.Context) error {
	l.mu.Lock()
	known := l.room
	l.mu.Unlock()
	if !known.Locked {
		return nil
	}
	room, err := l.hub.store.Find(ctx, l.name)
	if err != nil || room.Epoch != known.Epoch || room.Lock >= known.Lock {
		return err
	}
	if !l.assert(ctx) {
		return ErrUnavailable
	}
	return nil
}

// shownOut reports whether somebody was kicked, as this process knows: the store
// may have lost it.
func (l *live) shownOut(identity string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, kicked := l.kicks[identity]
	return kicked
}

// weaker reports whether the store let somebody in although this process knows
// of a lock that is newer than the store's. The caller holds mu.
func (l *live) weaker(entry Entry) bool {
	return l.room.Epoch == entry.Room.Epoch && l.room.Locked && entry.Room.Lock < l.room.Lock && !entry.Welcome
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
	l.hub.pace.left(m.key, m.limit)
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
	l.giveBackAll(context.Background(), ref, []Seat{seat})
}

// leavesAtOnce bounds how many seats are given back at the same time.
const leavesAtOnce = 16

// giveBackAll gives seats back side by side, within leaveLimit for all of them.
func (l *live) giveBackAll(ctx context.Context, ref Ref, seats []Seat) {
	if len(seats) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, leaveLimit)
	defer cancel()
	var leaving sync.WaitGroup
	slots := make(chan struct{}, leavesAtOnce)
	for _, s := range seats {
		slots <- struct{}{}
		leaving.Go(func() {
			defer func() { <-slots }()
			l.giveBackOne(ctx, ref, s)
		})
	}
	leaving.Wait()
}

func (l *live) giveBackOne(ctx context.Context, ref Ref, seat Seat) {
	if err := l.hub.store.Leave(ctx, ref, seat); err != nil && !errors.Is(err, ErrNoRoom) {
		l.hub.warnings.warn("a seat was not given back; its lease will run out", "err", err)
	}
}
