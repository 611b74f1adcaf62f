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
// it, and takes no seat where it need not: the guest of a locked room sits down
// for a moment, for that is how the store tells who is let in. It answers
// ErrNoRoom, ErrLocked, ErrKicked, and for a locked room the errors of Enter.
func (h *Hub) Peek(ctx context.Context, name Name, g Guest) (Glimpse, error) {
	room, err := h.store.Find(ctx, name)
	if err != nil {
		return Glimpse{}, err
	}
	if room.Locked {
		return h.peekInside(ctx, name, g)
	}
	// An open door is no reason to knock, so nobody hears of this; but it
	// tells who was shown out.
	open, err := h.store.Knock(ctx, name, h.seatOf(g))
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

func (h *Hub) peekInside(ctx context.Context, name Name, g Guest) (Glimpse, error) {
	m, err := h.Enter(ctx, name, g)
	if err != nil {
		return Glimpse{}, err
	}
	defer m.Leave()
	s := m.State()
	others := slices.DeleteFunc(slices.Clone(s.Roster), func(seat Seat) bool { return seat.ID == s.You.ID })
	return Glimpse{s.Room, byAlias(others), s.Messages}, nil
}

func byAlias(roster []Seat) []Seat {
	slices.SortFunc(roster, func(a, b Seat) int { return strings.Compare(a.Alias, b.Alias) })
	return roster
}
