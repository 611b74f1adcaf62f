package rooms

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// errEnded tells Hub.Enter that another room may burn under the name by now.
var errEnded = errors.New("the room ended")

const (
	maxNamesakes = 64 // people of one alias, told apart by a number, or tries of one who chose it
	writerDelay  = 250 * time.Millisecond
	noHistory    = math.MaxInt64 // a number that no message is newer than
)

// enter takes a seat for the guest. The watch stands before the store is asked,
// so that nothing is missed between the entry and the feed.
func (l *liveRoom) enter(ctx context.Context, g Guest) (*Member, error) {
	select {
	case <-l.watchReady:
		if l.watchErr != nil {
			return nil, l.watchErr
		}
	case <-l.ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := l.hub.limits.waitToEnter(ctx, g); err != nil {
		return nil, err
	}
	m := &Member{
		room:      l,
		news:      make(chan struct{}, 1),
		limiter:   l.hub.limits.messageLimiter(g),
		limitKey:  g.limitKey(),
		source:    g.Source,
		recipient: g.Recipient,
		writeOnly: g.WriteOnly,
		seat:      l.hub.newSeat(g),
		returns:   g.Returns && !g.WriteOnly,
		answers:   g.Answers,
	}
	if g.Made {
		m.madeAlias = g.Alias
	}
	want := m.seat
	want.Alone, want.Chosen = m.returns, g.Chosen
	if err := l.takeSeat(ctx, m, want); err != nil {
		return nil, err
	}
	return m, nil
}

// takeSeat asks the store for the wanted seat, with a number after the alias if it is
// taken and nobody chose it, and admits the member.
func (l *liveRoom) takeSeat(ctx context.Context, m *Member, want Seat) error {
	after := l.startEntering(m, want.Identity)
	defer l.doneEntering(want.Identity)
	if l.kicked(want.Identity) {
		return ErrKicked
	}
	if err := l.restoreLock(ctx); err != nil {
		return err
	}
	base := want.Alias
	want.Own = m.isOwnAlias(base)
	for n := 2; ; n++ {
		entry, err := l.enterStore(ctx, want, after)
		want.Alone = false
		if err == nil {
			if want.Own && m.ownAlias == "" {
				m.ownAlias = want.Alias
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
		if want.Chosen {
			if l.waitForWriter(ctx, want.Alias) {
				continue
			}
			return err
		}
		want.Alias = fmt.Sprintf("%s-%d", base, n)
	}
}

// enterStore asks the store for a seat. If that is to be the only one of its identity,
// and there are others, their clients are probed first. Whoever says something and goes
// needs no free seat in a room in which the same key has one, even if its client is
// silent: that seat stays as it is.
func (l *liveRoom) enterStore(ctx context.Context, want Seat, after uint64) (Entry, error) {
	enter := func() (Entry, error) { return l.hub.store.Enter(ctx, l.name, want, l.hub.cfg.Lease, after) }
	want.Beside = false
	entry, err := enter()
	switch {
	case errors.Is(err, ErrSeated):
		l.probeOthers(ctx, entry.Room.Ref, want, entry.Roster)
		want.Alone = false
		return enter()
	case want.Writer && want.Keyed && (errors.Is(err, ErrFull) || errors.Is(err, ErrNetworkFull)):
		want.Beside = true
		if beside, err := enter(); !errors.Is(err, ErrFull) {
			return beside, err
		}
	}
	return entry, err
}

// waitForWriter waits a moment if the alias is that of somebody who says something and
// goes, and reports whether it was: many scripts may go by one name.
func (l *liveRoom) waitForWriter(ctx context.Context, alias string) bool {
	room, err := l.hub.store.Find(ctx, l.name)
	if err != nil {
		return false
	}
	pulse, err := l.hub.store.Beat(ctx, room.Ref, l.hub.node, l.hub.cfg.Lease, Known{})
	if err != nil {
		return false
	}
	holds := func(s Seat) bool { return FoldAlias(s.Alias) == FoldAlias(alias) }
	if i := slices.IndexFunc(pulse.Roster, holds); i >= 0 && !pulse.Roster[i].Writer {
		return false
	}
	select {
	case <-time.After(writerDelay):
		return true
	case <-ctx.Done():
		return false
	}
}

// startEntering notes that a seat of the identity may be in the store before it is in
// the roster. It returns the number after which the member needs the history.
func (l *liveRoom) startEntering(m *Member, identity string) (after uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entering[identity]++
	switch {
	case m.writeOnly && !l.state.entered():
		return noHistory
	case l.transcript.partial && !m.writeOnly:
		return 0
	}
	return l.transcript.seq
}

func (l *liveRoom) doneEntering(identity string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entering[identity]--; l.entering[identity] == 0 {
		delete(l.entering, identity)
	}
}

// isOwnAlias reports whether an alias is the one that was made from the member's
// identity, or that with the number under which it was free.
func (m *Member) isOwnAlias(alias string) bool {
	return m.madeAlias != "" && (FoldAlias(alias) == FoldAlias(m.madeAlias) || alias == m.ownAlias)
}

// admit adopts what the store said on entering, and makes m a member.
func (l *liveRoom) admit(m *Member, entry Entry) error {
	l.mu.Lock()
	if l.over || m.left {
		l.mu.Unlock()
		return errEnded
	}
	if l.state.weaker(entry) {
		l.state.mustAssert = true
		l.mu.Unlock()
		l.requestResync()
		return ErrLocked
	}
	first := !l.state.entered()
	if !first && l.state.Epoch != entry.Room.Epoch {
		l.mu.Unlock()
		l.finish(End{Reason: Lost}) // another room burns under this name by now
		return errEnded
	}
	if first {
		l.begin(m, entry)
	} else {
		l.state.setClock(entry.Room.Clock)
	}
	l.adopt(entry.Promises, entry.Room.Ends)
	l.addEntry(m, entry)
	l.mu.Unlock()
	if first {
		close(l.entered)
	}
	return nil
}

// begin adopts the entry of the first member. Those who were here before are not news;
// the new member is. The caller holds mu.
func (l *liveRoom) begin(m *Member, entry Entry) {
	l.state.setRoom(entry.Room)
	l.state.shortenedBy, l.state.lockedBy = entry.Promises.ShortenedBy, entry.Promises.LockedBy
	l.transcript.start(entry.Room.History, entry.seqBefore())
	l.transcript.partial = m.writeOnly
	l.roster.seats = slices.DeleteFunc(slices.Clone(entry.Roster), func(s Seat) bool { return s.ID == entry.Seat.ID })
	if entry.Reserved {
		away := entry.Seat
		away.Away = true
		l.roster.seats = append(l.roster.seats, away)
	}
	l.roster.version = entry.Version - 1
}

// addEntry adds the history and the roster of an entry, and the member. The caller
// holds mu.
func (l *liveRoom) addEntry(m *Member, entry Entry) {
	if l.transcript.partial && !m.writeOnly {
		// This is the first reader: earlier messages come first. Those that have arrived
		// since this entry are fetched again.
		l.transcript.partial = false
		if l.transcript.seq > entry.Seq {
			l.requestResync()
		}
		l.transcript.restart(entry.seqBefore())
	}
	m.seat = entry.Seat
	// The event that admitted somebody may arrive after they have entered.
	l.doorway.removeKnocks(func(s Seat) bool { return s.Identity == m.seat.Identity })
	m.resumed = max(m.resumed, entry.Seen)
	before := l.transcript.seq
	if !l.addMessages(entry.History) {
		l.requestResync()
	}
	if n := l.transcript.seq - before; n > 0 {
		l.wakeForMessages(n, time.Now()) // those who were here
	}
	if _, in := l.members[m]; !in {
		// A newcomer sees what the store keeps, on every server alike.
		history := uint64(entry.Room.History)
		l.transcript.startAfter(m, max(entry.Seq, history)-history)
	}
	l.members[m] = struct{}{}
	switch {
	case entry.Version > l.roster.version, entry.Version == l.roster.version && entry.Mark != l.roster.mark:
		l.replaceRoster(entry.Roster, entry.Version, entry.Mark)
	case entry.Version < l.roster.version:
		// Newer events have arrived since, or the store has lost some: a beat tells.
		l.requestResync()
	}
	l.wakeForRoster()
	m.wake()
}

// seqBefore returns the number of the message before the entry's history.
func (e Entry) seqBefore() uint64 { return e.Seq - uint64(len(e.History)) }

// reseat takes a lost seat again. A member who finds it taken is told, and out.
func (l *liveRoom) reseat(ctx context.Context, m *Member) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	l.mu.Lock()
	m.seat.Rev++
	want := m.seat
	l.mu.Unlock()
	err := l.takeSeat(ctx, m, want)
	if errors.Is(err, ErrLocked) {
		// The store has lost that the member was let in, and maybe the lock with it:
		// another process has had it locked again.
		if err = l.welcome(ctx, want.Identity); err == nil {
			err = l.takeSeat(ctx, m, want)
		}
	}
	var reason Reason
	switch {
	case errors.Is(err, ErrKicked):
		reason = ShownOut
	case errors.Is(err, ErrFull), errors.Is(err, ErrNetworkFull), errors.Is(err, ErrAliasTaken), errors.Is(err, ErrLocked):
		reason = Unseated
	default:
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endStay(m, End{Reason: reason})
	return err
}
