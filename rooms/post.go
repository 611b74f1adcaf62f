package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
	"unicode/utf8"
)

// A post whose answer was lost is looked for this often. The store may be slow to
// execute what it was sent, so it is looked for a few times before the store is
// told that it must not come any more.
const (
	resolveWait  = 500 * time.Millisecond
	resolveLooks = 3
)

// maxDirt is how many bytes of what is said may stand for a character of what is
// left of it.
const maxDirt = 64

func (l *live) post(ctx context.Context, m *Member, w Words) error {
	// What is refused for its pace or its length is not cleaned before: that can
	// take a millisecond, and those who are too fast try again and again.
	switch {
	case m.limit.Tokens() < 1:
		return ErrTooFast
	case len(w.Text) > maxDirt*l.hub.cfg.MaxText:
		return ErrTooLong
	}
	w.Text = CleanText(w.Text)
	switch {
	case w.Text == "":
		return ErrEmpty
	case utf8.RuneCountInString(w.Text) > l.hub.cfg.MaxText:
		return ErrTooLong
	case !m.allow(), !l.hub.pace.speak(m.source):
		return ErrTooFast
	}
	room := l.snapshot()
	if err := l.hub.budget.maySay(m.source, room, len(w.Text)); err != nil {
		return err
	}
	seq, err := l.send(ctx, m, w)
	if err != nil {
		l.hub.budget.unsaid(m.source, room, len(w.Text))
		return err
	}
	l.hub.budget.said(m.source, room, seq, len(w.Text))
	return nil
}

// send appends a message and returns its number, or finds out whether it was
// appended: then the number is not known, and that of a newer one.
func (l *live) send(ctx context.Context, m *Member, w Words) (seq uint64, err error) {
	w.ID = rand.Text()
	holes := l.await(w.ID)
	defer l.awaitNoMore(w.ID)
	seq, err = l.say(ctx, m, w)
	if errors.Is(err, ErrNotSeated) {
		if err = l.reseat(ctx, m); err == nil {
			seq, err = l.say(ctx, m, w)
		}
	}
	err = l.told(err)
	if errors.Is(err, ErrUnknown) {
		err = l.resolve(ctx, w.ID, holes, err)
		l.mu.Lock()
		seq = l.seq
		l.mu.Unlock()
	}
	return seq, err
}

// say appends once.
func (l *live) say(ctx context.Context, m *Member, w Words) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	ref, seat := l.place(m)
	seq, err := l.hub.store.Append(ctx, ref, seat, w)
	if err == nil {
		l.confirmed(Event{Epoch: ref.Epoch, Seq: seq, From: seat}.Say(w))
	}
	return seq, err
}

// snapshot returns the room as this process knows it.
func (l *live) snapshot() Room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room
}

func (l *live) place(m *Member) (Ref, Seat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room.Ref, m.seat
}

// await notes, until awaitNoMore, whether a message comes in: the journal may have
// dropped it again by the time at which it turns out that its answer was lost. It
// returns how many gaps there are that the history could not fill.
func (l *live) await(id string) (holes uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.awaited[id] = false
	return l.holes
}

func (l *live) awaitNoMore(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.awaited, id)
}

// resolve finds out whether a message got into the room although its answer
// was lost. It is never sent again: it could be said twice. What this process has
// seen counts first, for the store's history may have rolled on meanwhile: holes
// is what await returned before it was said. The looks are those of the whole
// room, however many wait for an answer.
func (l *live) resolve(ctx context.Context, id string, holes uint64, unknown error) error {
	for looked := 0; ; {
		l.missed()
		select {
		case <-ctx.Done():
			return unknown
		case <-l.ended:
			return ErrNoRoom
		case <-time.After(resolveWait):
		}
		l.mu.Lock()
		came, stale, ref := l.awaited[id], l.stale, l.room.Ref
		missing := l.holes != holes
		l.mu.Unlock()
		switch {
		case came:
			return nil
		case stale: // still no answer: keep asking until the session ends
			continue
		case looked < resolveLooks:
			looked++
			continue
		}
		seq, err := l.ruleOut(ctx, ref, id)
		switch {
		case errors.Is(err, ErrNoRoom):
			return l.told(err)
		case err != nil:
			continue
		case seq > 0:
			l.missed()
			return nil
		case missing:
			return unknown // it may be among the messages that nobody here has seen
		}
		return ErrNotSaid
	}
}

// ruleOut returns the number of a message, or 0 if the store does not have it
// and never will.
func (l *live) ruleOut(ctx context.Context, ref Ref, id string) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, opLimit)
	defer cancel()
	return l.hub.store.Resolve(ctx, ref, id)
}

// missed has the pump look for what it may have missed.
func (l *live) missed() {
	signal(l.resync)
}

// told passes an answer of the store on. That the room is gone, or the store
// silent, concerns everybody in the room: the pump sees what it is.
func (l *live) told(err error) error {
	if errors.Is(err, ErrNoRoom) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrUnknown) {
		l.missed()
	}
	return err
}

func (l *live) rename(ctx context.Context, m *Member, alias string) error {
	alias, err := ParseAlias(alias)
	if err != nil {
		return err
	}
	if _, seat := l.place(m); alias == seat.Alias {
		return nil
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		by.Own = m.isOwn(alias)
		if err := l.hub.store.Rename(ctx, ref, by, alias); err != nil {
			l.missed() // the answer may have been lost
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if m.seat.Rev == by.Rev { // else the word of it came before
			m.seat.Alias, m.seat.Rev = alias, by.Rev+1
		}
		m.wake()
		return nil
	})
}

func (l *live) shorten(ctx context.Context, m *Member, left time.Duration) error {
	if left < MinTTL {
		return ErrTooShort
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		_, err := l.hub.store.Shorten(ctx, ref, by, left)
		return err
	})
}

func (l *live) destroy(ctx context.Context, m *Member) error {
	// Once wished, it is carried through: the member's session may end before
	// the answer is here, with the very room that it destroys.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), opLimit)
	defer cancel()
	ref, seat := l.place(m)
	err := l.hub.store.Destroy(ctx, ref, seat)
	if err == nil {
		l.mu.Lock()
		l.wipedBy = seat.Alias
		l.mu.Unlock()
	}
	l.missed() // the pump finds the room gone, and ends it
	return err
}
