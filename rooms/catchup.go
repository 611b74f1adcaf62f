package rooms

import (
	"context"
	"errors"
	"slices"
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
	l.mu.Lock()
	fill = fill || newest > l.seq
	l.mu.Unlock()
	return !fill || l.fill(ctx)
}

// fill fetches the messages after the newest here.
func (l *live) fill(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	l.mu.Lock()
	ref, seq := l.room.Ref, l.seq
	l.mu.Unlock()
	events, err := l.hub.store.Since(ctx, ref, seq)
	if !l.answered(err) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end != nil || len(events) == 0 {
		return true
	}
	if missed := events[0].Seq - 1; missed > l.seq {
		// The history dropped them before this process saw them: say so
		// rather than close the ranks.
		l.journal.append(Event{Kind: Missed, Epoch: ref.Epoch, Time: events[0].Time, Seq: missed - l.seq})
		l.seq = missed
	}
	l.addHistory(events)
	l.wake()
	return true
}

// beat renews the lease, and takes over deadline and roster. It answers the
// number of the newest message.
func (l *live) beat(ctx context.Context) (newest uint64, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	l.mu.Lock()
	ref, known := l.room.Ref, l.version
	l.mu.Unlock()
	pulse, err := l.hub.store.Beat(ctx, ref, l.hub.node, l.hub.cfg.Lease, known)
	if !l.answered(err) || err != nil {
		return 0, err == nil
	}
	orphans, lost := l.agree(pulse)
	for _, s := range orphans {
		l.giveBack(ref, s)
	}
	for _, m := range lost {
		l.reseat(ctx, m)
	}
	return pulse.Seq, true
}

// agree takes over what the store says of deadline and roster, and answers what
// compareSeats finds.
func (l *live) agree(pulse Pulse) (orphans []Seat, lost []*Member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end != nil {
		return nil, nil
	}
	if l.room.Deadline.Sub(pulse.Deadline) > time.Second {
		l.setDeadline(Event{Kind: Shortened, Epoch: l.room.Epoch, Time: time.Now(), Deadline: pulse.Deadline})
		l.wake()
	} else {
		l.room.Deadline = pulse.Deadline // the store's clock decides
	}
	if pulse.Roster != nil {
		l.setRoster(pulse.Roster, pulse.Version)
		l.stir()
	}
	if pulse.Version == l.version {
		return l.compareSeats()
	}
	return nil, nil
}

// compareSeats finds this process's seats that nobody sits in (the answer to
// an entry was lost), and its members without a seat (their lease ran out
// while this process stood still).
func (l *live) compareSeats() (orphans []Seat, lost []*Member) {
	held := map[string]bool{}
	for m := range l.members {
		held[m.seat.ID] = true
		if m.end == nil && !slices.ContainsFunc(l.roster, func(s Seat) bool { return s.ID == m.seat.ID }) {
			lost = append(lost, m)
		}
	}
	for _, s := range l.roster {
		if _, entering := l.entering[s.ID]; s.Node == l.hub.node && !held[s.ID] && !entering {
			orphans = append(orphans, s)
		}
	}
	return orphans, lost
}

// reseat takes a lost seat again; whoever finds it taken is told.
func (l *live) reseat(ctx context.Context, m *Member) error {
	l.mu.Lock()
	want := m.seat
	l.mu.Unlock()
	err := l.seat(ctx, m, want)
	if errors.Is(err, ErrFull) || errors.Is(err, ErrAliasTaken) {
		l.mu.Lock()
		m.end = &End{Reason: Unseated, Messages: l.seq}
		m.wake()
		l.mu.Unlock()
	}
	return err
}
