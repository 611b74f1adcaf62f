package sshapp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/wording"
)

type dropCmd struct {
	For  string `placeholder:"KEY" help:"Only this public key can take it: the key itself, or its SHA256 fingerprint."`
	Wait bool   `help:"Stay until it is taken (status 0) or gone untaken (status 1)."`
	jsonFlag
}

// Run lights the room, puts all of standard input into it, and prints the command that
// takes it. If anything of that fails, the room is gone again.
func (c *dropCmd) Run(ctx context.Context, s *session) error {
	limit := s.app.cfg.Limits.File
	if limit < 0 {
		return failure{wording.ExitRefused, "this server keeps no files"}
	}
	if err := s.notRoom(); err != nil {
		return err
	}
	fingerprint, err := c.fingerprint()
	if err != nil {
		return err
	}
	room, err := s.lightOnly(ctx, s.address)
	switch {
	case errors.Is(err, rooms.ErrBurning):
		return failure{wording.ExitFailed, s.address.Name.String() + " is already burning: a drop needs a room of its own"}
	case err != nil:
		return err
	}
	recipient := ""
	if fingerprint != "" {
		recipient = s.app.cfg.Keys.Secret.Recipient(room.Name.String(), fingerprint)
	}
	bounded, cancel := context.WithTimeoutCause(ctx, room.Left(), rooms.ErrNoRoom)
	defer cancel()
	in, done := s.dropped(bounded, limit)
	drop, err := s.app.cfg.Hub.Drop(bounded, room, s.guest(room.Name), recipient, in, limit)
	done()
	switch {
	case errors.Is(err, rooms.ErrTooLarge):
		return failure{wording.ExitFailed, "that is more than " + wording.Size(limit) + ", the largest file on this server: nothing was dropped"}
	case errors.Is(err, errInterrupted):
		return failure{wording.ExitInterrupted, "nothing was dropped"}
	case errors.Is(err, rooms.ErrNothing):
		return err // no fault of the server's to log
	case err != nil:
		return s.logged(ctx, err)
	}
	ctx = in.untilInterrupted(ctx)
	command := s.share(room.Name) + " take"
	if c.JSON {
		err = record{Type: "drop", Room: room.Name.String(), Command: command, Size: drop.Size}.write(s.stdout())
	} else {
		_, err = fmt.Fprintln(s.stdout(), command)
	}
	if err != nil || !c.Wait {
		return err
	}
	return c.wait(ctx, s, room)
}

// wait waits until the drop was taken, and says by whom.
func (c *dropCmd) wait(ctx context.Context, s *session, room rooms.Room) error {
	taking, err := s.app.cfg.Hub.AwaitTaking(ctx, room)
	switch {
	case errors.Is(err, rooms.ErrNoRoom):
		return failure{wording.ExitFailed, room.Name.String() + " is gone, and nobody took it"}
	case errors.Is(err, errInterrupted):
		return failure{wording.ExitInterrupted, "you left before it was taken: it still waits"}
	case errors.Is(err, sshd.ErrOutputClosed):
		return failure{wording.ExitFailed, "you left before it was taken: it still waits"}
	case err != nil:
		return err
	}
	if c.JSON {
		r := record{Type: "taken", Time: stamp(taking.Time)}
		r.named(taking.By)
		return r.write(s.stdout())
	}
	_, err = fmt.Fprintln(s.stdout(), wording.TakenBy(taking, s.location))
	return err
}

// fingerprint returns the fingerprint of the key that --for names, or "".
func (c *dropCmd) fingerprint() (string, error) {
	if c.For == "" {
		return "", nil
	}
	if sum, ok := strings.CutPrefix(c.For, "SHA256:"); ok {
		if raw, err := base64.RawStdEncoding.DecodeString(sum); err == nil && len(raw) == sha256.Size {
			return c.For, nil
		}
	}
	key, _, _, _, err := gossh.ParseAuthorizedKey([]byte(c.For))
	if err != nil {
		return "", failure{wording.ExitUsage, `--for takes a public key, as in --for "$(cat colleague.pub)", or its SHA256 fingerprint`}
	}
	return keys.Fingerprint(key), nil
}

// dropped returns the bytes to drop: standard input exactly, or a text typed at a
// terminal. The caller calls done after reading it.
func (s *session) dropped(ctx context.Context, limit int64) (in *wholeInput, done func()) {
	if _, _, typed := s.ssh.Pty(); typed {
		return &wholeInput{session: s, ctx: ctx, pieces: s.inputPieces(ctx, s.term.Input(), sshd.MaxRead), typed: true}, func() {}
	}
	return s.wholeInput(ctx), s.term.ExpectInput(limit)
}

// errUnacknowledged says that the client did not confirm that it is there.
var errUnacknowledged = failure{wording.ExitFailed, "your client did not confirm that it has everything, so that was not done"}

// acknowledged waits until the client has read all that was written, for stallLimit at
// most.
func (s *session) acknowledged(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, stallLimit, errUnacknowledged)
	defer cancel()
	return s.term.Acknowledged(ctx)
}
