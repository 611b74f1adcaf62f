package rooms

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Words that burn are kept from everybody but who said them until somebody
// wants to see them. The first look lights their fuse, in the store: at its end
// they are gone from there, from every process and from every screen, whether
// others looked or not. What is left is that there was something, by whom.
//
// Each process ends them by its own timer, and then has the store end them,
// which mostly has done so. Thus they are gone on time where the store lost the
// fuse, and where the word of it never came.

// How long words can burn.
const (
	MinBurn = 5 * time.Second
	MaxBurn = time.Hour
)

// Why words are not said so that they burn, or not shown.
var (
	ErrBadBurn    = errors.New("words burn for 5s to 1h, after the first look")
	ErrNoneHidden = errors.New("there is nothing hidden here")
)

// ParseBurn reads how long words burn, as people type it. The error is ErrBadBurn.
func ParseBurn(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || strings.Trim(s, "0123456789hms") != "" || d != d.Truncate(time.Second) || d < MinBurn || d > MaxBurn {
		return 0, ErrBadBurn
	}
	return d, nil
}

// PostBurning says something that is hidden until somebody reveals it, and gone
// that long after. It answers ErrBadBurn, and what Post answers.
func (m *Member) PostBurning(ctx context.Context, text string, burn time.Duration) error {
	if burn < MinBurn || burn > MaxBurn {
		return ErrBadBurn
	}
	return m.say(ctx, Words{Text: text, Burn: burn})
}

// Reveal shows this member the oldest of the words that are hidden from it, and
// lights their fuse. It answers ErrNoneHidden, ErrBurnt, ErrTooFast, and the errors
// of the store; the words are shown only where their fuse is certainly lit.
func (m *Member) Reveal(ctx context.Context) error { return m.live.reveal(ctx, m) }

func (l *live) reveal(ctx context.Context, m *Member) error {
	l.mu.Lock()
	e, ok := l.hidden(m)
	ref := l.room.Ref
	l.mu.Unlock()
	if !ok {
		return ErrNoneHidden
	}
	if e.Deadline.IsZero() {
		if !m.allow() {
			return l.hub.refused(ErrTooFast)
		}
		ctx, cancel := context.WithTimeout(ctx, opLimit)
		defer cancel()
		fuse, err := l.hub.store.Reveal(ctx, ref, e, e.Burn)
		switch {
		case errors.Is(err, ErrBurnt):
			e.Burnt = true
		case err != nil:
			return l.told(err)
		}
		e.Deadline = fuse
		l.missed() // the pump has a new fuse to watch
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.become(e); e.Burnt {
		return ErrBurnt
	}
	if m.revealed == nil {
		m.revealed = map[string]bool{}
	}
	m.revealed[e.ID] = true
	m.ownOf = 0
	m.wake()
	return nil
}

// hidden is the oldest message whose text the member has not seen.
func (l *live) hidden(m *Member) (Event, bool) {
	var oldest Event
	if l.journal == nil {
		return Event{}, false
	}
	for pos, e := range l.journal.apart {
		if pos < m.start {
			continue // it was over before the member came
		}
		seen, _ := e.seenBy(m)
		if seen.Burn > 0 && !e.Burnt && seen.Text == "" && (oldest.Seq == 0 || e.Seq < oldest.Seq) {
			oldest = e
		}
	}
	return oldest, oldest.Seq > 0
}

// become takes over, under mu, what became of a message that burns: its fuse was
// lit, or it is gone.
func (l *live) become(e Event) {
	if e.Burn == 0 || l.journal == nil {
		return
	}
	pos, have, ok := l.journal.aside(e.ID)
	switch {
	case !ok || have.Burnt:
		return
	case e.Burnt:
		have.Burnt, have.Text = true, ""
	case !e.Deadline.IsZero() && (have.Deadline.IsZero() || e.Deadline.Before(have.Deadline)):
		have.Deadline = e.Deadline
	default:
		return
	}
	l.journal.amend(pos, have)
	l.wake()
}

// fuseWait is the time until the next fuse is at its end, or limit.
func (l *live) fuseWait(limit time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.journal == nil || len(l.journal.apart) == 0 {
		return limit
	}
	for _, e := range l.journal.apart {
		if e.burning() {
			limit = min(limit, max(l.until(e.Deadline), 0))
		}
	}
	return limit
}

// until returns how long it is until the store's time. The caller holds mu.
func (l *live) until(store time.Time) time.Duration { return l.room.Clock.Instant(store).Sub(Now()) }

// burning tells whether the event's fuse is lit.
func (e Event) burning() bool { return !e.Burnt && !e.Deadline.IsZero() }

// burnDown ends the messages whose fuse is at its end, and tells whether the store
// is to end them, too.
func (l *live) burnDown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.journal == nil || len(l.journal.apart) == 0 && len(l.lost) == 0 {
		return false
	}
	due := func(e Event) bool { return e.burning() && l.until(e.Deadline) <= 0 }
	l.lost = slices.DeleteFunc(l.lost, due)
	var ashes []Event
	for _, e := range l.journal.apart {
		if due(e) {
			e.Burnt, e.Text = true, ""
			ashes = append(ashes, e)
		}
	}
	for _, e := range ashes {
		l.become(e)
	}
	l.ashes = append(l.ashes, ashes...)
	return len(ashes) > 0
}

// sweep has the store end what ended here. It answers false where the store did
// not answer.
func (l *live) sweep(ctx context.Context) bool {
	for {
		l.mu.Lock()
		if len(l.ashes) == 0 || l.over {
			l.mu.Unlock()
			return true
		}
		e, ref := l.ashes[0], l.room.Ref
		l.mu.Unlock()
		if !l.sweepOne(ctx, ref, e) {
			return false
		}
		l.mu.Lock()
		l.ashes = slices.DeleteFunc(l.ashes, func(other Event) bool { return other.ID == e.ID })
		l.mu.Unlock()
	}
}

func (l *live) sweepOne(ctx context.Context, ref Ref, e Event) bool {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	_, err := l.hub.store.Reveal(ctx, ref, e, 0)
	return errors.Is(err, ErrBurnt) || l.answered(err)
}

// rekindle learns what became of messages that burn where the store says that
// something did. It answers false where the store does not answer.
func (l *live) rekindle(ctx context.Context) bool {
	l.mu.Lock()
	news, ref := l.burns != l.burnsHere, l.room.Ref
	burns := l.burns
	l.mu.Unlock()
	if !news {
		return true
	}
	events, ok := l.ask(ctx, ref, 0)
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		l.become(e)
	}
	l.burnsHere = burns
	return true
}
