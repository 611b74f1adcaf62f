package sshapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wick/rooms"
	"wick/sshapp/ui"
)

// peek looks into the room of the address.
func (v *visit) peek(ctx context.Context) (seen rooms.Preview, err error) {
	if err := v.room(); err != nil {
		return seen, err
	}
	looking, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	name := v.address.Name
	err = v.app.try(v.source, func() error {
		var err error
		seen, err = v.app.cfg.Hub.Peek(looking, name, v.cfg.Guest(name))
		return err
	})
	if err == nil && seen.Room.Left() == 0 { // this process stood still meanwhile
		err = rooms.ErrNoRoom
	}
	return seen, v.noted(ctx, err)
}

type whoCmd struct{ jsonFlag }

// Run prints a line for everybody. Only who may enter is told.
func (c *whoCmd) Run(ctx context.Context, v *visit) error {
	seen, err := v.peek(ctx)
	if err != nil {
		return err
	}
	for _, s := range seen.Roster {
		if seen.Room.Left() == 0 {
			return rooms.ErrNoRoom
		}
		if c.JSON {
			r := record{Type: "person", Away: s.Away}
			r.named(s)
			err = r.write(v.stdout())
		} else {
			_, err = fmt.Fprintln(v.stdout(), ui.Introduced(s))
		}
		if err != nil {
			return context.Canceled // the client is gone
		}
	}
	return nil
}

type infoCmd struct{ jsonFlag }

// Run prints what is known of the room. Only who may enter is told.
func (c *infoCmd) Run(ctx context.Context, v *visit) error {
	seen, err := v.peek(ctx)
	if err != nil {
		return err
	}
	room, left := seen.Room, seen.Room.Left()
	if c.JSON {
		return recordOfRoom(seen).write(v.stdout())
	}
	door := "open"
	if room.Locked {
		door = "locked"
	}
	_, err = fmt.Fprintf(v.stdout(), "%s burns for another %s.\n%d of %s taken. Said so far: %d. The room is %s.\n",
		room.Name, ui.Spell(left), len(seen.Roster), ui.Places(room.Seats), seen.Messages, door)
	return err
}

type shareCmd struct{ jsonFlag }

// Run prints the command that others join with, if the room burns.
func (c *shareCmd) Run(ctx context.Context, v *visit) error {
	if err := v.room(); err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	err := v.app.try(v.source, func() error {
		room, err := v.app.cfg.Hub.Find(looking, v.address.Name)
		if err == nil && room.Locked {
			err = rooms.ErrLocked // a guess, for it tells a stranger that the room burns
		}
		return err
	})
	if err != nil && !errors.Is(err, rooms.ErrLocked) {
		return v.noted(ctx, err)
	}
	return c.print(v, v.address.Name)
}

func (c jsonFlag) print(v *visit, name rooms.Name) error {
	command := v.cfg.Share(name)
	if c.JSON {
		return record{Type: "share", Room: name.String(), Command: command}.write(v.stdout())
	}
	_, err := fmt.Fprintln(v.stdout(), command)
	return err
}

type lightCmd struct {
	TTL   duration `name:"ttl" placeholder:"10m" help:"Countdown, such as 90s, 30m or 2h."`
	Seats int      `placeholder:"16" help:"Places."`
	jsonFlag
}

// Run lights the room. Nobody is in it then.
func (c *lightCmd) Run(ctx context.Context, v *visit) error {
	if v.address.Reserved {
		return failure{exitUsage, "that is a login name, not a room: connect to ROOM@ or " + NewWord + "@ this host"}
	}
	wish := v.address
	if c.TTL != 0 {
		wish.TTL = time.Duration(c.TTL)
	}
	switch {
	case c.Seats < 0:
		return failure{exitUsage, "a room has one place at least"}
	case c.Seats > 0:
		wish.Seats = c.Seats
	}
	if err := v.app.allowed(wish); err != nil {
		return failure{exitUsage, err.Error()}
	}
	lighting, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	room, err := v.app.light(lighting, wish, &v.cfg)
	switch {
	case errors.Is(err, rooms.ErrBurning):
		return failure{exitFailed, v.address.Name.String() + " burns already: its countdown and places stay as they are"}
	case err != nil:
		return v.noted(ctx, err)
	}
	return c.print(v, room.Name)
}

type destroyCmd struct {
	Yes bool `help:"Do it: nothing brings the room back."`
	jsonFlag
}

// Run wipes the room, as any member may, and says what went.
func (c *destroyCmd) Run(ctx context.Context, v *visit) error {
	if !c.Yes {
		return failure{exitUsage, "this wipes the room for everybody: say destroy --yes"}
	}
	m, err := v.sitToWrite(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	if err := m.Destroy(ctx); err != nil {
		return err
	}
	for {
		if last, over := v.cfg.Ended(m.State()); over {
			if c.JSON {
				return recordOfEnd(*m.State().End).write(v.stdout())
			}
			_, err := fmt.Fprintln(v.stdout(), last.Line)
			return err
		}
		select {
		case <-m.News():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
