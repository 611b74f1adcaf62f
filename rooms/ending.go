package rooms

import (
	"context"
	"errors"
	"time"
)

const (
	reapTimeout = time.Second // how long the end of a room waits for the store
	reapTries   = 10

	cleanTimeout    = 3 * time.Second        // how long an End waits for a store that is away
	remainsDelay    = 20 * time.Millisecond  // before the store is searched again
	destroyedWindow = 300 * time.Millisecond // for the event of the destruction of a room that is gone
)

// noteReply notes whether the store replied at all, and whether it still has the
// room. It reports whether it replied.
func (l *liveRoom) noteReply(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(err, ErrNoRoom) {
		l.gone = true
		return true
	}
	if stale := err != nil; l.stale != stale && l.end == nil {
		l.stale = stale
		l.wake()
	}
	return err == nil
}

func (l *liveRoom) isGone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

// requestResync has the loop ask the store for what this process may have missed.
func (l *liveRoom) requestResync() { signal(l.resync) }

// noteFailure returns err. If the room is gone or the store is silent, that concerns
// everybody in the room, and the loop finds out what is wrong.
func (l *liveRoom) noteFailure(err error) error {
	if errors.Is(err, ErrNoRoom) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrUnknown) {
		l.requestResync()
	}
	return err
}

// endGone ends a room that the store does not have any more. Somebody may have
// destroyed it: that was published before the room was found gone, but on another
// connection, so it is given a moment to arrive.
func (l *liveRoom) endGone(ctx context.Context, feed *Feed) {
	if l.timeLeft() < time.Second {
		l.finish(End{Reason: BurnedOut, Clean: l.isClean(ctx)})
		return
	}
	wait := time.NewTimer(destroyedWindow)
	defer wait.Stop()
	for {
		select {
		case <-feed.Ready():
			events, _, arrived := feed.take()
			l.receive(ctx, events, arrived)
			continue
		case <-l.ended:
		case <-ctx.Done():
		case <-wait.C:
			end := l.unexplainedEnd(ctx)
			end.Clean = l.isClean(ctx)
			l.finish(end)
		}
		return
	}
}

// recoverPanic, deferred, keeps a panic in one room from ending the process: the room
// ends instead, for its members here.
func (l *liveRoom) recoverPanic() {
	if r := recover(); r != nil {
		l.hub.cfg.Panicked(r)
		l.finish(End{Reason: Lost})
		l.setWatched(ErrUnavailable)
	}
}

// unexplainedEnd returns the end of a room of which nothing arrived that was published.
func (l *liveRoom) unexplainedEnd(ctx context.Context) End {
	l.mu.Lock()
	ref, destroyedBy, takenBy := l.state.Ref, l.destroyedBy, l.takenBy
	l.mu.Unlock()
	switch {
	case destroyedBy != "":
		return End{Reason: Wiped, By: destroyedBy}
	case takenBy != "":
		return End{Reason: TakenAway, By: takenBy}
	}
	ctx, cancel := context.WithTimeout(ctx, reapTimeout)
	defer cancel()
	if t, err := l.hub.store.Taking(ctx, ref.Name); err == nil && t.Epoch == ref.Epoch {
		return End{Reason: TakenAway, By: t.By.Alias}
	}
	return End{Reason: Lost}
}

// burnOut ends the room at its deadline. Nothing of it is shown from then on. Members
// learn what became of it in the store as soon as that is known, and wait no longer
// than reapTimeout for a store that is silent.
func (l *liveRoom) burnOut(ctx context.Context) {
	l.mu.Lock()
	l.checkDeadline()
	l.wake()
	l.mu.Unlock()
	reaped := l.reap(ctx)
	l.finish(End{Reason: BurnedOut, Clean: reaped && l.isClean(ctx)})
	for try := 1; !reaped && try < reapTries; try++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryDelay << min(try, 4)):
			reaped = l.reap(ctx)
		}
	}
}

// isClean reports whether a shared store has nothing left of the room. It asks
// again for a moment, as the server that wiped it may not be done yet; and for
// longer if the store does not reply, as another may reply after a failover.
func (l *liveRoom) isClean(ctx context.Context) bool {
	if !l.hub.cfg.LivesOn {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, cleanTimeout)
	defer cancel()
	began, ref := time.Now(), l.current().Ref
	for {
		n, err := l.hub.store.Remains(ctx, ref)
		delay := retryDelay
		switch {
		case err == nil && n == 0:
			return true
		case err == nil && time.Since(began) > reapTimeout:
			return false
		case err == nil:
			delay = remainsDelay
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(delay):
		}
	}
}

// reap has the store wipe the room, whose deadline has passed, and reports whether it
// did. A store that would keep it for longer has lost that it was shortened, or its
// clock was set back: it is told the deadline again.
func (l *liveRoom) reap(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reapTimeout)
	defer cancel()
	ref := l.current().Ref
	for {
		left, err := l.hub.store.Reap(ctx, ref)
		if err != nil || left <= 0 {
			return err == nil
		}
		if left > reapTimeout {
			l.mu.Lock()
			p := l.state.promises()
			l.mu.Unlock()
			p.Ends = p.Ends.Add(-left)
			err := l.hub.store.Assert(ctx, ref, p)
			return err == nil || errors.Is(err, ErrNoRoom)
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(left):
		}
	}
}
