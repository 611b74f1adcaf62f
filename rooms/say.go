package rooms

import (
	"context"
	"time"
)

// Saying is how a message is said. The zero value is as Post does.
type Saying struct {
	To   string        // the only person who gets it, by alias or key tag; empty: everybody
	Burn time.Duration // it is hidden until somebody reveals it, and gone that long after; 0: it lasts as long as the room
}

// Say is Post for what burns, or is for one person alone, who is then the only one who
// can look at it. It returns ErrBadBurn, and the errors of Post and Tell.
func (m *Member) Say(ctx context.Context, text string, s Saying) error {
	w, err := m.words(s)
	if err != nil {
		return err
	}
	return m.post(ctx, text, w)
}

// SayPaced is Say, but waits as PostPaced does.
func (m *Member) SayPaced(ctx context.Context, text string, s Saying) error {
	w, err := m.words(s)
	if err != nil {
		return err
	}
	return m.postPaced(ctx, text, w)
}

// words returns Words without a text for a saying.
func (m *Member) words(s Saying) (Words, error) {
	w := Words{Burn: s.Burn}
	if s.Burn != 0 && (s.Burn < MinBurn || s.Burn > MaxBurn) {
		return Words{}, ErrBadBurn
	}
	if s.To == "" {
		return w, nil
	}
	to, err := m.room.find(s.To)
	if err != nil {
		return Words{}, err
	}
	if _, self := m.room.place(m); to.Identity == self.Identity {
		return Words{}, ErrYourself
	}
	w.To, w.ToAlias = to.Identity, to.Alias
	return w, nil
}
