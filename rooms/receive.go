package rooms

import (
	"context"
	"time"
)

// momentaryAge is how old an event of a moment may be. One that is older was published
// again by somebody outside.
const momentaryAge = 2 * time.Minute

// receiveFrom applies what the feed has. It returns false if some is missing.
func (l *liveRoom) receiveFrom(ctx context.Context, feed *Feed) (complete bool) {
	events, gap, arrived := feed.take()
	if gap {
		l.doubtFates()
	}
	return l.receive(ctx, events, arrived) && !gap
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
			door = l.noteFile(e) || door
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
