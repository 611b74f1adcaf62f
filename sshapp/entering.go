package sshapp

import (
	"context"
	"errors"
	"net/netip"

	"wick/rooms"
)

// enterFrom enters a room within the quota of the source. Without one, somebody who
// enters with one new key after another would find a key with the tag of a member.
// An attempt at a locked room knocks with the key, so it counts, too.
func (a *App) enterFrom(ctx context.Context, source netip.Prefix, n rooms.Name, g rooms.Guest) (*rooms.Member, error) {
	if !a.enterQuota.Take(source) {
		return nil, tooManyVisits
	}
	m, err := a.cfg.Hub.Enter(ctx, n, g)
	switch {
	case errors.Is(err, rooms.ErrTooFast):
		return nil, tooManyEntries // of this room; it is not refunded
	case err != nil && !errors.Is(err, rooms.ErrLocked):
		a.enterQuota.Refund(source)
	}
	return m, err
}
