package rooms

import (
	"context"
	"errors"
	"time"
)

// Errors of the verbs that concern the door and other people.
var (
	ErrNotOwner  = errors.New("only the person who lit the room may do that")
	ErrDenied    = errors.New("you were not let in")
	ErrNobody    = errors.New("nobody has that name")
	ErrAmbiguous = errors.New("more than one person here goes by that name, so nothing was done: use an alias or key tag that only one of them has (see /who)")
	ErrYourself  = errors.New("that is you")
)

// isOwner reports whether the member lit the room.
func (m *Member) isOwner() bool {
	l := m.room
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state.OwnedBy(m.seat.Identity)
}

// Lock closes the room to newcomers, who have to knock from then on, or opens it.
// It returns ErrNotOwner and ErrTooFast.
func (m *Member) Lock(ctx context.Context, locked bool) error {
	if !m.isOwner() {
		return ErrNotOwner
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.room.hub.store.Lock(ctx, ref, by, locked)
	})
}

// Invite makes the token of an invitation that lets one person through the lock,
// once, while it is valid. It returns ErrNotOwner and ErrTooFast.
func (m *Member) Invite(ctx context.Context, valid time.Duration) (string, error) {
	if !m.isOwner() {
		return "", ErrNotOwner
	}
	token := NewToken()
	return token, m.act(ctx, func(ctx context.Context, ref Ref, _ Seat) error {
		return m.room.hub.store.Invite(ctx, ref, token, valid)
	})
}

// Named returns the one person in the room with the alias or key tag, for a
// question that is asked before something is done to them. The errors are
// ErrNobody and ErrAmbiguous.
func (m *Member) Named(name string) (Seat, error) { return m.room.find(name) }

// Kick removes somebody whom Named returned, whatever their alias is by now. Their
// identity stays out for the room's life; somebody without a key, or with another, gets
// a new identity and so into a room that is not locked. It returns ErrNotOwner,
// ErrYourself and ErrTooFast.
func (m *Member) Kick(ctx context.Context, guest Seat) error {
	if !m.isOwner() {
		return ErrNotOwner
	}
	if _, self := m.room.place(m); guest.Identity == self.Identity {
		return ErrYourself
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.room.hub.store.Kick(ctx, ref, by, guest)
	})
}

// Decide lets in somebody who knocks, by alias or key tag, or does not; an empty
// name means the only one at the door. It returns ErrNobody, ErrAmbiguous and
// ErrTooFast.
func (m *Member) Decide(ctx context.Context, name string, admit bool) error {
	guest, err := m.room.findAtDoor(name)
	if err != nil {
		return err
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		return m.room.hub.store.Decide(ctx, ref, by, guest, admit)
	})
}
