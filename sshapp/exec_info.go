package sshapp

import (
	"context"
	"errors"
	"fmt"

	"wick/rooms"
	"wick/sshapp/wording"
)

// peek returns a preview of the room of the session's address, without entering it.
func (s *session) peek(ctx context.Context) (preview rooms.Preview, err error) {
	if err := s.checkOneRoom(); err != nil {
		return preview, err
	}
	bounded, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	name := s.address.Name
	err = s.lookUp(func() error {
		var err error
		preview, err = s.app.cfg.Hub.Peek(bounded, name, s.guest(name))
		return err
	})
	if err == nil && preview.Room.Left() == 0 { // this process was suspended meanwhile
		err = rooms.ErrNoRoom
	}
	return preview, s.logged(ctx, err)
}

type whoCmd struct{ jsonFlag }

// Run prints a line for each person in the room, to those who may enter it.
func (c *whoCmd) Run(ctx context.Context, s *session) error {
	preview, err := s.peek(ctx)
	if err != nil {
		return err
	}
	for _, seat := range preview.Roster {
		if preview.Room.Left() == 0 {
			return rooms.ErrNoRoom
		}
		if c.JSON {
			r := record{Type: "person", Away: seat.Away}
			r.named(seat)
			err = r.write(s.stdout())
		} else {
			_, err = fmt.Fprintln(s.stdout(), wording.Listed(seat))
		}
		if err != nil {
			return context.Canceled // the client is gone
		}
	}
	return nil
}

type infoCmd struct{ jsonFlag }

// Run prints the room's countdown, places and lock, to those who may enter it.
func (c *infoCmd) Run(ctx context.Context, s *session) error {
	preview, err := s.peek(ctx)
	if err != nil {
		return s.orTaken(ctx, err)
	}
	room, left := preview.Room, preview.Room.Left()
	if c.JSON {
		return recordOfRoom(preview).write(s.stdout())
	}
	door := "open"
	if room.Locked {
		door = "locked"
	}
	waits := ""
	if room.Drop != nil {
		waits = "Something waits to be taken.\n"
	}
	if room.Files > 0 {
		waits += wording.Count(uint64(room.Files), "file") + ".\n"
	}
	_, err = fmt.Fprintf(s.stdout(), "%s burns for another %s.\n%d of %s taken. Said so far: %d. The room is %s.\n%s",
		room.Name, wording.Spell(left), rooms.SeatsTaken(preview.Roster), wording.Places(room.Seats), preview.Messages, door, waits)
	return err
}

type shareCmd struct{ jsonFlag }

// Run prints the command that others join with, if the room exists.
func (c *shareCmd) Run(ctx context.Context, s *session) error {
	if err := s.checkOneRoom(); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	err := s.lookUp(func() error {
		room, err := s.app.cfg.Hub.Find(bounded, s.address.Name)
		if err == nil && room.Locked {
			err = rooms.ErrLocked // counts as a guess: the answer tells a stranger that the room exists
		}
		return err
	})
	if err != nil && !errors.Is(err, rooms.ErrLocked) {
		return s.logged(ctx, err)
	}
	return c.print(s, s.address.Name)
}

func (c jsonFlag) print(s *session, name rooms.Name) error {
	command := s.share(name)
	if s.host().Name == "" {
		s.warn(wording.HostUnknown)
	}
	if c.JSON {
		return record{Type: "share", Room: name.String(), Command: command}.write(s.stdout())
	}
	_, err := fmt.Fprintln(s.stdout(), command)
	return err
}
