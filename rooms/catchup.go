package rooms

import (
	"context"
	"time"
)

// catchUps are the calls of catchUp that the loop makes, one at a time, in a
// goroutine of their own.
type catchUps struct {
	running chan bool // receives the result of the one under way; nil: none

	wanted   bool            // another one is to follow
	withFill bool            // that one fetches messages
	waiting  []chan struct{} // closed when that one has succeeded, see settle
	served   []chan struct{} // closed when the one under way has succeeded
}

// want has another one follow.
func (c *catchUps) want(fill bool) {
	c.wanted, c.withFill = true, c.withFill || fill
}

// start starts the one that is wanted, if none is under way.
func (c *catchUps) start(ctx context.Context, l *liveRoom) {
	if !c.wanted || c.running != nil {
		return
	}
	c.running = l.startCatchUp(ctx, c.withFill)
	c.wanted, c.withFill = false, false
	c.served, c.waiting = append(c.served, c.waiting...), nil
}

// succeeded releases those who waited for the one that has ended.
func (c *catchUps) succeeded() {
	for _, caughtUp := range c.served {
		close(caughtUp)
	}
	c.served = nil
}

// end waits for the one under way, whose context has ended.
func (c *catchUps) end() {
	if c.running != nil {
		<-c.running
	}
}

// startCatchUp runs catchUp in a goroutine that ends with ctx. The channel receives
// its result, and is closed when the goroutine has ended.
func (l *liveRoom) startCatchUp(ctx context.Context, fill bool) chan bool {
	done := make(chan bool, 1)
	l.hub.wg.Go(func() {
		defer close(done)
		defer l.recoverPanic()
		done <- l.catchUp(ctx, fill)
	})
	return done
}

// catchUp renews the lease and adopts whatever the store knows better: deadline,
// roster and, if the newest message is not here or with fill, messages. It returns
// false if it has to be called again soon, mostly as the store did not reply.
func (l *liveRoom) catchUp(ctx context.Context, fill bool) bool {
	newest, ok := l.beat(ctx)
	if !ok {
		return false
	}
	if l.isGone() {
		return true
	}
	l.mu.Lock()
	behind := newest > l.transcript.seq
	silent := l.reconciler.feedSilent(behind)
	l.mu.Unlock()
	if s, ok := l.hub.store.(interface{ Suspect() }); ok && silent {
		s.Suspect()
	}
	if (fill || behind) && !l.backfill(ctx, newest) {
		return false
	}
	return l.refreshFates(ctx) && l.wipeGone(ctx) && l.reconcile(ctx, newest)
}

// backfill fetches the messages after the newest here, and some before, which show
// whether the store has lost what it had.
func (l *liveRoom) backfill(ctx context.Context, newest uint64) bool {
	l.mu.Lock()
	ref, seq := l.state.Ref, l.transcript.seq
	l.mu.Unlock()
	events, ok := l.fetchSince(ctx, ref, max(seq, overlap)-overlap)
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
	if newest > l.transcript.seq {
		// The history dropped them before this process saw them: say so rather than
		// close the gap.
		l.skipMessages(newest - l.transcript.seq)
	}
	before := l.transcript.seq
	l.addMessages(events)
	l.transcript.compare(events)
	if n := l.transcript.seq - before; n > 0 {
		l.wakeForMessages(n, time.Now())
	}
	return true
}

// fetchSince returns the room's messages after a number. It returns false if the
// store did not reply.
func (l *liveRoom) fetchSince(ctx context.Context, ref Ref, after uint64) ([]Event, bool) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	events, err := l.hub.store.Since(ctx, ref, after)
	return events, l.noteReply(err)
}

// beat renews the lease, and adopts deadline, lock, kicks and roster. It returns the
// number of the newest message.
func (l *liveRoom) beat(ctx context.Context) (newest uint64, ok bool) {
	l.mu.Lock()
	before := l.snapshot()
	l.mu.Unlock()
	pulse, err := l.fetchPulse(ctx, before)
	if !l.noteReply(err) || err != nil {
		return 0, err == nil
	}
	orphans, unseated := l.applyPulse(pulse, before)
	l.giveBackAll(ctx, before.ref, orphans)
	for _, m := range unseated {
		l.reseat(ctx, m)
	}
	l.mu.Lock()
	mustAssert := l.state.mustAssert
	l.state.mustAssert = false
	l.mu.Unlock()
	if mustAssert && !l.assert(ctx) {
		l.mu.Lock()
		l.state.mustAssert = true
		l.mu.Unlock()
		return pulse.Seq, false
	}
	return pulse.Seq, true
}

func (l *liveRoom) fetchPulse(ctx context.Context, known snapshot) (Pulse, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return l.hub.store.Beat(ctx, known.ref, l.hub.node, l.hub.cfg.Lease, known.Known)
}

// applyPulse adopts what the store says, and returns what compareSeats finds. before
// was taken when the store was asked: a store that knows less has lost some of it, as
// one that failed over to a replica may. Events that have arrived since are newer than
// the pulse.
func (l *liveRoom) applyPulse(pulse Pulse, before snapshot) (orphans []Seat, unseated []*Member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return nil, nil
	}
	ends, lock := l.state.Ends, l.state.Lock
	l.state.setClock(pulse.Clock)
	l.adopt(pulse.Promises, pulse.Stored)
	if l.state.Ends != ends || l.state.Lock != lock {
		l.wake()
	}
	l.state.Files = pulse.Files
	if l.state.Drop == nil && pulse.Drop != nil { // the event was lost
		l.state.Drop = pulse.Drop
		l.wake()
	}
	if pulse.Seq < before.seq {
		l.reconciler.diverged = true
	}
	l.transcript.burns = pulse.Burns
	if pulse.Roster != nil {
		newer := pulse.Version > l.roster.version
		diverged := pulse.Version < before.Version || pulse.Version == l.roster.version && pulse.Mark != l.roster.mark
		if newer || diverged {
			l.replaceRoster(pulse.Roster, pulse.Version, pulse.Mark)
			l.wakeForRoster()
		}
	}
	if l.roster.is(pulse.Version, pulse.Mark) {
		orphans, unseated = l.compareSeats()
	}
	return orphans, unseated
}
