package sshapp

import (
	"context"
	"errors"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

type lightCmd struct {
	TTL   duration `name:"ttl" placeholder:"10m" help:"Countdown, such as 90s, 30m or 2h."`
	Seats int      `placeholder:"16" help:"Places."`
	jsonFlag
}

// Run lights the room, without entering it.
func (c *lightCmd) Run(ctx context.Context, v *visit) error {
	if v.address.Reserved {
		return errReserved
	}
	wish := v.address
	if c.TTL != 0 {
		wish.TTL = time.Duration(c.TTL)
	}
	switch {
	case c.Seats < 0:
		return failure{wording.ExitUsage, "a room has at least one place"}
	case c.Seats > 0:
		wish.Seats = c.Seats
	}
	if err := v.app.allowed(wish); err != nil {
		return failure{wording.ExitUsage, err.Error()}
	}
	lighting, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	room, err := v.app.light(lighting, wish, &v.cfg)
	switch {
	case errors.Is(err, rooms.ErrBurning):
		return failure{wording.ExitFailed, v.address.Name.String() + " is already burning: its countdown and places stay as they are"}
	case err != nil:
		return v.noted(ctx, err)
	}
	return c.print(v, room.Name)
}
