package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/slash"
)

// The store says what the end of a room was, and whether anything is left of it:
// that word can come a moment after the deadline, or late if the store is silent.
// A session does not wait for it. Whenever it draws or reacts after the deadline,
// as by keys that were typed while the machine slept, there is nothing of the
// room any more.

// expired reports whether the room's deadline has passed. It is safe for
// concurrent use.
func (c *chat) expired() bool { return c.member.Left() == 0 }

// over reports whether nothing of the room may be shown any more, and forgets
// all of it then. Once true, it stays so: the store may take the deadline for a
// little later than this process does.
func (c *chat) over() bool {
	if !c.burnt && (c.state.Over || c.expired()) {
		c.burnt = true
		c.log, c.look, c.line, c.said = transcript{}, look{}, newLine(c.env.Limits.Text), history{}
		c.tab, c.completer, c.asking, c.out = nil, slash.Completer{}, nil, outbox{}
		c.state.Roster, c.state.Knocks, c.state.Typing = nil, nil, nil
	}
	return c.burnt
}

// afterDeadline is update for a room that is over. It waits for the end, or lets
// the person go.
func (c *chat) afterDeadline(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case newsMsg:
		c.state = c.member.State()
		if end := c.state.End; end != nil {
			return ended{c.env.Storage.Ending(c.state.Room.Name, *end)}, nil
		}
		return c, c.wait()
	case tea.KeyMsg:
		if pressed(msg, keys.quit) || pressed(msg, keys.eof) {
			return ended{c.env.Storage.BurnedOut(c.state)}, nil
		}
	}
	return c, nil
}
