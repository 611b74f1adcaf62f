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

	tickGrid     = 100 * time.Millisecond // at which countdowns tick together
	tickExactly  = 11 * time.Second       // from here on each by itself: the last ten seconds are watched
	momentaryAge = 2 * time.Minute        // an older event of a moment was published again by somebody outside
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

// receiveFrom applies what the feed has. It returns false if some is missing.
func (l *liveRoom) receiveFrom(ctx context.Context, feed *Feed) (complete bool) {
	events, gap, arrived := feed.take()
	if gap {
		l.doubtFates()
	}
	return l.receive(ctx, events, arrived) && !gap
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
// the deadline.
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
	// Rooms tick together, a little late: waking a processor for each of them
	// alone is most of what an idle server costs.
	if late := time.Since(l.hub.born.Add(-d)) % tickGrid; late > 0 && left > tickExactly {
		d += tickGrid - late
	}
	return min(d, left)
}

// burnWait returns the time until the next message burns, if less than limit.
func (l *liveRoom) burnWait(limit time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.transcript.nextBurn(limit, l.state.until)
}

// receive applies published events, the oldest message among which reached this
// process at the given time. It returns false if some are missing: what follows a gap
// waits until the gap is filled.
func (l *liveRoom) receive(ctx context.Context, events []Event, arrived time.Time) (complete bool) {
	complete, end := l.apply(ctx, events, arrived)
	if end != nil {
		l.mu.Lock()
		l.drop()
		l.mu.Unlock()
		end.Clean = l.isClean(ctx)
		l.finish(*end)
	}
	return complete
}

// apply is receive without the end of the room, which it returns if it was published.
func (l *liveRoom) apply(ctx context.Context, events []Event, arrived time.Time) (complete bool, end *End) {
	l.mu.Lock()
	defer l.mu.Unlock()
	complete = true
	seq, version, ends, door := l.transcript.seq, l.roster.version, l.state.Ends, false
	for _, e := range events {
		if e.Epoch != l.state.Epoch || l.over {
			continue
		}
		if e.momentary() && l.state.now().Sub(e.Time) > momentaryAge {
			continue
		}
		switch e.Kind {
		case Message:
			if l.transcript.replayed(e) {
				continue // if anything is missing, the next number shows it
			}
			l.reconciler.heard = true
			complete = l.addMessages([]Event{e}) && complete
		case Joined, Left, Renamed, Away, Back:
			complete = l.applyPresence(e) && complete
		case Locked, Unlocked, Knocked, Admitted, Denied, Kicked:
			door = l.applyDoor(e) || door
		case Shortened:
			l.shorten(e)
		case Revealed:
			l.applyFate(e)
		case Looked:
			l.applyLook(e)
		case Typing:
			l.startedTyping(e.From)
		case Probed:
			l.probed(ctx, e.From.Identity)
		case Destroyed:
			end = &End{Reason: Wiped, By: e.From.Alias, Messages: e.Seq}
		case Dropped:
			door = l.noteDrop(e) || door
		case FilePut, FileRemoved:
			l.noteFile(e)
			door = true
		case Taken:
			end = &End{Reason: TakenAway, By: e.From.Alias, Messages: e.Seq}
		}
	}
	switch {
	case l.transcript.seq != seq:
		l.wakeForMessages(l.transcript.seq-seq, arrived)
	case l.state.Ends != ends || door:
		l.wake()
	case l.roster.version != version:
		l.wakeForRoster()
	}
	return complete, end
}

// shorten applies a Shortened event, if its deadline is nearer. The caller holds mu.
func (l *liveRoom) shorten(e Event) {
	if l.state.shorten(e.Deadline, e.From.Alias) {
		l.transcript.note(e)
	}
}
