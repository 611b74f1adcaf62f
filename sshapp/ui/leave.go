package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/wording"
)

// LeaveLimit is how long the store may take for each message and command that was
// entered before the person left.
const LeaveLimit = 10 * time.Second

// leaveLateMsg says that LeaveLimit has passed without one of them done.
type leaveLateMsg struct{ flight uint64 }

// done reports whether all that was entered is said and done.
func (c *chat) done() bool { return len(c.out.queue) == 0 && !c.busy }

// leave leaves as soon as the outbox is empty.
func (c *chat) leave() (screen, tea.Cmd) {
	if c.draining {
		return c, nil
	}
	c.draining, c.asking = true, nil
	if next := c.leavesWhenDone(); next != c {
		return next, nil
	}
	if c.toPlain {
		c.tell("Plain lines begin once everything you entered is said.")
	} else {
		c.tell("You leave once everything you entered is said. Ctrl-C leaves now.")
	}
	return c, c.lateAfter()
}

func (c *chat) lateAfter() tea.Cmd { return c.env.after(LeaveLimit, leaveLateMsg{c.out.flight}) }

// leavesWhenDone returns the end if the person leaves and nothing is under way, or else
// the chat itself.
func (c *chat) leavesWhenDone() screen {
	if c.draining && c.done() {
		return c.left()
	}
	return c
}

// late leaves if the message that was under way LeaveLimit ago still is.
func (c *chat) late(msg leaveLateMsg) (screen, tea.Cmd) {
	if msg.flight != c.out.flight {
		return c, c.lateAfter()
	}
	return c.left(), nil
}

// left returns the end for a person who has left, or the end of the screen for one who
// wants plain lines.
func (c *chat) left() screen {
	out := wording.LeftRoom(c.state.Room)
	if c.unsaid == "" && !c.done() {
		c.unsaid = wording.Sentence(rooms.ErrUnknown)
	}
	if c.toPlain {
		c.env.plain = &Plain{Member: c.member, Input: c.env.handOver(), Location: c.env.Location, Notice: c.unsaid}
		return ended{}
	}
	if c.unsaid != "" {
		out = out.Failed(c.unsaid)
	}
	return ended{out}
}

// gone returns the end for a room that ended. Somebody who waits only for what was
// entered is told by the status that not all was said.
func (c *chat) gone(out wording.Outcome) screen {
	if out.Status == 0 && c.unattended() && (c.lost || !c.done()) {
		out.Status = wording.ExitNoRoom
	}
	return ended{out}
}

// sayRest says the messages entered before the client hung up. It is called after the
// program has ended.
func (m *model) sayRest() {
	c, in := m.screen.(*chat)
	if !in || c.over() {
		return
	}
	for len(c.out.queue) > 0 && c.sayFirst() {
		c.out.landed()
	}
}

// sayFirst says the first message of the outbox, or waits until the command that has
// begun to has done so. It reports false if that took too long.
func (c *chat) sayFirst() bool {
	ctx, cancel := context.WithTimeout(c.env.posts, LeaveLimit)
	defer cancel()
	sent := c.out.sent
	c.out.sent = nil
	if sent != nil && !sent.claim() {
		select {
		case err := <-sent.done:
			if !errors.Is(err, rooms.ErrTooFast) {
				return true
			}
		case <-ctx.Done():
			return false
		}
	}
	c.member.PostPaced(ctx, c.out.queue[0].message) // nobody is there to be told of an error
	return ctx.Err() == nil
}
