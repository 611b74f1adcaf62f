package sshapp

import (
	"cmp"
	"context"
	"errors"
	"time"

	"wick/rooms"
	"wick/sshapp/ui"
	"wick/sshapp/wording"
)

// enterLimit bounds finding, lighting and entering a room.
const enterLimit = 10 * time.Second

// destination is where an address leads: to a seat in a room, to the door of a
// locked room, or to the lobby if there is neither a member nor a door.
type destination struct {
	member *rooms.Member // the caller has to Leave
	door   rooms.Name    // of the room to knock at
	lobby  ui.Lobby
	notice string // for a member
	read   uint64 // position after the newest event that a member has seen
}

// resolve finds out where the session's address leads. It lights and enters the room
// if need be.
func (s *session) resolve(ctx context.Context) (destination, error) {
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	a := s.address
	dest := destination{lobby: ui.Lobby{TTL: a.TTL, Seats: a.Seats, Join: s.shareAddress("NAME")}}
	if a.NotRoom != nil {
		dest.lobby.Offer = a.otherName(s.ssh.User())
		dest.lobby.Notice = noRoom(a.NotRoom)
		return dest, nil
	}
	name, enter := a.Name, s.enterOrRedeem
	if a.New {
		dest.notice = s.stillBurning(ctx) // before there is one more
		room, err := s.lightAddress(ctx, a)
		if err != nil {
			return destination{}, err
		}
		name, enter = room.Name, s.app.cfg.Hub.Enter
	}
	member, err := enter(ctx, name, s.guest(name))
	switch {
	case errors.Is(err, rooms.ErrLocked):
		dest.door = name
		return dest, nil
	case errors.Is(err, rooms.ErrNoRoom) && !a.New && a.Invitation == "":
		dest.lobby.Notice = name.String() + " is not burning."
		// A name alone may be the login name of somebody who typed none, and of
		// others. With options it was typed.
		if a.TTL == 0 && a.Seats == 0 {
			dest.lobby.Offer = name.String()
		} else {
			dest.lobby.Name = name.String()
		}
		return dest, nil
	case err != nil:
		return destination{}, err
	}
	dest.member = member
	if !a.New && (a.TTL != 0 || a.Seats != 0) {
		dest.notice = wording.AlreadyBurning
	}
	return dest, nil
}

// takeSeat enters the room of the session's address for a command that reads no
// messages.
func (s *session) takeSeat(ctx context.Context) (*rooms.Member, error) {
	guest := s.guest(s.address.Name)
	guest.WriteOnly = true
	return s.takeSeatAs(ctx, guest)
}

// takeSeatAs enters the room of the session's address for a command, which does not
// knock at a locked room.
func (s *session) takeSeatAs(ctx context.Context, guest rooms.Guest) (*rooms.Member, error) {
	if err := s.checkOneRoom(); err != nil {
		return nil, err
	}
	entering, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	member, err := s.enterOrRedeem(entering, s.address.Name, guest)
	return member, s.logged(ctx, err)
}

// noRoom returns a sentence for a person whose address names no room. It repeats nothing
// of it.
func noRoom(why error) string {
	if errors.Is(why, rooms.ErrReservedName) {
		return "That is a login name, not a room."
	}
	return "That is not a room name."
}

// checkOneRoom returns an error unless the session's address names a room.
func (s *session) checkOneRoom() error {
	if s.address.New {
		return failure{wording.ExitUsage, "say which room: connect to ROOM@ this host"}
	}
	return s.notRoom()
}

// enterOrRedeem is enter for a session whose address may have an invitation. The
// token is spent only if the room is locked.
func (s *session) enterOrRedeem(ctx context.Context, name rooms.Name, guest rooms.Guest) (member *rooms.Member, err error) {
	err = s.lookUp(func() error {
		var err error
		member, err = s.enterCounted(ctx, name, guest)
		if errors.Is(err, rooms.ErrLocked) && s.address.Invitation != "" {
			member, err = s.redeem(ctx, name, guest)
		}
		return err
	})
	return member, err
}

// redeem spends the invitation of the session's address and enters.
func (s *session) redeem(ctx context.Context, name rooms.Name, guest rooms.Guest) (*rooms.Member, error) {
	hub := s.app.cfg.Hub
	err := hub.Redeem(ctx, name, s.address.Invitation, guest)
	if err != nil && !errors.Is(err, rooms.ErrUnknown) { // if unknown, Enter finds out
		return nil, err
	}
	return hub.Enter(ctx, name, guest)
}

// lightAddress lights the room of an address, or one with a generated name.
func (s *session) lightAddress(ctx context.Context, a Address) (rooms.Room, error) {
	for {
		name, light := a.Name, s.lightNamed
		if a.New {
			name, light = rooms.NewName(), s.light
		}
		guest := s.guest(name)
		room, err := light(ctx, rooms.Lighting{
			Name:    name,
			TTL:     cmp.Or(a.TTL, s.app.cfg.Limits.TTL),
			Seats:   cmp.Or(a.Seats, s.app.cfg.Limits.Seats),
			History: s.app.cfg.Limits.History,
			Owner:   guest.Identity,
			Key:     guest.Key,
			Source:  guest.Source,
		})
		if !a.New || !errors.Is(err, rooms.ErrBurning) {
			return room, err
		}
	}
}
