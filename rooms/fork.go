package rooms

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A store that fails over to a replica may lose the newest of what it had
// confirmed, and give their numbers to others. Then its history is the one
// that counts, for all processes can agree on that; each process brings back
// what its own members had said.

// overlap is how many messages that are here are fetched again with those that
// are missing, to see whether they still are the same.
const overlap = 16

// maxUnseen bounds the messages that were confirmed but did not arrive yet.
const maxUnseen = 256

// known is what a live room knows of itself at a moment.
type known struct {
	room Room
	seq  uint64 // of the newest message that the store had
	Known
}

func (l *live) known() known {
	k := known{l.room, l.seq, Known{l.version, l.mark, len(l.kicks)}}
	for _, e := range l.unseen {
		k.seq = max(k.seq, e.Seq)
	}
	return k
}

// contradicts tells whether the message has the number of another.
func (l *live) contradicts(e Event) bool {
	have, ok := l.journal.message(e.Seq)
	return ok && have.ID != e.ID
}

// repeats reports whether the message is here already, under another number:
// one that the store had lost, and another process has brought back.
func (l *live) repeats(e Event) bool {
	have, ok := l.said.find(e.ID)
	return ok && have.seq != e.Seq
}

// replayed reports whether the message is here already under another number
// and no process has brought it back since: somebody who can write to the store
// has copied or moved it. Each time a process brings one back it seals anew
// which number it had.
func (l *live) replayed(e Event) bool {
	have, ok := l.said.find(e.ID)
	return ok && have.seq != e.Seq && (e.Again == 0 || e.Again == have.again)
}

// confirmed notes what the store has said that it has, until it arrives.
func (l *live) confirmed(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.room.Epoch != e.Epoch {
		return
	}
	if have, ok := l.journal.message(e.Seq); ok && have.ID == e.ID {
		return
	}
	if len(l.unseen) == maxUnseen {
		l.unseen = slices.Delete(l.unseen, 0, 1)
	}
	l.unseen = append(l.unseen, e)
}

// seen notes that a message arrived.
func (l *live) seen(id string) {
	if _, waits := l.awaited[id]; waits {
		l.awaited[id] = true
	}
	l.unseen = slices.DeleteFunc(l.unseen, func(e Event) bool { return e.ID == id })
}

// mend takes over the store's history where it is another than what was seen,
// and brings back what this process's members had said. newest is the number of
// its newest message, as the history may hold none. It answers false where the
// store did not answer.
func (l *live) mend(ctx context.Context, newest uint64) bool {
	l.mu.Lock()
	passed := slices.ContainsFunc(l.unseen, func(e Event) bool { return e.Seq <= l.seq })
	forked, ref := l.forked || passed, l.room.Ref
	l.mu.Unlock()
	if forked {
		events, ok := l.ask(ctx, ref, 0)
		if !ok {
			return false
		}
		l.rebase(events, newest)
	}
	return l.restore(ctx)
}

// rebase makes the store's history the room's.
func (l *live) rebase(events []Event, newest uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.gone {
		return
	}
	l.forked = false
	oldest, held := newest+1, map[string]bool{} // oldest: of what can be compared
	if len(events) > 0 {
		oldest, newest = events[0].Seq, events[len(events)-1].Seq
	}
	for _, e := range events {
		held[e.ID] = true
	}
	events = slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Kind == Unreadable || l.replayed(e) })
	// What cannot be read contradicts nothing: only another message does, or none.
	was := l.journal.whole()
	l.fuses, l.burnt = map[string]time.Time{}, map[string]bool{}
	for _, e := range was {
		if e.burning() || e.Burnt {
			l.fuses[e.ID] = e.Deadline
			l.burnt[e.ID] = e.Burnt
		}
	}
	keep := was[:common(was, events, oldest, newest)]
	for _, e := range slices.Concat(was[len(keep):], l.unseen) {
		// What is older than all of the history has only been dropped from it.
		if e.Kind != Message || e.Seq < oldest || held[e.ID] || e.Burnt {
			continue
		}
		if e.From.Node == l.hub.node {
			l.lost = append(l.lost, e)
		}
		if e.Seq > newest {
			l.missed() // or it was said since the store was asked
		}
	}
	l.unseen = nil
	next := slices.Clone(keep)
	l.seq = 0
	kept := map[string]bool{}
	for _, e := range keep {
		switch e.Kind {
		case Message:
			l.seq = e.Seq
			kept[e.ID] = true
		case Missed:
			l.seq += e.Seq
		}
	}
	for _, e := range events {
		if e.Seq <= l.seq {
			continue
		}
		if e.Seq > l.seq+1 && l.seq > 0 {
			next = append(next, Event{Kind: Missed, Epoch: e.Epoch, Time: e.Time, Seq: e.Seq - 1 - l.seq})
			l.holes++
		}
		if l.seq = e.Seq; !kept[e.ID] {
			next = append(next, l.remembered(e))
		}
		l.said.note(e)
		l.seen(e.ID)
	}
	l.journal = l.journal.replaced(next)
	for _, e := range events {
		l.become(e)
	}
	l.shared.Clear()
	l.wake()
}

// common returns how many events at the beginning of what was there the history
// does not contradict. What is older than all of the history cannot be compared,
// and was there long before. newest is the number of the history's last message:
// neither a message nor a gap reaches beyond it.
func common(was, events []Event, oldest, newest uint64) int {
	at := map[uint64]string{}
	for _, e := range events {
		at[e.Seq] = e.ID
	}
	seq := uint64(0)
	for i, e := range was {
		switch e.Kind {
		case Message:
			if id, held := at[e.Seq]; e.Seq >= oldest && (e.Seq > newest || held && id != e.ID) {
				return i
			}
			seq = e.Seq
		case Missed:
			if seq += e.Seq; seq > newest {
				return i
			}
		}
	}
	return len(was)
}

// remembered returns a message with what was known here before the store lost
// it: its fuse, and that it has burned.
func (l *live) remembered(e Event) Event {
	if l.burnt[e.ID] {
		e.Burnt, e.Text = true, ""
	}
	if fuse, lit := l.fuses[e.ID]; lit && !e.Burnt && e.Deadline.IsZero() {
		e.Deadline = fuse
	}
	return e
}

// restore says again what the store has lost, in the old order.
func (l *live) restore(ctx context.Context) bool {
	for {
		l.mu.Lock()
		if len(l.lost) == 0 || l.over {
			l.mu.Unlock()
			return true
		}
		e, ref := l.lost[0], l.room.Ref
		l.mu.Unlock()
		if !l.bringBack(ctx, ref, e) {
			return false
		}
	}
}

// bringBack restores one message. One whose answer was lost is tried again: it
// is not said twice.
func (l *live) bringBack(ctx context.Context, ref Ref, e Event) bool {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	err := l.hub.store.Restore(ctx, ref, e)
	if errors.Is(err, ErrStoreFull) || !l.answered(err) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = slices.DeleteFunc(l.lost, func(other Event) bool { return other.ID == e.ID })
	return true
}
