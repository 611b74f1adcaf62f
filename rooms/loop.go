package rooms

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"
)

const (
	storeTimeout = 5 * time.Second        // for one call of the store
	retryDelay   = 250 * time.Millisecond // before a failed call is repeated
)

// run is the live room's goroutine. It ends with ctx, or when the room does.
func (l *liveRoom) run(ctx context.Context) {
	feed := l.watch(ctx)
	if feed == nil {
		return
	}
	defer feed.Close()
	if l.awaitEntry(ctx) {
		l.loop(ctx, feed)
	}
}

// awaitEntry waits for the first member, and reports whether there is one.
func (l *liveRoom) awaitEntry(ctx context.Context) bool {
	select {
	case <-l.entered:
		return true
	case <-l.settling: // nobody is in, and nobody gets in any more
	case <-l.ended:
	case <-ctx.Done():
	}
	return false
}

// watch watches the store, and releases those who wait for it. It returns nil if the store
// fails.
func (l *liveRoom) watch(ctx context.Context) *Feed {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	feed, err := l.hub.store.Watch(ctx, l.name)
	l.setWatched(err)
	if err != nil {
		return nil
	}
	return feed
}

// setWatched releases those who wait for the watch: it stands, or failed with err.
// Only the first call counts.
func (l *liveRoom) setWatched(err error) {
	l.watchOnce.Do(func() {
		if l.watchErr = err; err != nil {
			l.hub.forget(l) // the next guest tries again
		}
		close(l.watchReady)
	})
}

// roomTimers are the timers of the loop.
type roomTimers struct{ beat, tick, retry *time.Timer }

func (l *liveRoom) newTimers() *roomTimers {
	t := &roomTimers{
		beat:  time.NewTimer(l.beatWait()),
		tick:  time.NewTimer(l.burnWait(l.tickWait())),
		retry: time.NewTimer(retryDelay),
	}
	t.retry.Stop()
	return t
}

func (t *roomTimers) stop() {
	t.beat.Stop()
	t.tick.Stop()
	t.retry.Stop()
}

// loop applies what the store publishes until the room ends. It never waits for the
// store: the countdown goes on, and ends, even if the store is silent.
func (l *liveRoom) loop(ctx context.Context, feed *Feed) {
	timers := l.newTimers()
	defer timers.stop()
	var catchUps catchUps
	defer catchUps.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer l.hub.metronome.leave(l)
	for {
		catchUps.start(ctx, l)
		select {
		case <-ctx.Done():
			return
		case <-l.ended:
			return
		case <-timers.tick.C:
			if l.timeLeft() == 0 {
				l.burnOut(ctx)
				return
			}
			if l.expireMessages() {
				catchUps.want(false)
			}
			l.tick()
		case <-timers.beat.C:
			catchUps.want(false)
			timers.beat.Reset(l.beatWait())
		case <-l.resync:
			catchUps.want(true)
		case <-timers.retry.C:
			catchUps.want(true)
		case caughtUp := <-l.settling:
			catchUps.want(true)
			catchUps.waiting = append(catchUps.waiting, caughtUp)
		case ok := <-catchUps.running:
			catchUps.running = nil
			if l.isGone() {
				l.endGone(ctx, feed)
				return
			}
			if !ok {
				timers.retry.Reset(retryDelay)
				break
			}
			catchUps.succeeded()
		case <-feed.Ready():
			if !l.receiveFrom(ctx, feed) {
				catchUps.want(true)
			}
		case <-l.turn:
			l.wakeNext()
			runtime.Gosched() // they and other rooms go on before more are woken
		}
		timers.tick.Reset(l.burnWait(l.tickWait())) // the deadline may have moved
	}
}

// beatWait returns the time until the next beat. Rooms beat on a common grid, so that
// the store can send the beats of many together.
func (l *liveRoom) beatWait() time.Duration {
	d := l.hub.cfg.Beat
	grid := d/40 + 1
	d += rand.N(d/5+1) - d/10
	return d + grid - (time.Since(l.hub.born)+d)%grid
}

// tickWait returns the time until the displayed countdown changes: the next full
// second below an hour, otherwise the next full minute, so that the very last one is
// the deadline. Where it changes every second, the metronome has the room tick instead,
// until the last seconds.
func (l *liveRoom) tickWait() time.Duration {
	left := l.timeLeft()
	unit := time.Second
	if left > time.Hour {
		unit = time.Minute
	}
	d := left % unit
	if d == 0 && left > 0 {
		d = unit
	}
	if left > tickExactly && unit == time.Second {
		l.hub.metronome.join(l, d)
		return left - tickExactly
	}
	l.hub.metronome.leave(l)
	return min(d, left)
}

// burnWait returns the time until the next message burns, if less than limit.
func (l *liveRoom) burnWait(limit time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.transcript.nextBurn(limit, l.state.until)
}
