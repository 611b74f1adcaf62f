package sshapp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"wick/sshapp/wording"
)

// leftLobby is the error of a person who chose no room.
type leftLobby struct{ wording.Outcome }

func (l leftLobby) Error() string { return l.Line }

// arrive finds out where the session's address leads, and lights and enters the room if
// need be. If there is no room, a person at a terminal is asked for one.
func (p *plain) arrive(ctx context.Context) (destination, error) {
	for first := true; ; first = false {
		dest, err := p.tryAddress(ctx)
		why, noRoom := errors.AsType[failure](err)
		if !noRoom || p.echo == nil {
			return dest, err
		}
		if first {
			p.notice(wording.About + " " + wording.Readers)
			p.greetForOperator()
			p.notice(p.stillBurning(ctx))
		}
		if err := p.askAddress(ctx, why); err != nil {
			return destination{}, err
		}
	}
}

// tryAddress is resolve, but lights the room if the address gives a countdown. A failure
// says why there is no room.
func (p *plain) tryAddress(ctx context.Context) (destination, error) {
	if err := p.notRoom(); err != nil {
		return destination{}, err
	}
	dest, err := p.resolve(ctx)
	if err != nil || dest.member != nil || !dest.door.IsZero() {
		return dest, err
	}
	if p.address.TTL == 0 {
		name := p.address.Name.String()
		command := p.shareAddress(name + "+" + wording.Span(p.app.cfg.Limits.TTL))
		return destination{}, failure{wording.ExitNoRoom, name + " is not burning: '" + command + "' lights it"}
	}
	dest.member, err = p.lightAndEnter(ctx)
	return dest, err
}

// askAddress asks for an address, and makes it the session's. The error is leftLobby if
// the person leaves, and why if the input turns out to be a pipe.
func (p *plain) askAddress(ctx context.Context, why failure) error {
	about, example := p.address.Name.String()+" is not burning.", p.address.Name.String()
	if p.address.NotRoom != nil {
		about, example = noRoom(p.address.NotRoom), "NAME"
	}
	p.notice(fmt.Sprintf("%s Enter lights a room with a name that nobody can guess. To join a room, type its name; to light one, %s+%s. Ctrl-C leaves.",
		about, example, wording.Span(p.app.cfg.Limits.TTL)))
	for {
		line, err := p.readLine(ctx)
		switch {
		case err != nil:
			return err
		case p.piped():
			return why
		}
		address := Address{New: true}
		if line = strings.TrimSpace(line); line != "" {
			address, err = ParseAddress(line)
		}
		if err == nil {
			err = cmp.Or(address.NotRoom, p.app.checkOptions(address))
		}
		if err == nil {
			p.address = address
			return nil
		}
		p.notice(wording.Sentence(wording.Refusal(err.Error())))
	}
}

// readLine reads a line from the terminal. The error is leftLobby if the person leaves.
func (p *plain) readLine(ctx context.Context) (string, error) {
	for {
		for p.pending != "" {
			rest, echo, what := p.echo.press(p.pending, max(p.width(), 1))
			p.pending = rest
			p.out.WriteString(echo)
			switch what {
			case keyEntered, keyPasted:
				return p.echo.clear(), nil
			case keyEOF:
				return "", leftLobby{wording.NothingLit(0)}
			}
		}
		if err := p.out.flush(ctx); err != nil {
			return "", err
		}
		select {
		case in, more := <-p.input:
			before, after, interrupted := strings.Cut(in.text, string(rune(ctrlC)))
			switch {
			case !more:
				return "", leftLobby{wording.NothingLit(wording.ExitNoRoom)}
			case interrupted && before == "" && p.echo.text == "":
				return "", leftLobby{wording.NothingLit(0)}
			case interrupted:
				p.out.WriteString(p.echo.drop(max(p.width(), 1)))
				p.pending = after
			default:
				p.pending = in.text
			}
		case warning := <-p.idle:
			p.notice(warning)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}
