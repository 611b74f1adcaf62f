package rooms

import (
	"context"
	"errors"
	"time"
)

// Knock asks those in a locked room to be let in, and waits until one of them
// decides, or ctx ends. Without an error the guest may Enter. It returns
// ErrDenied, ErrKicked, and ErrNoRoom if the room ends meanwhile.
//
// Only so many of one network knock at a time; others wait for their turn, and
// those inside do not hear of them.
//
// If heard is not nil, it is called each time that those inside hear of the
// knock, with the seat as they see it. It must not block.
func (h *Hub) Knock(ctx context.Context, name Name, g Guest, heard func(Seat)) error {
	feed, err := h.store.Watch(ctx, name)
	if err != nil {
		return err
	}
	defer feed.Close()
	feed.Only(Knocked, Admitted, Denied, Unlocked, Destroyed)
	seat := h.newSeat(g)
	k := &knocker{source: seat.source()}
	defer h.knockQueues.leave(name, k)
	var asked time.Time
	for answer := doorChanged; ; {
		ring := h.knockQueues.mayKnock(name, k)
		if ring || answer == doorChanged || time.Since(asked) >= silentKnockEvery {
			asked = time.Now()
			open, err := h.store.Knock(ctx, name, seat, ring)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil && open:
				return nil
			case err != nil && !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrUnknown):
				return err
			}
		}
		if answer, err = awaitAnswer(ctx, feed, seat, heard); answer == doorDecided {
			return err
		}
	}
}

// KnockAndEnter waits at the door of a locked room until the guest is let in, and
// takes a seat. It returns the errors of Knock and of Enter except ErrLocked.
func (h *Hub) KnockAndEnter(ctx context.Context, name Name, g Guest, heard func(Seat)) (*Member, error) {
	for {
		if err := h.Knock(ctx, name, g, heard); err != nil {
			return nil, err
		}
		m, err := h.Enter(ctx, name, g)
		if !errors.Is(err, ErrLocked) { // otherwise it was locked again meanwhile
			return m, err
		}
	}
}

// Redeem lets the guest into a locked room by an invitation. It returns ErrSpent, and
// ErrNoRoom.
func (h *Hub) Redeem(ctx context.Context, name Name, token string, g Guest) error {
	return h.store.Redeem(ctx, name, token, g.Identity)
}

// doorAnswer is what somebody at a door heard.
type doorAnswer uint8

const (
	doorSilent  doorAnswer = iota // nothing within knockEvery
	doorChanged                   // it may be open, or the room gone: the store knows
	doorDecided
)

// awaitAnswer waits at the door for a decision, at most knockEvery. The error goes
// with doorDecided; nil means that the guest is let in.
func awaitAnswer(ctx context.Context, feed *Feed, seat Seat, heard func(Seat)) (doorAnswer, error) {
	again := time.NewTimer(knockEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return doorDecided, ctx.Err()
		case <-again.C:
			return doorSilent, nil
		case <-feed.Ready():
		}
		events, gap := feed.Take()
		for _, e := range events {
			switch e.Kind {
			case Unlocked, Destroyed:
				return doorChanged, nil
			case Knocked:
				if e.From.ID == seat.ID && heard != nil {
					heard(e.From)
				}
			case Admitted:
				if e.From.Identity == seat.Identity {
					return doorDecided, nil
				}
			case Denied:
				if e.From.ID == seat.ID {
					return doorDecided, ErrDenied
				}
			}
		}
		if gap {
			return doorChanged, nil
		}
	}
}
