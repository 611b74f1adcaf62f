package rooms

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A message that its sender takes back is replaced by one without a text, in the store
// and in every process, and keeps its number, its time and its sender. A process that
// knew it keeps it so: a store that has the text again, as one that failed over to a
// replica may, is told again.

// ErrNoneYours is returned by Unsay.
var ErrNoneYours = errors.New("you have no message here to take back")

// Unsay takes back the n-th newest message of this member's identity that is not gone;
// 1 is the newest. It returns the message as it was, and ErrNoneYours, ErrBurnt,
// ErrTooFast and the errors of the store.
func (m *Member) Unsay(ctx context.Context, n int) (Event, error) {
	l := m.room
	l.mu.Lock()
	said, ok := l.ownMessage(m, n)
	l.mu.Unlock()
	if !ok {
		return Event{}, ErrNoneYours
	}
	return said, m.act(ctx, func(ctx context.Context, ref Ref, _ Seat) error {
		at, err := l.hub.store.Unsay(ctx, ref, said)
		if err != nil {
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.applyFate(said.unsaid(at))
		return nil
	})
}

// Own returns how many messages of this member's identity can be taken back, counted up
// to n.
func (m *Member) Own(n int) (have int) {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	for have < n {
		if _, ok := l.ownMessage(m, have+1); !ok {
			break
		}
		have++
	}
	return have
}

// ownMessage returns the n-th newest message of the member's identity that is not gone.
// One that the store has confirmed counts even if it has not arrived. The caller holds
// mu.
func (l *liveRoom) ownMessage(m *Member, n int) (Event, bool) {
	if l.over || l.transcript.journal == nil {
		return Event{}, false
	}
	own := func(e Event) bool {
		if e.Kind != Message || e.gone() || e.From.Identity != m.seat.Identity {
			return false
		}
		n--
		return n == 0
	}
	for _, e := range slices.Backward(l.reconciler.unechoed) {
		if own(e) {
			return e, true
		}
	}
	j := l.transcript.journal
	for i, redacted := range slices.Backward(j.events) {
		e, ok := j.restricted[j.positions[i]]
		if !ok {
			e = *redacted
		}
		if j.positions[i] >= m.start && own(e) {
			return e, true
		}
	}
	return Event{}, false
}

// unsaid returns the message without its text. at is when it was taken back, or zero if
// that is not known.
func (e Event) unsaid(at time.Time) Event {
	e.Unsaid, e.Burnt, e.Text, e.Deadline = true, false, "", at
	return e
}

// applyUnsaid applies that a message was taken back, and reports whether that is news.
func (t *transcript) applyUnsaid(e Event) bool {
	t.placements.unsay(e.ID)
	pos, known, ok := t.journal.find(e.ID)
	if !ok || known.Unsaid {
		return false
	}
	t.journal.amend(pos, known.unsaid(e.Deadline))
	t.journal.append(Event{Kind: Unsaid, Epoch: known.Epoch, Seq: known.Seq, Time: e.Deadline, From: known.From, To: known.To, Said: known.Time})
	return true
}

// doubtFates has the store's history compared with what is gone here: the store may have
// failed over.
func (l *liveRoom) doubtFates() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.transcript.doubtful = l.transcript.doubtful || l.transcript.hasGone()
}
