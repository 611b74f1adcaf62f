package rooms

import (
	"context"
	"errors"
	"strings"
	"time"
)

// The text of a message that burns is hidden from everybody but its sender until a
// member reveals it. The first one to do so sets its deadline, in the store: then the
// text is gone from there, from every process and from every screen, whether others
// looked or not. Only its number, its time and its sender are left.
//
// Each process burns messages by its own timer, and then has the store burn them,
// which mostly has done so. So they are gone on time even if the store lost the
// deadline, or its event never arrived.
//
// The store keeps who looked, for the sender, see looks.go.

// Bounds of how long messages burn.
const (
	MinBurn = 5 * time.Second
	MaxBurn = time.Hour
)

// Errors of messages that burn, and of Reveal.
var (
	ErrBadBurn    = errors.New("a message burns 5s to 1h after the first look")
	ErrNoneHidden = errors.New("there is nothing hidden here")
)

// ParseBurn reads how long a message burns, as people type it. The error is
// ErrBadBurn.
func ParseBurn(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || strings.Trim(s, "0123456789hms") != "" || d != d.Truncate(time.Second) || d < MinBurn || d > MaxBurn {
		return 0, ErrBadBurn
	}
	return d, nil
}

// MaxReading bounds how much longer than its Burn a message lasts for a member who
// reads it, see Member.Reveal.
const MaxReading = time.Minute

// Reveal shows this member the message that is hidden from it at a position, as in
// Transcript, and sets when the message burns, unless that is set already and sooner. The
// text is shown only if the store has certainly set it.
//
// The sender is told that this member looked.
//
// The message burns after its Burn and, for those who need time to get to the end of the
// text, after what reading returns for it, at most MaxReading. Whoever gets there sooner
// calls Reveal again without reading, which is nil then. Reveal calls it at most once and
// holds no lock.
//
// It returns ErrNoneHidden, ErrBurnt, ErrTooFast, and the errors of the store.
func (m *Member) Reveal(ctx context.Context, pos uint64, reading func(Event) time.Duration) error {
	l := m.room
	l.mu.Lock()
	e, ok := l.transcript.burningAt(m, pos)
	shown, known, ref, by := m.revealed[e.ID], e.lookedAt(m.seat.Identity), l.state.Ref, m.seat
	l.mu.Unlock()
	if !ok {
		return ErrNoneHidden
	}
	left := e.Burn
	if reading != nil && !shown {
		left += min(max(reading(e), 0), MaxReading)
	}
	if l.lasts(e, left) || !shown && !known {
		if !shown && !m.allow() {
			return l.hub.refused(ErrTooFast)
		}
		ctx, cancel := context.WithTimeout(ctx, storeTimeout)
		defer cancel()
		deadline, err := l.hub.store.Reveal(ctx, ref, by, e, left)
		switch {
		case errors.Is(err, ErrBurnt):
			e.Burnt = true
		case err != nil:
			return l.noteFailure(err)
		}
		e.Deadline = deadline
		l.requestResync() // the loop has a new deadline to watch
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.applyFate(e); e.Burnt {
		return ErrBurnt
	}
	if m.revealed == nil {
		m.revealed = map[string]bool{}
	}
	m.revealed[e.ID] = true
	m.viewsRevision = 0
	m.wake()
	return nil
}

// lasts reports whether a message burns later than in left, or not at all yet.
func (l *liveRoom) lasts(e Event, left time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return e.Deadline.IsZero() || l.state.until(e.Deadline) > left
}

// burning reports whether the event has a deadline that is not over yet.
func (e Event) burning() bool { return !e.gone() && !e.Deadline.IsZero() }

// applyFate applies what became of a message. The caller holds mu.
func (l *liveRoom) applyFate(e Event) {
	if e.Unsaid {
		l.reconciler.unsay(e.ID)
	}
	if l.transcript.applyFate(e) {
		l.amended(e)
	}
}

// amended has the members read what became of a message. The caller holds mu.
func (l *liveRoom) amended(e Event) {
	if e.Unsaid {
		l.shared.Clear() // it may hold the text
	}
	l.wake()
}

// expireMessages burns the messages that are due, and reports whether the store is to
// burn any, too.
func (l *liveRoom) expireMessages() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	due := func(e Event) bool { return e.burning() && l.state.until(e.Deadline) <= 0 }
	l.reconciler.dropLost(due)
	expired := l.transcript.expire(due)
	if expired {
		l.wake()
	}
	return expired
}

// wipeGone has the store wipe what is gone here. It returns false if the store did not
// reply.
func (l *liveRoom) wipeGone(ctx context.Context) bool {
	for {
		l.mu.Lock()
		e, ok := l.transcript.nextToWipe()
		ref, over := l.state.Ref, l.over
		l.mu.Unlock()
		if !ok || over {
			return true
		}
		if !l.wipeInStore(ctx, ref, e) {
			return false
		}
		l.mu.Lock()
		l.transcript.wiped(e.ID)
		l.mu.Unlock()
	}
}

func (l *liveRoom) wipeInStore(ctx context.Context, ref Ref, e Event) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var err error
	if e.Unsaid {
		_, err = l.hub.store.Unsay(ctx, ref, e)
	} else {
		_, err = l.hub.store.Reveal(ctx, ref, Seat{}, e, 0)
	}
	// ErrStoreFull is for a message that the store does not hold.
	return errors.Is(err, ErrBurnt) || errors.Is(err, ErrStoreFull) || l.noteReply(err)
}

// refreshFates learns from the store's history what became of messages, if the last
// beat told that there is news, or if the store may have failed over and lost some. It
// returns false if the store did not reply.
func (l *liveRoom) refreshFates(ctx context.Context) bool {
	l.mu.Lock()
	burns, ref := l.transcript.burns, l.state.Ref
	news := burns != l.transcript.burnsSeen || l.transcript.doubtful
	l.mu.Unlock()
	if !news {
		return true
	}
	events, ok := l.fetchSince(ctx, ref, 0)
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		l.applyFate(e)
	}
	l.transcript.compare(events)
	l.transcript.burnsSeen, l.transcript.doubtful = burns, false
	return true
}
