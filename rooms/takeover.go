package rooms

import (
	"context"
	"slices"
	"time"
)

// A client that was stopped, or lost its network, still has its seat until its
// connection times out, much later. If the same key comes back meanwhile, the new
// session probes the key's other seats. The seat of a client that stays silent is
// reserved for the identity, with its alias, and the new session takes it.
const (
	probeLimit = 2 * time.Second // for a client to answer
	// takeoverLimit is how long a newcomer waits for the clients in other seats. If
	// nobody replies for a seat, its process died, or is cut off from the store.
	takeoverLimit = probeLimit + time.Second
	probeAgain    = time.Second      // after which a probe is published again, as it may get lost
	passOnLimit   = 10 * time.Second // how long a seat is reserved for the newcomer
)

// probeOthers probes the clients in the guest's other seats, and returns when each has
// replied or passed its seat on. A seat for which nobody replies
// within takeoverLimit is reserved for the guest.
func (l *liveRoom) probeOthers(ctx context.Context, ref Ref, guest Seat, others []Seat) {
	silent, err := l.awaitAnswers(ctx, ref, guest, others)
	if err != nil || len(silent) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	seat := silent[0] // one is enough, and the lease of the others runs out
	seat.Seen = 0
	l.hub.store.Reserve(ctx, ref, seat, passOnLimit) // if it fails, entering tells why
}

// awaitAnswers publishes probes, and returns the seats for which nobody replies within
// takeoverLimit.
func (l *liveRoom) awaitAnswers(ctx context.Context, ref Ref, guest Seat, others []Seat) (silent []Seat, err error) {
	waiting, cancel := context.WithTimeout(ctx, takeoverLimit)
	defer cancel()
	feed, err := l.hub.store.Watch(waiting, l.name)
	if err != nil {
		return nil, err
	}
	defer feed.Close()
	feed.Only(Answered, Away, Left)
	if err := l.hub.store.Probe(waiting, ref, guest); err != nil {
		return nil, err
	}
	again := time.NewTicker(probeAgain)
	defer again.Stop()
	silent = slices.Clone(others)
	for len(silent) > 0 {
		select {
		case <-waiting.Done():
			return silent, ctx.Err()
		case <-again.C:
			l.hub.store.Probe(waiting, ref, guest) // if it fails, the first may do
		case <-feed.Ready():
		}
		events, _ := feed.Take()
		for _, e := range events {
			silent = slices.DeleteFunc(silent, func(s Seat) bool { return s.ID == e.From.ID })
		}
	}
	return nil, nil
}

// probed probes the clients in this process's seats of the identity, each in a
// goroutine that ends after probeLimit and a call of the store. The caller holds
// mu.
func (l *liveRoom) probed(ctx context.Context, identity string) {
	for m := range l.members {
		if m.seat.Identity == identity && !m.seat.Beside && m.end == nil && !m.probing {
			m.probing = true
			l.hub.wg.Go(func() {
				defer l.recoverPanic()
				l.probe(ctx, m)
			})
		}
	}
}

// probe asks a member's client for a sign of life, and passes the member's seat on if
// none comes.
func (l *liveRoom) probe(ctx context.Context, m *Member) {
	answering, cancel := context.WithTimeout(ctx, probeLimit)
	answers := m.answers == nil || m.answers(answering)
	cancel()
	l.mu.Lock()
	m.probing = false
	ref, seat := l.state.Ref, m.seat
	if m.left || m.end != nil || l.over || ctx.Err() != nil {
		l.mu.Unlock()
		return
	}
	if !answers {
		l.endStay(m, End{Reason: TakenOver})
	}
	l.mu.Unlock()
	// Detached: with the stay of its last member the room ends here.
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if answers {
		l.noteFailure(l.hub.store.Answer(ctx, ref, seat))
		return
	}
	seat.Seen = 0 // what was drawn since the client fell silent was seen by nobody
	if l.noteFailure(l.hub.store.Reserve(ctx, ref, seat, passOnLimit)) != nil {
		l.giveBackAll(ctx, ref, []Seat{seat})
	}
}
