package sshapp

import (
	"context"
	"errors"
	"strings"

	"wick/rooms"
	"wick/sshapp/sshd"
	"wick/sshapp/wording"
)

// light lights the room of an address that gives a countdown.
func (p *plain) light(ctx context.Context) error {
	name := p.address.Name
	if p.address.TTL == 0 {
		lit := p.app.share(p.sess.LocalAddr(), name.String()+"+"+wording.Span(p.cfg.Limits.TTL))
		return failure{wording.ExitNoRoom, name.String() + " is not burning: '" + lit + "' lights it"}
	}
	ctx, cancel := context.WithTimeout(ctx, enterLimit)
	defer cancel()
	_, err := p.app.light(ctx, p.address, &p.cfg)
	if err != nil && !errors.Is(err, rooms.ErrBurning) { // else somebody was faster
		return err
	}
	p.cfg.Member, err = p.app.enter(ctx, p.address, p.source, &p.cfg)
	return err
}

// knock waits at the door of a locked room. It returns neither a member nor an
// error if the person left.
func (p *plain) knock(ctx context.Context) (*rooms.Member, error) {
	guest := p.cfg.Guest(p.cfg.Door)
	p.notice(p.cfg.Door.String() + " is locked. You are knocking: wait until somebody inside lets you in. Ctrl-C leaves.")
	ctx, cancel := context.WithCancel(ctx)
	type answer struct {
		member *rooms.Member
		err    error
	}
	answers := make(chan answer, 1)
	heard, told := make(chan rooms.Seat, 1), ""
	go func() {
		a := answer{err: context.Canceled}
		defer func() { answers <- a }()
		defer sshd.Recover(p.app.cfg.Log, p.term.ID, p.term.Kill)
		a.member, a.err = p.app.cfg.Hub.KnockAndEnter(ctx, p.cfg.Door, guest, func(s rooms.Seat) {
			select {
			case heard <- s:
			default: // an earlier one is not printed yet
			}
		})
	}()
	for {
		if err := p.out.flush(ctx); err != nil {
			cancel()
		}
		input := p.input
		if len(p.waiting) == maxWaiting {
			input = nil
		}
		select {
		case a := <-answers:
			cancel()
			return a.member, a.err
		case seat := <-heard:
			if me := wording.Introduced(seat); me != told {
				told = me
				p.notice("Those inside see you as " + me + ".")
			}
		case in, more := <-input:
			if more && p.echo == nil {
				p.take(in)
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

// leaveDoor takes leave of a person who gave up at a locked room, and returns the
// exit status.
func (p *plain) leaveDoor(ctx context.Context) int {
	text := wording.LeftDoor(p.cfg.Door).Line
	if len(p.waiting) == 0 {
		p.write(text)
		p.out.flush(ctx)
		return 0
	}
	return refuse(p.sess, p.term, wording.ExitFull, text+" Nothing was said")
}
