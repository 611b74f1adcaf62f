package sshapp

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

type lightCmd struct {
	TTL   countdownFlag `name:"ttl" placeholder:"10m" help:"Countdown, such as 90s, 30m or 2h."`
	Seats int           `placeholder:"16" help:"Places."`
	jsonFlag
}

// Run lights the room without entering it.
func (c *lightCmd) Run(ctx context.Context, s *session) error {
	if err := s.notRoom(); err != nil {
		return err
	}
	address := s.address
	if c.TTL != 0 {
		address.TTL = time.Duration(c.TTL)
	}
	switch {
	case c.Seats < 0:
		return failure{wording.ExitUsage, "a room has at least one place"}
	case c.Seats > 0:
		address.Seats = c.Seats
	}
	if err := s.app.checkOptions(address); err != nil {
		return failure{wording.ExitUsage, err.Error()}
	}
	room, err := s.lightOnly(ctx, address)
	switch {
	case errors.Is(err, rooms.ErrBurning):
		return failure{wording.ExitFailed, s.address.Name.String() + " is already burning: its countdown and places stay as they are"}
	case err != nil:
		return err
	}
	if s.ssh.PublicKey() == nil {
		s.warn(wording.NoKeyToLock)
	}
	return c.print(s, room.Name)
}

// lightOnly lights the room of an address for a command.
func (s *session) lightOnly(ctx context.Context, address Address) (rooms.Room, error) {
	lighting, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	room, err := s.lightAddress(lighting, address)
	if errors.Is(err, rooms.ErrBurning) {
		return room, err
	}
	return room, s.logged(ctx, err)
}
