package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/slash"
	"wick/sshapp/ui/painter"
)

// Only the store knows how a room ended and whether anything is left of it. It may say
// so a moment after the deadline, or much later if it cannot be reached. A session does
// not wait for that: once the deadline has passed, it draws nothing of the room and
// ignores keys, even those typed while the machine slept.

// expired reports whether the room's deadline has passed. It is safe for
// concurrent use.
func (c *chat) expired() bool { return c.member.Left() == 0 }

// over reports whether the room may no longer be shown, and if so forgets all of it.
// Once true, it stays true even if the store puts the deadline a little later.
func (c *chat) over() bool {
	if !c.burnt && (c.state.Over || c.expired()) {
		c.burnt, c.lost = true, !c.done()
		c.log, c.cached, c.composer = transcript{}, viewCache{}, newComposer(c.env.Limits.Text)
		c.bare = nil
		c.completer, c.asking, c.out = slash.Completer{}, nil, outbox{}
		c.state.Roster, c.state.Knocks, c.state.Typing = nil, nil, nil
	}
	return c.burnt
}

// afterDeadline is update for a room that is over. It waits until the store says how
// the room ended, or the person leaves.
func (c *chat) afterDeadline(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case newsMsg:
		c.state = c.member.State()
		if end := c.state.End; end != nil {
			return c.gone(c.env.Storage.Ending(c.state.Room.Name, *end)), nil
		}
		return c, nil
	case lineEndMsg:
		close(msg.taken)
	case inputEndMsg, leaveLateMsg:
		return c.gone(c.env.Storage.BurnedOut(c.state)), nil
	case tea.KeyMsg:
		if pressed(msg, keys.quit) || pressed(msg, keys.eof) {
			return ended{c.env.Storage.BurnedOut(c.state)}, nil
		}
	}
	return c, nil
}

// burningOut returns the screen after the deadline, which shows nothing of the room,
// even in the title.
func burningOut(t *Theme, width, height int) painter.Frame {
	word := t.own("burning out…")
	f := blankFrame(width, height)
	if cells := textWidth(word); cells <= width && height > 0 {
		f.Rows = make([]string, height)
		f.Rows[height/2] = strings.Repeat(" ", (width-cells)/2) + word
	}
	return f
}
