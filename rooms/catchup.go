package rooms

import (
	"context"
	"errors"
	"time"
)

// catchUp renews the lease and sets right whatever the store knows better:
// deadline, roster and, where the newest message is not here or with fill,
// messages. It answers false where the store did not answer.
func (l *live) catchUp(ctx context.Context, fill bool) bool {
	newest, ok := l.beat(ctx)
	if !ok {
		return false
	}
	if l.isGone() {
		return true
	}
	l.mu.Lock()
	fill = fill || newest > l.seq
	deaf := l.unheard(newest)
	l.mu.Unlock()
	if s, ok := l.hub.store.(interface{ Suspect() }); ok && deaf {
		s.Suspect()
	}
	if fill && !l.fill(ctx, newest) {
		return false
	}
	return l.rekindle(ctx) && l.sweep(ctx) && l.mend(ctx, newest)
}

// unheard reports whether the store had more messages than came in, and none came
// in since it last had: what it publishes may not reach this process. The caller
// holds mu.
func (l *live) unheard(newest uint64) bool {
	if newest <= l.seq {
		l.ahead = false
		return false
	}
	again := l.ahead && !l.heard
	l.ahead, l.heard = true, false
	return again
}

// fill fetches the messages after the newest here, and some before, by which it
// shows if the store has lost what it had.
func (l *live) fill(ctx context.Context, newest uint64) bool {
	l.mu.Lock()
	ref, seq := l.room.Ref, l.seq
	l.mu.Unlock()
	events, ok := l.ask(ctx, ref, max(seq, overlap)-overlap)
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.gone {
		return true
	}
	if len(events) > 0 {
		newest = events[0].Seq - 1
	}
	if newest > l.seq {
		// The history dropped them before this process saw them: say so
		// rather than close the ranks.
		l.addMissed(newest - l.seq)
	}
	before := l.seq
	l.addHistory(events)
	if l.seq != before {
		l.brought(l.seq-before, time.Now())
	}
	return true
}

// ask answers the room's messages after a number. It answers false where the
// store does not.
func (l *live) ask(ctx context.Context, ref Ref, after uint64) ([]Event, bool) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	events, err := l.hub.store.Since(ctx, ref, after)
	return events, l.answered(err)
}

// beat renews the lease, and adopts deadline, lock, kicks and roster. It returns
// the number of the newest message.
func (l *live) beat(ctx context.Context) (newest uint64, ok bool) {
	l.mu.Lock()
	known := l.known()
	l.mu.Unlock()
	pulse, err := l.askPulse(ctx, known)
	if !l.answered(err) || err != nil {
		return 0, err == nil
	}
	orphans, lost := l.agree(pulse, known)
	l.giveBackAll(ctx, known.room.Ref, orphans)
	for _, m := range lost {
		l.reseat(ctx, m)
	}
	l.mu.Lock()
	loose := l.loose
	l.loose = false
	l.mu.Unlock()
	if loose && !l.assert(ctx) {
		l.mu.Lock()
		l.loose = true
		l.mu.Unlock()
		return pulse.Seq, false
	}
	return pulse.Seq, true
}

func (l *live) askPulse(ctx context.Context, known known) (Pulse, error) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	return l.hub.store.Beat(ctx, known.room.Ref, l.hub.node, l.hub.cfg.Lease, known.Known)
}

// agree adopts what the store says, and returns what compareSeats finds. known
// is what was known before the store was asked: if the store says less, it has
// lost some, as one that failed over to a replica may. What came in since is
// newer than the store's answer.
func (l *live) agree(pulse Pulse, known known) (orphans []Seat, lost []*Member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return nil, nil
	}
	ends, lock := l.room.Ends, l.room.Lock
	l.setClock(pulse.Clock)
	l.loose = l.adopt(pulse.Promises, pulse.Stored) || l.loose
	if l.room.Ends != ends || l.room.Lock != lock {
		l.wake()
	}
	l.forked = l.forked || pulse.Seq < known.seq
	l.burns = pulse.Burns
	if pulse.Roster != nil {
		newer := pulse.Version > l.version
		forked := pulse.Version < known.Version || pulse.Version == l.version && pulse.Mark != l.mark
		if newer || forked {
			l.replaceRoster(pulse.Roster, pulse.Version, pulse.Mark)
			l.stir()
		}
	}
	if pulse.Version == l.version && pulse.Mark == l.mark {
		orphans, lost = l.compareSeats()
	}
	return orphans, lost
}

// compareSeats finds this process's seats that nobody sits in (the answer to
// an entry was lost), and its members without a seat (their lease ran out
// while this process stood still).
func (l *live) compareSeats() (orphans []Seat, lost []*Member) {
	seated := make(map[string]bool, len(l.roster))
	for _, s := range l.roster {
		seated[s.ID] = true
	}
	held := make(map[string]bool, len(l.members))
	for m := range l.members {
		held[m.seat.ID] = true
		if m.end == nil && !seated[m.seat.ID] {
			lost = append(lost, m)
		}
	}
	for _, s := range l.roster {
		if s.Node == l.hub.node && !held[s.ID] && l.entering[s.Identity] == 0 {
			orphans = append(orphans, s)
		}
	}
	return orphans, lost
}

// vouch has the store let in somebody who sits in the room, as this process knows.
func (l *live) vouch(ctx context.Context, identity string) error {
	l.mu.Lock()
	ref, p := l.room.Ref, l.promises()
	l.mu.Unlock()
	p.Welcome = []string{identity}
	return l.hub.store.Assert(ctx, ref, p)
}

// reseat takes a lost seat again; whoever finds it taken is told.
func (l *live) reseat(ctx context.Context, m *Member) error {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	l.mu.Lock()
	m.seat.Rev++
	want := m.seat
	l.mu.Unlock()
	err := l.seat(ctx, m, want)
	if errors.Is(err, ErrLocked) {
		// The store has lost that the member was let in, and maybe the lock with
		// it: another process has had it locked again.
		if err = l.vouch(ctx, want.Identity); err == nil {
			err = l.seat(ctx, m, want)
		}
	}
	var why Reason
	switch {
	case errors.Is(err, ErrKicked):
		why = ShownOut
	case errors.Is(err, ErrFull), errors.Is(err, ErrNetworkFull), errors.Is(err, ErrAliasTaken), errors.Is(err, ErrLocked):
		why = Unseated
	default:
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.end == nil {
		m.end = &End{Reason: why, Time: l.now(), Messages: l.seq}
		m.wake()
	}
	return err
}
