package sshapp

import (
	"context"
	"errors"
	"strings"

	"wick/rooms"
	"wick/sshapp/wording"
)

// lightAndEnter lights the room of the address and enters.
func (p *plain) lightAndEnter(ctx context.Context) (*rooms.Member, error) {
	name := p.address.Name
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	_, err := p.lightAddress(ctx, p.address)
	if err != nil && !errors.Is(err, rooms.ErrBurning) { // if burning, somebody was faster
		return nil, err
	}
	return p.enterOrRedeem(ctx, name, p.guest(name))
}

// knock knocks at the door of a locked room and waits to be let in. It returns neither
// a member nor an error if the person gave up.
func (p *plain) knock(ctx context.Context, door rooms.Name) (*rooms.Member, error) {
	guest := p.guest(door)
	p.notice(door.String() + " is locked. You are knocking: wait until somebody inside lets you in. Ctrl-C leaves.")
	ctx, cancel := context.WithCancel(ctx)
	type answer struct {
		member *rooms.Member
		err    error
	}
	answers := make(chan answer, 1)
	seats, introduced := make(chan rooms.Seat, 1), ""
	go func() {
		a := answer{err: context.Canceled}
		defer func() { answers <- a }()
		defer p.term.Recover()
		a.member, a.err = p.app.cfg.Hub.KnockAndEnter(ctx, door, guest, func(s rooms.Seat) {
			select {
			case seats <- s:
			default: // an earlier one is not printed yet
			}
		})
	}()
	for {
		if err := p.out.flush(ctx); err != nil {
			cancel()
		}
		input := p.input
		if len(p.waiting) == maxWaiting || len(p.pending) > maxPending {
			input = nil
		}
		select {
		case a := <-answers:
			cancel()
			return a.member, a.err
		case seat := <-seats:
			if me := wording.Introduced(seat); me != introduced {
				introduced = me
				p.notice("People inside see you as " + me + ".")
			}
		case warning := <-p.idle:
			p.notice(warning)
		case in, more := <-input:
			if more && p.piped() && !p.accept(in) {
				continue
			}
			if more && !strings.ContainsAny(in.text, "\x03\x04") {
				continue // keys before there is a line to type
			}
			cancel()
			if a := <-answers; a.member != nil {
				a.member.Leave()
			}
			return nil, nil
		}
	}
}

// leaveDoor prints the last line for a person who gave up at a locked room, and returns
// the exit status.
func (p *plain) leaveDoor(ctx context.Context, door rooms.Name) int {
	text := wording.LeftDoor(door).Line
	if len(p.waiting) == 0 && !strings.ContainsAny(p.pending, "\r\n") {
		p.write(text)
		p.out.flush(ctx)
		return 0
	}
	return p.refuse(wording.ExitFull, text+" Nothing was said")
}
