package sshapp

import (
	"time"

	"wick/sshapp/wording"
)

// milestones are the times left at which a room's end is announced.
var milestones = []time.Duration{
	12 * time.Hour, 6 * time.Hour, 3 * time.Hour, 2 * time.Hour, time.Hour, 30 * time.Minute, 10 * time.Minute,
	5 * time.Minute, 2 * time.Minute, time.Minute, 30 * time.Second, 10 * time.Second,
}

// awaitMilestone sets the timer for the next milestone.
func (p *plain) awaitMilestone(left time.Duration) {
	for _, m := range milestones {
		if m < left && m < p.announced {
			p.milestone.Reset(left - m)
			return
		}
	}
	p.milestone.Stop()
}

// announceMilestone prints the milestone that is reached. It prints nothing if the time
// left was corrected upwards after the timer was set.
func (p *plain) announceMilestone() {
	left, reached := p.member.Left(), false
	for _, m := range milestones {
		if m < p.announced && m >= left {
			p.announced, reached = m, true
		}
	}
	if reached && left > 0 {
		p.notice(wording.Spell(p.announced) + " left.")
	}
}
