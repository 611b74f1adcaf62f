package rooms

import (
	"context"
	"time"
)

// act runs a verb of the member that has the store publish or keep something for
// others. The verbs of a member share one limiter, as do those of a person and of
// a network, see rateLimits; beyond it act returns ErrTooFast. Each verb has
// storeTimeout. What is refused without the store costs nothing.
//
// Post and Reveal call allow themselves, as they may ask the store again. Destroy
// and Leave are not limited: wiping the room and going are always possible.
// Typing is rarer than the limiter allows, and is dropped rather than refused.
func (m *Member) act(ctx context.Context, do func(ctx context.Context, ref Ref, by Seat) error) error {
	ref, by := m.room.place(m)
	if !m.allow() || !m.room.hub.limits.allowAct(by) {
		return m.room.hub.refused(ErrTooFast)
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return m.room.noteFailure(do(ctx, ref, by))
}

// allow counts one more message or other act of the member, and reports whether
// that is within HubConfig.Rate and Burst.
func (m *Member) allow() bool { return m.limiter.Allow() }

// Rename changes the member's alias. It returns the errors of ParseAlias,
// ErrAliasTaken and ErrTooFast.
func (m *Member) Rename(ctx context.Context, alias string) error {
	l := m.room
	alias, err := ParseAlias(alias)
	if err != nil {
		return err
	}
	if _, seat := l.place(m); alias == seat.Alias {
		return nil
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		by.Own = m.isOwnAlias(alias)
		if err := l.hub.store.Rename(ctx, ref, by, alias); err != nil {
			l.requestResync() // the reply may have been lost
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if m.seat.Rev == by.Rev { // otherwise the event was faster
			m.seat.Alias, m.seat.Rev = alias, by.Rev+1
		}
		m.wake()
		return nil
	})
}

// Shorten moves the room's deadline to left from now. It returns ErrLonger,
// ErrTooShort below MinTTL, and ErrTooFast.
func (m *Member) Shorten(ctx context.Context, left time.Duration) error {
	if left < MinTTL {
		return ErrTooShort
	}
	return m.act(ctx, func(ctx context.Context, ref Ref, by Seat) error {
		_, err := m.room.hub.store.Shorten(ctx, ref, by, left)
		return err
	})
}

// Destroy wipes the room for everybody. It has no rate limit.
func (m *Member) Destroy(ctx context.Context) error {
	l := m.room
	// It is carried through even if ctx ends: the member's session may end before the
	// reply is here, with the very room that it destroys.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	ref, seat := l.place(m)
	err := l.hub.store.Destroy(ctx, ref, seat)
	if err == nil {
		l.mu.Lock()
		l.destroyedBy = seat.Alias
		l.mu.Unlock()
	}
	l.requestResync() // the loop finds the room gone, and ends it
	return err
}
