package rooms

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A store that fails over to a replica may lose the newest messages that it
// confirmed, and give their numbers to others. Then its history decides,
// because all processes can agree on it. Each process restores what its own members
// said and, a little later, what it saw others say: their process may be gone, or
// nobody in it is in the room any more.

const (
	overlap      = 16          // messages fetched again with missing ones, to see if they are still the same
	maxUnechoed  = 256         // confirmed messages that have not arrived
	restoreDelay = time.Second // before restoring what members of other processes said
)

// reconciler tracks how the store's history and the transcript differ. The caller of
// its methods holds liveRoom.mu.
type reconciler struct {
	diverged  bool            // the store's history contradicts the transcript
	unechoed  []Event         // said here and confirmed, not in the transcript yet; in the order of confirmation
	toRestore []Event         // seen here and lost by the store, in their old order
	lostAt    time.Time       // when the newest of them turned out to be lost
	awaited   map[string]bool // IDs of posts under way → whether they have arrived

	behind bool // at the last beat, the store had messages that are not here
	heard  bool // since then, a message has arrived
}

// confirm notes a message that the store has, until it arrives.
func (r *reconciler) confirm(e Event) {
	if len(r.unechoed) == maxUnechoed {
		r.unechoed = slices.Delete(r.unechoed, 0, 1)
	}
	r.unechoed = append(r.unechoed, e)
}

// arrived notes that a message is in the transcript.
func (r *reconciler) arrived(id string) {
	if _, ok := r.awaited[id]; ok {
		r.awaited[id] = true
	}
	r.unechoed = slices.DeleteFunc(r.unechoed, func(e Event) bool { return e.ID == id })
	r.restored(id)
}

// newestConfirmed returns the highest number that the store has confirmed, at least
// seq.
func (r *reconciler) newestConfirmed(seq uint64) uint64 {
	for _, e := range r.unechoed {
		seq = max(seq, e.Seq)
	}
	return seq
}

// mustAdopt reports whether the store's history differs from the transcript, whose
// newest message is seq.
func (r *reconciler) mustAdopt(seq uint64) bool {
	return r.diverged || slices.ContainsFunc(r.unechoed, func(e Event) bool { return e.Seq <= seq })
}

// adopted notes that the transcript has become the store's history, which replaced
// some events of it. Messages that the history lacks are to be restored. It reports
// whether there are messages newer than the history, which may have been said after
// the store was asked.
func (r *reconciler) adopted(h storeHistory, replaced []Event, now time.Time) (newer bool) {
	for _, e := range slices.Concat(replaced, r.unechoed) {
		// A message older than the history has only been dropped from it.
		if e.Kind != Message || e.Seq < h.oldest || h.ids[e.ID] || e.Burnt {
			continue
		}
		r.toRestore, r.lostAt = append(r.toRestore, e), now
		newer = newer || e.Seq > h.newest
	}
	r.diverged, r.unechoed = false, nil
	for _, e := range h.events {
		r.arrived(e.ID)
	}
	return newer
}

// nextLost returns the message to restore next. Those of the node come first, others
// when restoreDelay is over.
func (r *reconciler) nextLost(node string, now time.Time) (Event, bool) {
	i := slices.IndexFunc(r.toRestore, func(e Event) bool { return e.From.Node == node })
	if i < 0 && len(r.toRestore) > 0 && now.Sub(r.lostAt) >= restoreDelay {
		i = 0
	}
	if i < 0 {
		return Event{}, false
	}
	return r.toRestore[i], true
}

// unsay drops the text of a message that was taken back. The store keeps its place.
func (r *reconciler) unsay(id string) {
	for _, list := range [][]Event{r.unechoed, r.toRestore} {
		for i, e := range list {
			if e.ID == id && !e.Unsaid {
				list[i] = e.unsaid(time.Time{})
			}
		}
	}
}

// restored notes that the store has a message again.
func (r *reconciler) restored(id string) {
	r.dropLost(func(e Event) bool { return e.ID == id })
}

// dropLost gives up restoring the messages that match.
func (r *reconciler) dropLost(match func(Event) bool) {
	r.toRestore = slices.DeleteFunc(r.toRestore, match)
}

// drop forgets all messages.
func (r *reconciler) drop() { r.unechoed, r.toRestore = nil, nil }

// feedSilent reports, at a beat, whether the store was ahead at the last one too, and
// no message has arrived since: what the store publishes may not reach this process.
func (r *reconciler) feedSilent(behind bool) bool {
	silent := behind && r.behind && !r.heard
	if r.behind = behind; behind {
		r.heard = false
	}
	return silent
}

// snapshot is what a live room knew before it asked the store.
type snapshot struct {
	ref Ref
	seq uint64 // of the newest message that the store had
	Known
}

// snapshot returns what the room knows. The caller holds mu.
func (l *liveRoom) snapshot() snapshot {
	return snapshot{
		ref:   l.state.Ref,
		seq:   l.reconciler.newestConfirmed(l.transcript.seq),
		Known: Known{l.roster.version, l.roster.mark, len(l.state.kicks)},
	}
}

// confirmed notes a message that the store has taken.
func (l *liveRoom) confirmed(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.state.Epoch != e.Epoch || l.transcript.has(e) {
		return
	}
	l.reconciler.confirm(e)
}

// reconcile adopts the store's history if it diverged from ours, and restores what
// the store has lost. newest is the number of the store's newest message, as its
// history may be empty. It returns false if it has to be called again soon.
func (l *liveRoom) reconcile(ctx context.Context, newest uint64) bool {
	l.mu.Lock()
	adopt, ref := l.reconciler.mustAdopt(l.transcript.seq), l.state.Ref
	l.mu.Unlock()
	if adopt {
		events, ok := l.fetchSince(ctx, ref, 0)
		if !ok {
			return false
		}
		l.adoptHistory(newStoreHistory(events, newest))
	}
	return l.restoreLost(ctx)
}

// adoptHistory makes the store's history the room's.
func (l *liveRoom) adoptHistory(h storeHistory) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.gone {
		return
	}
	replaced := l.transcript.adopt(h)
	newer := l.reconciler.adopted(h, replaced, time.Now())
	if _, gone := l.transcript.nextToWipe(); newer || gone {
		l.requestResync()
	}
	l.shared.Clear()
	l.wake()
}

// restoreLost restores what the store has lost, in the old order. It returns false if
// the store did not reply, or what others said may still have to be restored.
func (l *liveRoom) restoreLost(ctx context.Context) bool {
	for {
		l.mu.Lock()
		e, ok := l.reconciler.nextLost(l.hub.node, time.Now())
		waiting := len(l.reconciler.toRestore) > 0
		ref, over := l.state.Ref, l.over
		l.mu.Unlock()
		if !ok || over {
			return over || !waiting
		}
		if !l.restore(ctx, ref, e) {
			return false
		}
	}
}

// restore restores one message. If the reply is lost, it is tried again: it is not
// said twice.
func (l *liveRoom) restore(ctx context.Context, ref Ref, e Event) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := l.hub.store.Restore(ctx, ref, e)
	if errors.Is(err, ErrStoreFull) || !l.noteReply(err) {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reconciler.restored(e.ID)
	return true
}
