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
	if l.isGone() {
		return true
	}
	l.mu.Lock()
	fill = fill || newest > l.seq
	l.mu.Unlock()
	if fill && !l.fill(ctx, newest) {
		return false
	}
	return l.rekindle(ctx) && l.sweep(ctx) && l.mend(ctx, newest)
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
	if l.end != nil || l.gone {
		return true
	}
	if len(events) > 0 {
		newest = events[0].Seq - 1
	}
	if newest > l.seq {
		// The history dropped them before this process saw them: say so
		// rather than close the ranks.
		l.journal.append(Event{Kind: Missed, Epoch: ref.Epoch, Time: time.Now(), Seq: newest - l.seq})
		l.seq = newest
		l.wake()
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

// beat renews the lease, and takes over deadline and roster. It answers the
// number of the newest message.
func (l *live) beat(ctx context.Context) (newest uint64, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	l.mu.Lock()
	known := l.known()
	l.mu.Unlock()
	pulse, err := l.hub.store.Beat(ctx, known.room.Ref, l.hub.node, l.hub.cfg.Lease, known.version)
	if !l.answered(err) || err != nil {
		return 0, err == nil
	}
	orphans, lost, shorten := l.agree(pulse, known)
	for _, s := range orphans {
		l.giveBack(known.room.Ref, s)
	}
	for _, m := range lost {
		l.reseat(ctx, m)
	}
	if shorten {
		_, err := l.hub.store.Shorten(ctx, known.room.Ref, Seat{}, known.room.Left())
		return pulse.Seq, errors.Is(err, ErrLonger) || l.answered(err)
	}
	return pulse.Seq, true
}

// agree takes over what the store says of deadline and roster, and answers what
// compareSeats finds, and whether the store has forgotten that the room was
// shortened. known is what was known before the store was asked: where it says
// less, it has lost some, as one that failed over to a replica may.
func (l *live) agree(pulse Pulse, known known) (orphans []Seat, lost []*Member, shorten bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end != nil {
		return nil, nil, false
	}
	switch {
	case pulse.Deadline.Sub(known.room.Deadline) > time.Second:
		shorten = true // what people were promised holds
	case l.room.Deadline.Sub(pulse.Deadline) > time.Second:
		l.setDeadline(Event{Kind: Shortened, Epoch: l.room.Epoch, Time: time.Now(), Deadline: pulse.Deadline})
		l.wake()
	default:
		l.room.Deadline = pulse.Deadline // the store's clock decides
	}
	l.forked = l.forked || pulse.Seq < known.seq
	l.burns = pulse.Burns
	if l.room.Locked != pulse.Locked {
		l.room.Locked = pulse.Locked
		l.wake()
	}
	if pulse.Roster != nil {
		if pulse.Version < known.version {
			l.replaceRoster(pulse.Roster, pulse.Version)
		} else {
			l.setRoster(pulse.Roster, pulse.Version)
		}
		l.stir()
	}
	if pulse.Version == l.version {
		orphans, lost = l.compareSeats()
	}
	return orphans, lost, shorten
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
		if s.Node == l.hub.node && !held[s.ID] && l.entering[s.Identity] == 0 {
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
	var why Reason
	switch {
	case errors.Is(err, ErrKicked):
		why = ShownOut
	case errors.Is(err, ErrFull), errors.Is(err, ErrAliasTaken), errors.Is(err, ErrLocked):
		why = Unseated
	default:
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.end == nil {
		m.end = &End{Reason: why, Messages: l.seq}
		m.wake()
	}
	return err
}
