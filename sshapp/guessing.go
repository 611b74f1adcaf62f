package sshapp

import (
	"context"
	"errors"
	"net/netip"

	"wick/rooms"
)

// Whoever guesses names learns from an attempt to light a room as much as from
// one to enter it. All of them are counted together: see Guards.MaxTries.

// try calls look, which finds out whether a room burns under a name that
// somebody may have guessed. It counts as a guess before look begins, so that
// many at once are not more than the limit, and no longer if look let the
// client in or answered nothing about the name.
func (a *App) try(source netip.Prefix, look func() error) error {
	if !a.tries.spend(source) {
		return tooManyTries
	}
	err := look()
	if !guessed(err) {
		a.tries.refund(source)
	}
	return err
}

// guessed reports whether an attempt to enter that failed with err tells
// whether the room burns, or is an invitation that does not hold.
func guessed(err error) bool {
	for _, telling := range []error{rooms.ErrNoRoom, rooms.ErrSpent, rooms.ErrLocked, rooms.ErrFull, rooms.ErrNetworkFull, rooms.ErrKicked, rooms.ErrBurning} {
		if errors.Is(err, telling) {
			return true
		}
	}
	return false
}

// lightChosen calls light, which lights a room under a name that a person
// chose. That tells whether it burned, whatever comes of it.
func (a *App) lightChosen(source netip.Prefix, light func() error) error {
	if !a.tries.spend(source) {
		return tooManyTries
	}
	err := light()
	if err != nil && !errors.Is(err, rooms.ErrBurning) {
		a.tries.refund(source)
	}
	return err
}

// lightFrom lights a room within what the source may light.
func (a *App) lightFrom(ctx context.Context, source netip.Prefix, l rooms.Lighting) (rooms.Room, error) {
	if !a.lights.spend(source) {
		return rooms.Room{}, tooManyLights
	}
	room, err := a.cfg.Hub.Light(ctx, l)
	if err != nil {
		a.lights.refund(source)
	}
	return room, err
}
