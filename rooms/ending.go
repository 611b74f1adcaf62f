package rooms

import (
	"context"
	"errors"
	"time"
)

// answered notes what the store's answer tells of the store itself: whether it
// is silent, and whether it still has the room.
func (l *live) answered(err error) bool {
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

func (l *live) isGone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

// loseTo ends a room that the store does not have any more. Somebody may have
// destroyed it: that word was sent before the room was found gone, but on
// another connection, so it is given a moment to arrive.
func (l *live) loseTo(ctx context.Context, feed *Feed) {
	if l.left() < time.Second {
		l.finish(End{Reason: BurnedOut, Clean: l.clean(ctx)})
		return
	}
	wait := time.NewTimer(lastWord)
	defer wait.Stop()
	for {
		select {
		case <-feed.Ready():
			events, _, came := feed.take()
			l.take(ctx, events, came)
			continue
		case <-l.ended:
		case <-ctx.Done():
		case <-wait.C:
			end := l.withoutWord()
			end.Clean = l.clean(ctx)
			l.finish(end)
		}
		return
	}
}

// rescue, deferred, keeps a fault in one room from ending the process: the room
// ends instead, for its members here.
func (l *live) rescue() {
	if r := recover(); r != nil {
		l.hub.cfg.Panicked(r)
		l.finish(End{Reason: Lost})
		l.fail(ErrUnavailable)
	}
}

// withoutWord is the end of a room of which no word came.
func (l *live) withoutWord() End {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wipedBy != "" {
		return End{Reason: Wiped, By: l.wipedBy}
	}
	return End{Reason: Lost}
}

// burnOut lets the room end at its deadline. Nothing of it is shown from then
// on; what became of it in the store is told as soon as that is known, and nobody
// waits longer than reapTime for a store that is silent.
func (l *live) burnOut(ctx context.Context) {
	l.mu.Lock()
	l.expired()
	l.wake()
	l.mu.Unlock()
	gone := l.reap(ctx)
	l.finish(End{Reason: BurnedOut, Clean: gone && l.clean(ctx)})
	for try := 1; !gone && try < reapTries; try++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryWait << min(try, 4)):
			gone = l.reap(ctx)
		}
	}
}

// clean reports whether a shared store has nothing left of the room. It asks again
// for a moment, for the server that wiped it may not be done yet; and for longer if
// the store does not answer, for it may be another that does after a failover.
func (l *live) clean(ctx context.Context) bool {
	if !l.hub.cfg.LivesOn {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, receiptLimit)
	defer cancel()
	began := time.Now()
	for {
		n, err := l.hub.store.Remains(ctx, l.room.Ref)
		wait := retryWait
		switch {
		case err == nil && n == 0:
			return true
		case err == nil && time.Since(began) > reapTime:
			return false
		case err == nil:
			wait = remainsWait
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// reap has the store wipe the room, whose deadline is here. A store that would
// keep it for longer has lost that it was shortened, or its clock was set back:
// it is told again.
func (l *live) reap(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reapTime)
	defer cancel()
	for {
		left, err := l.hub.store.Reap(ctx, l.room.Ref)
		if err != nil || left <= 0 {
			return err == nil
		}
		if left > reapTime {
			l.mu.Lock()
			ref, p := l.room.Ref, l.promises()
			p.Ends = p.Ends.Add(-left)
			l.mu.Unlock()
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
