package sshapp

import (
	"time"

	"wick/sshapp/wording"
)

// The end of a room is told this long before it comes.
var milestones = []time.Duration{
	12 * time.Hour, 6 * time.Hour, 3 * time.Hour, 2 * time.Hour, time.Hour, 30 * time.Minute, 10 * time.Minute,
	5 * time.Minute, 2 * time.Minute, time.Minute, 30 * time.Second, 10 * time.Second,
}

// await sets the timer for the next milestone that was not told yet.
func (p *plain) await(left time.Duration) {
	for _, m := range milestones {
		if m < left && m < p.told {
			p.nearing.Reset(left - m)
			return
		}
	}
	p.nearing.Stop()
}

// near tells that a milestone is reached, if it is: what is left may have been
// set right meanwhile.
func (p *plain) near() {
	left, reached := p.member.Left(), false
	for _, m := range milestones {
		if m < p.told && m >= left {
			p.told, reached = m, true
		}
	}
	if reached && left > 0 {
		p.notice(wording.Spell(p.told) + " left.")
	}
}
