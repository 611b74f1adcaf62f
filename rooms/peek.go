package rooms

import (
	"context"
	"slices"
	"strings"
)

// Preview is a room as seen from outside, without a seat.
type Preview struct {
	Room     Room
	Roster   []Seat // everybody, by alias
	Messages uint64 // said so far
}

// Peek returns what a guest who may enter the room sees of it without entering.
// It takes no seat and does not knock, so nobody inside hears of it. It returns
// ErrNoRoom, ErrLocked and ErrKicked.
func (h *Hub) Peek(ctx context.Context, name Name, g Guest) (Preview, error) {
	if err := h.checkLive(ctx, name, g.Identity); err != nil {
		return Preview{}, err
	}
	room, err := h.store.Find(ctx, name)
	if err != nil {
		return Preview{}, err
	}
	open, err := h.store.Knock(ctx, name, h.newSeat(g), false)
	switch {
	case err != nil:
		return Preview{}, err
	case !open:
		return Preview{}, ErrLocked
	}
	pulse, err := h.store.Beat(ctx, room.Ref, h.node, h.cfg.Lease, Known{})
	if err != nil {
		return Preview{}, err
	}
	room.Deadline, room.Locked, room.Clock = pulse.Deadline, pulse.Locked, pulse.Clock
	if pulse.Ends.Before(room.Ends) {
		room.Ends = pulse.Ends
	}
	if l := h.live(name); l != nil { // the store may have lost a kick
		pulse.Roster = slices.DeleteFunc(pulse.Roster, func(s Seat) bool { return l.kicked(s.Identity) })
	}
	slices.SortFunc(pulse.Roster, func(a, b Seat) int { return strings.Compare(a.Alias, b.Alias) })
	return Preview{room, pulse.Roster, pulse.Seq}, nil
}

// checkLive returns ErrKicked if the live room of that name knows that the
// identity was shown out, and restores the lock that it knows: the store may have
// lost either.
func (h *Hub) checkLive(ctx context.Context, name Name, identity string) error {
	l := h.live(name)
	switch {
	case l == nil:
		return nil
	case l.kicked(identity):
		return ErrKicked
	}
	return l.restoreLock(ctx)
}

// live returns the live room of that name, or nil.
func (h *Hub) live(name Name) *liveRoom {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[name]
}
