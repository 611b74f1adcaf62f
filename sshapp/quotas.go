package sshapp

import (
	"context"
	"errors"
	"slices"

	"wick/rooms"
	"wick/sshapp/wording"
)

// The errors for a source that does something too often; errEnteredTooOften also for a
// person in one room.
const (
	errTooManyLights   = wording.Refusal("too many rooms were lit from your address: wait a minute")
	errTooManyTries    = wording.Refusal("too many names were tried from your address: wait a minute")
	errTooManyEntries  = wording.Refusal("rooms were entered too often from your address: wait a minute")
	errEnteredTooOften = wording.Refusal("this room was entered too often by you or from your address: wait a few seconds")
)

// An attempt to light a room tells somebody who guesses names as much as an attempt
// to enter it. Both take from one quota: see Quotas.Tries.

// lookUp calls look, which finds out whether a room burns under a name that may be
// guessed. The guess is counted before look begins, so that many at once do not exceed
// the quota. It is refunded if look let the client in or revealed nothing about the
// name.
func (s *session) lookUp(look func() error) error {
	if !s.app.lookupQuota.Take(s.source) {
		return errTooManyTries
	}
	err := look()
	if !revealsRoom(err) {
		s.app.lookupQuota.Refund(s.source)
	}
	return err
}

// revealsRoom reports whether the error of an attempt to enter reveals that the room
// burns or does not, or that an invitation is not valid.
func revealsRoom(err error) bool {
	revealing := []error{rooms.ErrNoRoom, rooms.ErrSpent, rooms.ErrLocked, rooms.ErrFull, rooms.ErrNetworkFull, rooms.ErrKicked, rooms.ErrBurning}
	return slices.ContainsFunc(revealing, func(target error) bool { return errors.Is(err, target) })
}

// lightNamed lights a room under a name that a person chose. Its success reveals that
// the room did not burn, and ErrBurning that it did.
func (s *session) lightNamed(ctx context.Context, l rooms.Lighting) (rooms.Room, error) {
	if !s.app.lookupQuota.Take(s.source) {
		return rooms.Room{}, errTooManyTries
	}
	room, err := s.light(ctx, l)
	if err != nil && !errors.Is(err, rooms.ErrBurning) {
		s.app.lookupQuota.Refund(s.source)
	}
	return room, err
}

// light lights a room under a generated name.
func (s *session) light(ctx context.Context, l rooms.Lighting) (rooms.Room, error) {
	if s.app.fleet.Closed() {
		return rooms.Room{}, errLightsNoRooms
	}
	if !s.app.createQuota.Take(s.source) {
		return rooms.Room{}, errTooManyLights
	}
	room, err := s.app.cfg.Hub.Light(ctx, l)
	if err != nil {
		s.app.createQuota.Refund(s.source)
	}
	return room, err
}

// enter enters a room under a name that may be guessed.
func (s *session) enter(ctx context.Context, name rooms.Name, guest rooms.Guest) (m *rooms.Member, err error) {
	err = s.lookUp(func() error {
		m, err = s.enterCounted(ctx, name, guest)
		return err
	})
	return m, err
}

// enterCounted enters a room within the quota of entries. Without a quota, somebody
// who enters with one new key after another would find a key with the tag of a
// member. An attempt at a locked room knocks with the key, so it counts as well.
func (s *session) enterCounted(ctx context.Context, name rooms.Name, guest rooms.Guest) (*rooms.Member, error) {
	if !s.app.enterQuota.Take(s.source) {
		return nil, errTooManyEntries
	}
	m, err := s.app.cfg.Hub.Enter(ctx, name, guest)
	switch {
	case errors.Is(err, rooms.ErrTooFast):
		return nil, errEnteredTooOften // not refunded
	case err != nil && !errors.Is(err, rooms.ErrLocked):
		s.app.enterQuota.Refund(s.source)
	}
	return m, err
}
