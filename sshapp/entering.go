package sshapp

import (
	"context"
	"errors"
	"net/netip"

	"wick/rooms"
)

// enterFrom enters a room within how often the source may: whoever enters with
// one new key after the other finds one whose tag is that of somebody inside. Who
// finds the room locked knocks with that key, so it counts, too.
func (a *App) enterFrom(ctx context.Context, source netip.Prefix, n rooms.Name, g rooms.Guest) (*rooms.Member, error) {
	if !a.visits.spend(source) {
		return nil, tooManyVisits
	}
	m, err := a.cfg.Hub.Enter(ctx, n, g)
	switch {
	case errors.Is(err, rooms.ErrTooFast):
		return nil, tooManyEntries // of this room; it counts
	case err != nil && !errors.Is(err, rooms.ErrLocked):
		a.visits.refund(source)
	}
	return m, err
}
