package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// door is the screen of a person who waits to be let into a locked room. It knows
// only the name of the room.
type door struct {
	env  *env
	name rooms.Name
	seat rooms.Seat // the person as the room sees them; without a key tag until it does

	notice string // a warning to this person, until a key is pressed; empty: none

	heard chan rooms.Seat // receives the seat that the room sees; closed when the knock ends
}

// heardMsg says that the room sees the knock.
type heardMsg struct{ seat rooms.Seat }

func newDoor(e *env, name rooms.Name) *door {
	g := e.Guest(name)
	return &door{
		env: e, name: name,
		seat:  rooms.Seat{Alias: g.Alias, Identity: g.Identity, Keyed: g.Returns},
		heard: make(chan rooms.Seat, 1),
	}
}

// init knocks, and waits for the decision and meanwhile for the knock to be heard.
func (d *door) init() tea.Cmd {
	e, name, heard := d.env, d.name, d.heard
	knock := func() tea.Msg {
		defer close(heard)
		msg := e.entered(e.Hub.KnockAndEnter(e.ctx, name, e.Guest(name), func(s rooms.Seat) {
			select {
			case heard <- s:
			default: // the last one was not read yet
			}
		}))
		if e.ctx.Err() != nil {
			return nil // the session ended for a reason of its own
		}
		return msg
	}
	return tea.Batch(knock, d.listen())
}

// listen returns a command that waits for the knock to be heard. One is outstanding
// at any time; it ends with the knock.
func (d *door) listen() tea.Cmd {
	heard := d.heard
	return func() tea.Msg {
		if seat, ok := <-heard; ok {
			return heardMsg{seat}
		}
		return nil
	}
}

// entered returns the message for an attempt to enter, and keeps the seat if it got
// one.
func (e *env) entered(m *rooms.Member, err error) enteredMsg {
	if err == nil && !e.seat.take(m) {
		m.Leave() // the session is over
		err = context.Canceled
	}
	if err != nil {
		return enteredMsg{err: err}
	}
	return enteredMsg{member: m}
}

func (d *door) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case heardMsg:
		d.seat = msg.seat
		return d, d.listen()
	case enteredMsg:
		if msg.err != nil {
			return ended{wording.NotEntered(msg.err)}, nil
		}
		c := newChat(d.env, msg.member, "")
		return c, c.init()
	case noticeMsg:
		d.notice = string(msg)
	case inputEndMsg:
		return ended{wording.LeftDoor(d.name)}, nil
	case tea.KeyMsg:
		d.notice = ""
		if pressed(msg, keys.quit) || pressed(msg, keys.escape) || pressed(msg, keys.eof) {
			return ended{wording.LeftDoor(d.name)}, nil
		}
	}
	return d, nil
}

func (d *door) frame(width, height int) painter.Frame {
	t := d.env.Theme
	f := form{width: min(formWidth, width), y: -1}
	f.text(t.strong, d.name.String()+" is locked.")
	if d.notice != "" {
		f.text(t.alarm, d.notice) // not below the rest, which may be out of view
	}
	f.rows = append(f.rows, "")
	f.text(t.plain, "You are knocking as "+wording.Introduced(d.seat)+".")
	f.text(t.plain, "People inside see it, and can let you in or turn you away.")
	f.rows = append(f.rows, "")
	f.text(t.dim, t.own("waiting…   Ctrl-C leaves"))
	return f.frame(width, height, t.title(d.name.String()))
}
