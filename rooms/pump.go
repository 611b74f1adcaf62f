package rooms

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	opLimit   = 5 * time.Second        // for one question to the store
	retryWait = 250 * time.Millisecond // before a failed one is asked again
	reapTime  = time.Second            // how long the end of a room waits for the store's word
	reapTries = 10

	receiptLimit = 3 * time.Second        // how long the receipt waits for a store that is away
	tickGrid     = 100 * time.Millisecond // at which countdowns tick
	tickExact    = 11 * time.Second       // from here on each by itself: the last ten seconds are watched
	remainsWait  = 20 * time.Millisecond  // before the store is looked through again
	freshFor     = 2 * time.Minute        // an older word of the moment was published again by nobody who was in the room
	lastWord     = 300 * time.Millisecond // for the word of who destroyed a room that is gone
)

// run is the live room's goroutine. It ends with ctx, or when the room does.
func (l *live) run(ctx context.Context) {
	wctx, cancel := context.WithTimeout(ctx, opLimit)
	feed, err := l.hub.store.Watch(wctx, l.name)
	cancel()
	if err != nil {
		l.fail(err)
		return
	}
	defer feed.Close()
	l.fail(nil)
	select {
	case <-l.entered:
		l.pump(ctx, feed)
	case <-l.settling: // nobody is in, and nobody gets in any more
	case <-l.ended:
	case <-ctx.Done():
	}
}

// fail lets those go on who wait for the watch: with nil, it stands. Only the
// first call counts.
func (l *live) fail(err error) {
	l.settled.Do(func() {
		if l.watchErr = err; err != nil {
			l.hub.forget(l) // whoever comes next tries anew
		}
		close(l.watched)
	})
}

// pump brings what the store publishes into the room until the room ends. What it
// asks the store it asks aside, one thing at a time: the countdown goes on, and
// ends, though the store is silent.
func (l *live) pump(ctx context.Context, feed *Feed) {
	beat := time.NewTimer(l.beatWait())
	defer beat.Stop()
	tick := time.NewTimer(l.fuseWait(l.tickWait()))
	defer tick.Stop()
	retry := time.NewTimer(0)
	defer retry.Stop()
	retry.Stop()

	var under chan bool                 // the catch-up under way; nil: none
	var wanted, filling bool            // another one, and with messages
	var waiting, served []chan struct{} // see settle: for the next catch-up, and for this one
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		if under != nil {
			<-under
		}
	}()
	for {
		if wanted && under == nil {
			under = l.aside(ctx, filling)
			wanted, filling = false, false
			served, waiting = append(served, waiting...), nil
		}
		select {
		case <-ctx.Done():
			return
		case <-l.ended:
			return
		case <-tick.C:
			if l.left() == 0 {
				l.burnOut(ctx)
				return
			}
			wanted = l.burnDown() || wanted
			l.tick()
		case <-beat.C:
			wanted = true
			beat.Reset(l.beatWait())
		case <-l.resync:
			wanted, filling = true, true
		case <-retry.C:
			wanted, filling = true, true
		case caughtUp := <-l.settling:
			wanted, filling, waiting = true, true, append(waiting, caughtUp)
		case sound := <-under:
			under = nil
			if l.isGone() {
				l.loseTo(ctx, feed)
				return
			}
			if !sound {
				retry.Reset(retryWait)
				break
			}
			for _, caughtUp := range served {
				close(caughtUp)
			}
			served = nil
		case <-feed.Ready():
			events, gap, came := feed.take()
			if whole := l.take(ctx, events, came); gap || !whole {
				wanted, filling = true, true
			}
		}
		tick.Reset(l.fuseWait(l.tickWait())) // the deadline may have moved
	}
}

// aside catches up in a goroutine that ends with ctx, and answers whether that
// went well when it has ended.
func (l *live) aside(ctx context.Context, fill bool) chan bool {
	done := make(chan bool, 1)
	l.hub.wg.Go(func() {
		defer close(done)
		defer l.rescue()
		done <- l.catchUp(ctx, fill)
	})
	return done
}

// beatWait is the time until the next beat. Rooms beat on a common grid, so that
// the store can send the beats of many together.
func (l *live) beatWait() time.Duration {
	d := l.hub.cfg.Beat
	grid := d/40 + 1
	d += rand.N(d/5+1) - d/10
	return d + grid - (time.Since(l.hub.born)+d)%grid
}

// tickWait is the time until the displayed countdown changes: the next full
// second below an hour, else the next full minute, so that the very last one
// is the deadline.
func (l *live) tickWait() time.Duration {
	left := l.left()
	unit := time.Second
	if left > time.Hour {
		unit = time.Minute
	}
	d := left % unit
	if d == 0 && left > 0 {
		d = unit
	}
	// Rooms tick together, a little late: to wake a processor for each of
	// them alone is most of what an idle server costs.
	if late := time.Since(l.hub.born.Add(-d)) % tickGrid; late > 0 && left > tickExact {
		d += tickGrid - late
	}
	return min(d, left)
}

// take brings published events into the room, the oldest message among
// which came to this process at that time. It answers false where some are
// missing: what follows a hole waits until the hole is filled.
func (l *live) take(ctx context.Context, events []Event, came time.Time) bool {
	whole, end := l.absorb(events, came)
	if end != nil {
		l.mu.Lock()
		l.drop()
		l.mu.Unlock()
		end.Clean = l.clean(ctx)
		l.finish(*end)
	}
	return whole
}

func (l *live) absorb(events []Event, came time.Time) (whole bool, end *End) {
	l.mu.Lock()
	defer l.mu.Unlock()
	whole = true
	seq, version, ends, doors := l.seq, l.version, l.room.Ends, false
	for _, e := range events {
		if e.Epoch != l.room.Epoch || l.over {
			continue
		}
		if e.passing() && l.now().Sub(e.Time) > freshFor {
			continue
		}
		switch e.Kind {
		case Message:
			if l.replayed(e) {
				continue // what is missing, if anything is, shows by the numbers
			}
			l.heard = true
			whole = l.addHistory([]Event{e}) && whole
		case Joined, Left, Renamed, Away, Back:
			whole = l.setPresence(e) && whole
		case Locked, Unlocked, Knocked, Admitted, Denied, Kicked:
			doors = l.setDoor(e) || doors
		case Shortened:
			l.setDeadline(e)
		case Revealed:
			l.become(e)
		case Typing:
			l.types(e)
		case Destroyed:
			end = &End{Reason: Wiped, By: e.From.Alias, Messages: e.Seq}
		}
	}
	switch {
	case l.seq != seq:
		l.brought(l.seq-seq, came)
	case l.room.Ends != ends || doors:
		l.wake()
	case l.version != version:
		l.stir()
	}
	return whole, end
}

// setDeadline moves the deadline, which only ever comes nearer. The caller holds mu.
func (l *live) setDeadline(e Event) {
	if !e.Deadline.Before(l.room.Ends) {
		return
	}
	l.room.Ends, l.shortenedBy = e.Deadline, e.From.Alias
	if d := l.room.Clock.Instant(e.Deadline); d.Before(l.room.Deadline) {
		l.room.Deadline = d
	}
	l.journal.append(e)
}
