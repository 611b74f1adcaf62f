package sshapp

import (
	"context"
	"errors"
	"net/netip"

	"wick/rooms"
)

// An attempt to light a room tells somebody who guesses names as much as an attempt
// to enter it. Both take from one quota: see Quotas.Tries.

// try calls look, which finds out whether a room burns under a name that may be
// guessed. The guess is counted before look begins, so that many at once do not exceed
// the quota. It is refunded if look let the client in or told nothing about the name.
func (a *App) try(source netip.Prefix, look func() error) error {
	if !a.lookupQuota.Take(source) {
		return tooManyTries
	}
	err := look()
	if !guessed(err) {
		a.lookupQuota.Refund(source)
	}
	return err
}

// guessed reports whether the error of an attempt to enter reveals that the room burns
// or does not, or that an invitation is not valid.
func guessed(err error) bool {
	for _, telling := range []error{rooms.ErrNoRoom, rooms.ErrSpent, rooms.ErrLocked, rooms.ErrFull, rooms.ErrNetworkFull, rooms.ErrKicked, rooms.ErrBurning} {
		if errors.Is(err, telling) {
			return true
		}
	}
	return false
}

// lightChosen calls light, which lights a room under a name that a person chose. Its
// success reveals that the room did not burn, and ErrBurning that it did.
func (a *App) lightChosen(source netip.Prefix, light func() error) error {
	if !a.lookupQuota.Take(source) {
		return tooManyTries
	}
	err := light()
	if err != nil && !errors.Is(err, rooms.ErrBurning) {
		a.lookupQuota.Refund(source)
	}
	return err
}

// lightFrom lights a room within the quota of the source.
func (a *App) lightFrom(ctx context.Context, source netip.Prefix, l rooms.Lighting) (rooms.Room, error) {
	if !a.createQuota.Take(source) {
		return rooms.Room{}, tooManyLights
	}
	room, err := a.cfg.Hub.Light(ctx, l)
	if err != nil {
		a.createQuota.Refund(source)
	}
	return room, err
}
