package ui

import (
	"context"
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// To look at a room's drop is to take it: the room is gone for everybody, and
// the text is on this screen alone, until Esc is pressed, for rooms.MaxReading at most
// and never beyond the deadline that the room had.

// tookMsg is the result of taking what was dropped.
type tookMsg struct {
	text rooms.Text
	err  error
}

// dropNote returns what the person is told of what waits in the room.
func (c *chat) dropNote() string {
	d := *c.state.Room.Drop
	look := ""
	if d.IsFor(c.env.Guest(c.state.Room.Name)) {
		look = "\nIf it is text, Ctrl-R shows it here, which takes it as well."
	}
	return wording.Waiting(d, c.share()+" take", look)
}

// tellDrop tells once what waits in the room.
func (c *chat) tellDrop() {
	if c.state.Room.Drop != nil && !c.toldDrop {
		c.toldDrop = true
		c.tell(c.dropNote())
	}
}

// askToTake asks before what waits in the room is taken.
func (c *chat) askToTake() {
	if !c.state.Room.Drop.IsFor(c.env.Guest(c.state.Room.Name)) {
		c.warn(wording.Sentence(rooms.ErrNotForYou))
		return
	}
	c.asking = &pendingQuestion{Question: slash.Question{
		Text:     "Type y to take it and end the room.",
		Declined: "Nothing was taken.",
	}, command: c.take}
}

// take returns the command that takes what was dropped.
func (c *chat) take() tea.Cmd {
	if c.taking {
		return nil
	}
	c.taking = true
	member, ctx, confirmed := c.member, c.env.ctx, c.env.Confirmed
	return func() tea.Msg {
		var text rooms.Text
		err := member.Take(ctx, func(ctx context.Context, d rooms.Drop, all rooms.Chunks) (err error) {
			if text, err = all.Text(d.Size); err != nil {
				return err
			}
			return confirmed(ctx)
		})
		return tookMsg{text, err}
	}
}

// whileTaking handles messages while the drop is being taken. It reports false for
// those that the chat handles as usual.
func (c *chat) whileTaking(msg tea.Msg) (screen, tea.Cmd, bool) {
	switch msg := msg.(type) {
	case newsMsg:
		if end := c.member.State().End; end != nil && end.Reason == rooms.TakenAway {
			return c, nil, true // by this person, perhaps: tookMsg tells
		}
	case tookMsg:
		c.taking = false
		if msg.err == nil {
			t := &taken{env: c.env, member: c.member, text: strings.TrimSuffix(msg.text.Clean(), "\n")}
			return t, t.init(), true
		}
		if errors.Is(msg.err, rooms.ErrNotText) {
			c.warn("This is not text for a screen, so it was not taken:\n" + c.share() + " take >FILE")
		} else {
			c.warn(wording.Sentence(msg.err))
		}
		if c.member.State().End != nil {
			next, cmd := c.update(newsMsg{})
			return next, cmd, true
		}
		return c, nil, true
	}
	return nil, nil, false
}

// taken is the screen that shows what was taken.
type taken struct {
	env    *env
	member *rooms.Member
	text   string
	top    int // rows of it above the screen
	page   int // rows of the screen for it, of the last frame
}

// takenOverMsg says that the text was shown for long enough.
type takenOverMsg struct{}

const takenHint = "Esc wipes it: it is kept nowhere else."

func (t *taken) init() tea.Cmd {
	return t.env.after(min(rooms.MaxReading, t.member.Left()), takenOverMsg{})
}

func (t *taken) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case takenOverMsg, inputEndMsg:
		return ended{t.outcome()}, nil
	case lineEndMsg:
		close(msg.taken)
	case tea.KeyMsg:
		switch {
		case pressed(msg, keys.escape), pressed(msg, keys.quit), pressed(msg, keys.eof):
			return ended{t.outcome()}, nil
		case pressed(msg, keys.up):
			t.top--
		case pressed(msg, keys.down):
			t.top++
		case pressed(msg, keys.pageUp):
			t.top -= t.page
		case pressed(msg, keys.pageDown):
			t.top += t.page
		}
	}
	return t, nil
}

// outcome returns the end for the person who took it.
func (t *taken) outcome() wording.Outcome {
	st := t.member.State()
	if out, over := t.env.Storage.Ended(st); over {
		return out
	}
	return t.env.Storage.Ending(st.Room.Name, rooms.End{Reason: rooms.TakenAway, By: st.You.Alias, Messages: st.Messages})
}

func (t *taken) frame(width, height int) painter.Frame {
	f := painter.Frame{Width: width, Height: height, CursorY: -1, Expired: func() bool { return t.member.Left() == 0 }}
	if width < 1 || height < 1 {
		return f
	}
	f.Rows, f.Wraps = make([]string, height), make([]bool, height)
	rows, wraps := bareRows(t.text, width)
	t.page = max(height-1, 1)
	t.top = max(min(t.top, len(rows)-t.page), 0)
	shown := copy(f.Rows[:t.page], rows[t.top:])
	copy(f.Wraps[:shown], wraps[t.top:])
	f.Wraps[shown-1] = false // what follows is not on the screen
	if t.page < height {
		hint := takenHint
		if len(rows) > t.page {
			hint = "PgDn PgUp scroll. " + hint
		}
		p := newRowBuilder(t.env.Theme, width)
		p.write(t.env.Theme.dim, t.env.Theme.own(hint))
		f.Rows[t.page] = p.row()
	}
	return f
}
