package sshapp

import (
	"context"
	"errors"
	"io"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

type takeCmd struct{}

// Run prints the room's drop. It is taken once the client has read it all.
func (c *takeCmd) Run(ctx context.Context, s *session) error {
	s.ignoreInput()
	err := s.takeDrop(ctx)
	switch {
	case errors.Is(err, rooms.ErrNoRoom):
		return s.orTaken(ctx, err)
	case errors.Is(err, rooms.ErrNotForYou):
		return failure{wording.ExitRefused, "this is for another key: ssh -i KEYFILE -o IdentitiesOnly=yes offers one alone"}
	case errors.Is(err, rooms.ErrUnknown):
		return failure{wording.ExitFailed, "the server's store did not confirm that it was taken: it may still be there"}
	case ctx.Err() != nil && err != nil:
		return failure{wording.ExitFailed, "the transfer broke off: it was not taken"}
	}
	return err
}

// takeDrop takes the drop from a seat of its own. Whoever it is not for takes no seat.
func (s *session) takeDrop(ctx context.Context) error {
	preview, err := s.peek(ctx)
	switch {
	case errors.Is(err, rooms.ErrLocked) && s.address.Invitation != "":
	case err != nil:
		return err
	case preview.Room.Drop == nil:
		return rooms.ErrNoDrop
	case !preview.Room.Drop.IsFor(s.guest(s.address.Name)):
		return rooms.ErrNotForYou
	}
	m, err := s.takeSeat(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	return m.Take(ctx, func(ctx context.Context, d rooms.Drop, all rooms.Chunks) error {
		return s.send(ctx, d.Size, all, "take")
	})
}

// send writes all chunks to standard output: exactly or, at a terminal, if they are a
// text. command is what to redirect if they are not.
func (s *session) send(ctx context.Context, size int64, all rooms.Chunks, command string) error {
	if _, _, hasPty := s.ssh.Pty(); hasPty {
		return s.sendText(ctx, size, all, command)
	}
	return s.sendExactly(ctx, all)
}

// orTaken returns err, or when the drop of the room was taken if that is why there is no
// such room.
func (s *session) orTaken(ctx context.Context, err error) error {
	if !errors.Is(err, rooms.ErrNoRoom) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	taking, lookErr := s.app.cfg.Hub.Taking(ctx, s.address.Name)
	if lookErr != nil {
		return err
	}
	return failure{wording.ExitNoRoom, wording.TakenAlready(taking, s.location)}
}

// sendExactly writes all chunks to standard output, and returns once the client has read
// them. A client that takes nothing for stallLimit is cut.
func (s *session) sendExactly(ctx context.Context, all rooms.Chunks) error {
	stalled := time.AfterFunc(stallLimit, s.term.KillStalled)
	defer stalled.Stop()
	defer context.AfterFunc(ctx, func() { stalled.Reset(refuseLimit) })()
	for chunk, err := range all {
		if err != nil {
			return err
		}
		if _, err := s.term.Output().Write(chunk); err != nil {
			return err
		}
		stalled.Reset(stallLimit)
	}
	stalled.Stop()
	return s.acknowledged(ctx)
}

// sendText writes a text to a terminal, made safe for that.
func (s *session) sendText(ctx context.Context, size int64, all rooms.Chunks, command string) error {
	text, err := all.Text(size)
	if errors.Is(err, rooms.ErrNotText) {
		return failure{wording.ExitUsage, "this is not text for a terminal, so it was not printed: " + s.share(s.address.Name) + " " + command + " >FILE"}
	}
	if err != nil {
		return err
	}
	if _, err := io.WriteString(s.stdout(), text.Clean()+"\n"); err != nil {
		return err
	}
	return s.acknowledged(ctx)
}
