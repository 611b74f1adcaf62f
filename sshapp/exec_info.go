package sshapp

import (
	"context"
	"errors"
	"fmt"

	"wick/rooms"
	"wick/sshapp/wording"
)

// peek returns what is known of the room of the address, without entering it.
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
	if err == nil && seen.Room.Left() == 0 { // this process was suspended meanwhile
		err = rooms.ErrNoRoom
	}
	return seen, v.noted(ctx, err)
}

type whoCmd struct{ jsonFlag }

// Run prints a line for each person in the room, to those who may enter it.
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
			_, err = fmt.Fprintln(v.stdout(), wording.Listed(s))
		}
		if err != nil {
			return context.Canceled // the client is gone
		}
	}
	return nil
}

type infoCmd struct{ jsonFlag }

// Run prints the room's countdown, places and lock, to those who may enter it.
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
		room.Name, wording.Spell(left), len(seen.Roster), wording.Places(room.Seats), seen.Messages, door)
	return err
}

type shareCmd struct{ jsonFlag }

// Run prints the command that others join with, if the room exists.
func (c *shareCmd) Run(ctx context.Context, v *visit) error {
	if err := v.room(); err != nil {
		return err
	}
	looking, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	err := v.app.try(v.source, func() error {
		room, err := v.app.cfg.Hub.Find(looking, v.address.Name)
		if err == nil && room.Locked {
			err = rooms.ErrLocked // counts as a guess: the answer tells a stranger that the room exists
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
