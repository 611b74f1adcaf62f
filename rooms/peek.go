package rooms

import (
	"context"
	"slices"
	"strings"
)

// Glimpse is a room as one sees it who looks in without taking a seat.
type Glimpse struct {
	Room     Room
	Roster   []Seat // everybody, by alias
	Messages uint64 // said so far
}

// Peek looks into the room that burns under the name as somebody who may enter
// it. It takes no seat and knocks at no door, so nobody inside hears of it. It
// answers ErrNoRoom, ErrLocked and ErrKicked.
func (h *Hub) Peek(ctx context.Context, name Name, g Guest) (Glimpse, error) {
	if err := h.remind(ctx, name, g.Identity); err != nil {
		return Glimpse{}, err
	}
	room, err := h.store.Find(ctx, name)
	if err != nil {
		return Glimpse{}, err
	}
	open, err := h.store.Knock(ctx, name, h.seatOf(g), false)
	switch {
	case err != nil:
		return Glimpse{}, err
	case !open:
		return Glimpse{}, ErrLocked
	}
	pulse, err := h.store.Beat(ctx, room.Ref, h.node, h.cfg.Lease, Known{})
	if err != nil {
		return Glimpse{}, err
	}
	room.Deadline, room.Locked, room.Clock = pulse.Deadline, pulse.Locked, pulse.Clock
	if pulse.Ends.Before(room.Ends) {
		room.Ends = pulse.Ends
	}
	return Glimpse{room, byAlias(pulse.Roster), pulse.Seq}, nil
}

// remind keeps out whom this process knows to be kept out, though the store may
// have lost it: see live.seat.
func (h *Hub) remind(ctx context.Context, name Name, identity string) error {
	h.mu.Lock()
	l := h.rooms[name]
	h.mu.Unlock()
	switch {
	case l == nil:
		return nil
	case l.shownOut(identity):
		return ErrKicked
	}
	return l.relock(ctx)
}

func byAlias(roster []Seat) []Seat {
	slices.SortFunc(roster, func(a, b Seat) int { return strings.Compare(a.Alias, b.Alias) })
	return roster
}
