package sshapp

import (
	"context"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/wording"
)

// greet prints the lines for a person who has just entered, and the notice if there is
// one.
func (p *plain) greet(notice string) {
	p.announced = p.member.Left()
	state := p.member.State()
	typing := ""
	if p.echo == nil {
		typing = p.plainAddress(state.Room.Name)
	}
	p.notice(p.app.storage.PlainGreeting(state, p.announced, p.share(state.Room.Name), typing))
	if p.location == time.Local {
		times := wording.TimesIn(p.location, time.Now())
		if p.echo != nil { // a pipe has no commands
			times += wording.SetZone
		}
		p.notice(times)
	}
	if p.host().Name == "" {
		p.notice(wording.HostUnknown)
	}
	p.noticeDrop()
	if room := p.member.State().Room; room.Files > 0 {
		list := "/files"
		if p.echo == nil { // a pipe has no commands
			list = p.share(room.Name) + " ls"
		}
		p.notice(wording.FilesHere(room.Files, list))
	}
	p.greetForOperator()
	p.notice(rooms.CleanText(notice))
}

// greetForOperator prints once what the operator has to say. A script is told by about.
func (p *plain) greetForOperator() {
	words := p.operatorsWords()
	if words == "" || p.echo == nil || p.greeted {
		return
	}
	p.greeted = true
	p.notice(wording.OperatorsWords + "\n" + words)
}

// noticeDrop tells once that something waits to be taken.
func (p *plain) noticeDrop() {
	if room := p.member.State().Room; room.Drop != nil && !p.toldDrop {
		p.toldDrop = true
		p.notice(wording.Waiting(*room.Drop, p.share(room.Name)+" take", ""))
	}
}

// printNews prints the events that are new, and sets the timer for the next milestone.
func (p *plain) printNews(ctx context.Context) {
	shorter, me := false, p.member.State().You.ID
	for events := range p.room.unread() {
		var lines []string
		for _, e := range events {
			for _, t := range p.fold.take(e) {
				lines = append(lines, p.itemLines(t))
			}
			shorter = shorter || e.Kind == rooms.Shortened
			if e.Kind == rooms.Message && e.From.ID == me {
				p.unechoed--
			}
		}
		p.write(strings.Join(lines, "\n"))
		if p.out.flush(ctx) != nil {
			return
		}
	}
	p.noticeDrop()
	for _, e := range p.knocks.New(p.member.State()) {
		p.write(p.itemLines(item{event: e}))
	}
	left := p.member.Left()
	if shorter && left > 0 {
		p.notice(wording.Spell(left) + " left.")
		p.announced = left
	}
	p.awaitMilestone(left)
}

// unfold prints the events that were held back.
func (p *plain) unfold() {
	for _, t := range p.fold.flush() {
		p.write(p.itemLines(t))
	}
}

// notice prints a text for this session alone.
func (p *plain) notice(text string) {
	if text != "" {
		p.write(noticeLines(text, p.width()))
	}
}

// write prints lines above the one that is being typed.
func (p *plain) write(text string) {
	if text == "" {
		return
	}
	if !p.utf8 {
		text = cells.ASCII(text)
	}
	var typed string
	if p.echo != nil {
		typed = p.echo.shown(0)
	}
	if typed != "" {
		p.out.WriteString("\n")
	}
	p.out.WriteString(text + "\n" + typed)
}
