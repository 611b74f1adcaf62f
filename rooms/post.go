package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
	"unicode/utf8"
)

// A post whose reply was lost is looked for this often. The store may be slow to
// execute what it was sent, so it is looked for a few times before the store is
// told to refuse it.
const (
	resolveDelay = 500 * time.Millisecond
	resolveLooks = 3
)

// maxRawBytes is how many bytes may be sent for each character that is kept of them.
const maxRawBytes = 64

// post is Post and its like: it says the text in words that have none yet, and counts
// that.
func (m *Member) post(ctx context.Context, text string, w Words) error {
	began := time.Now()
	err := m.limitedPost(ctx, text, w)
	if err == nil {
		m.room.hub.cfg.Metrics.Said(time.Since(began))
	}
	return m.room.hub.refused(err)
}

// limitedPost sends what Keep keeps of a text, within the limits.
func (m *Member) limitedPost(ctx context.Context, text string, w Words) error {
	hub := m.room.hub
	// Whatever is too early or too long is not looked at before: that can take a
	// millisecond, and a client that is too fast tries again and again.
	switch {
	case m.limiter.Tokens() < 1:
		return ErrTooFast
	case len(text) > maxRawBytes*hub.cfg.MaxText:
		return ErrTooLong
	}
	w.Text = Keep(text)
	switch {
	case w.Text.Blank():
		return ErrEmpty
	case utf8.RuneCountInString(string(w.Text)) > hub.cfg.MaxText:
		return ErrTooLong
	case !m.allow(), !hub.limits.allowSpeech(m.source):
		return ErrTooFast
	}
	room := m.room.current()
	if err := hub.budget.charge(m.source, room, len(w.Text)); err != nil {
		return err
	}
	seq, err := m.room.send(ctx, m, w)
	if err != nil {
		hub.budget.refund(m.source, room, len(w.Text))
		return err
	}
	hub.budget.confirm(m.source, room, seq, len(w.Text))
	return nil
}

// send appends a message and returns its number. If the reply is lost, it finds out
// whether the message was appended, and returns the number of that or a newer one.
func (l *liveRoom) send(ctx context.Context, m *Member, w Words) (seq uint64, err error) {
	w.ID = rand.Text()
	gaps := l.await(w.ID)
	defer l.stopAwaiting(w.ID)
	seq, err = l.appendMessage(ctx, m, w)
	if errors.Is(err, ErrNotSeated) {
		if err = l.reseat(ctx, m); err == nil {
			seq, err = l.appendMessage(ctx, m, w)
		}
	}
	err = l.noteFailure(err)
	if errors.Is(err, ErrUnknown) {
		err = l.resolve(ctx, w.ID, gaps, err)
		l.mu.Lock()
		seq = l.transcript.seq
		l.mu.Unlock()
	}
	return seq, err
}

func (l *liveRoom) appendMessage(ctx context.Context, m *Member, w Words) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	ref, seat := l.place(m)
	seq, err := l.hub.store.Append(ctx, ref, seat, w)
	if err == nil {
		l.confirmed(Event{Epoch: ref.Epoch, Seq: seq, From: seat}.Say(w))
	}
	return seq, err
}

// await notes, until stopAwaiting, whether a message arrives: the journal may
// have dropped it again by the time it turns out that its reply was lost. It
// returns transcript.gaps.
func (l *liveRoom) await(id string) (gaps uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reconciler.awaited[id] = false
	return l.transcript.gaps
}

func (l *liveRoom) stopAwaiting(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.reconciler.awaited, id)
}

// resolve finds out whether a message got into the room although its reply,
// unknown, was lost. The message is never sent again, as it could be said twice.
// What this process has seen counts first, for the store's history may have
// dropped the message meanwhile: gaps is what await returned. All who wait for an
// reply share the looks of the room's loop.
func (l *liveRoom) resolve(ctx context.Context, id string, gaps uint64, unknown error) error {
	for looks := 0; ; {
		l.requestResync()
		select {
		case <-ctx.Done():
			return unknown
		case <-l.ended:
			return ErrNoRoom
		case <-time.After(resolveDelay):
		}
		l.mu.Lock()
		arrived, stale, ref := l.reconciler.awaited[id], l.stale, l.state.Ref
		missing := l.transcript.gaps != gaps
		l.mu.Unlock()
		switch {
		case arrived:
			return nil
		case stale: // still no reply: keep asking until the session ends
			continue
		case looks < resolveLooks:
			looks++
			continue
		}
		seq, err := l.ruleOut(ctx, ref, id)
		switch {
		case errors.Is(err, ErrNoRoom):
			return l.noteFailure(err)
		case err != nil:
			continue
		case seq > 0:
			l.requestResync()
			return nil
		case missing:
			return unknown // it may be among the messages that nobody here has seen
		}
		return ErrNotSaid
	}
}

// ruleOut returns the number of a message, or 0 if the store does not have it and
// never will.
func (l *liveRoom) ruleOut(ctx context.Context, ref Ref, id string) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return l.hub.store.Resolve(ctx, ref, id)
}
