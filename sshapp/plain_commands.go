package sshapp

import (
	"strings"
	"time"

	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// question is asked before an action; the next line is the reply.
type question struct {
	slash.Question
	action slash.Action
}

// actionDone is the result of an action.
type actionDone struct {
	reply   slash.Reply
	err     error
	crashed bool // it panicked
}

// tooSoon reports whether a command has to wait. If so, it sets paused, after which the
// command is tried again.
func (p *plain) tooSoon() bool {
	r := p.commands.Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
		p.paused = time.After(wait)
	}
	return wait > 0
}

// command runs a command, or handles the reply to a question. It returns an outcome if
// the session ends.
func (p *plain) command(line string) *wording.Outcome {
	if q := p.question; q != nil {
		p.question = nil
		if reply := strings.TrimSpace(line); strings.EqualFold(reply, "y") || strings.EqualFold(reply, "yes") {
			p.start(q.action)
		} else {
			p.refused()
			p.notice(q.Declined)
		}
		return nil
	}
	r := slash.Run(line, slash.Room{
		Face: slash.Lines, Member: p.member, State: p.member.State(),
		Storage: p.app.storage, Share: p.share, Invite: p.invite, Link: p.link, Hostless: p.host().Name == "",
		Zone: p.location,
	})
	if r.Zone != nil {
		p.location = r.Zone
	}
	switch {
	case r.Problem != "":
		p.refused()
		p.notice(r.Problem)
	case r.Leave:
		out := p.leave()
		return &out
	case r.Question != nil:
		p.question = &question{*r.Question, r.Action}
		p.notice(r.Question.Why)
		p.notice(r.Question.Text)
	case r.Action != nil:
		p.start(r.Action)
	default:
		p.reply(r.Reply)
	}
	return nil
}

// start runs an action on a goroutine that ends with p.work at the latest. runRoom waits
// for it.
func (p *plain) start(action slash.Action) {
	p.acting = true
	go func() {
		var d actionDone
		defer func() {
			if value := recover(); value != nil {
				p.logPanic(value)
				d = actionDone{crashed: true}
			}
			p.done <- d
		}()
		d.reply, d.err = action(p.work)
	}()
}

// afterAction handles the result of an action.
func (p *plain) afterAction(d actionDone) {
	p.acting, p.leaving = false, nil
	if d.err != nil {
		p.refused()
		p.notice(wording.Sentence(d.err))
		return
	}
	p.reply(d.reply)
}

// reply prints what a command replied.
func (p *plain) reply(r slash.Reply) {
	p.notice(r.Copy)
	p.notice(r.Text)
}
