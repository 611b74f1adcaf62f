package ui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
	"wick/sshapp/wording"
)

// inviteLasts is how long an invitation is good that names no time.
const inviteLasts = 10 * time.Minute

// An errand has the room do something, off the session's own goroutine.
type errand func(context.Context) (reply, error)

// reply is what an errand brings back to who sent it.
type reply struct {
	text string
	clip string // for the clipboard
}

// question stands before what cannot be undone.
type question struct {
	text  string
	typed string // the command
	yes   errand
	no    string // said instead
}

// run does what a line that starts with / asks for. Where it cannot, the line
// stays in the composer.
func (c *chat) run(typed string) (screen, tea.Cmd) {
	word, rest, _ := strings.Cut(strings.TrimSpace(typed), " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "/leave", "/quit":
		return c.leave()
	case "/help":
		c.tell(helps(rest))
	case "/clear":
		c.log.forget()
	case "/theme":
		if problem := c.wear(rest); problem != "" {
			c.warn(problem)
			return c, nil
		}
	case "/mouse":
		if problem := c.captures(rest); problem != "" {
			c.warn(problem)
			return c, nil
		}
	case "/me":
		c.warn("Say what you do: /me waves.")
		return c, nil
	case "/privacy":
		c.tell(c.env.Storage.Privacy(c.state.Room.History))
	case "/bell":
		c.bell(rest)
	case "/who":
		c.tell(wording.Roster(c.state))
	case "/share":
		c.deliver(copied(c.share()))
	case "/destroy":
		c.asking = &question{"Type y to wipe it for everybody.", word, only(c.member.Destroy), "Kept: the room burns on."}
	case "/kick":
		if rest == "" {
			c.warn("Say whom: /kick NAME.")
			return c, nil
		}
		c.asking = &question{"Type y to show out: " + rooms.CleanLine(rest), typed, c.kick(rest), "Nobody was shown out."}
	default:
		do, problem := c.errand(word, rest)
		if do == nil {
			c.warn(problem)
			return c, nil
		}
		cmd := c.ask(typed, do)
		if cmd != nil {
			c.line.set("")
		}
		return c, cmd
	}
	c.line.set("")
	return c, nil
}

// errand is what the room does at a command, or else a sentence why not.
func (c *chat) errand(word, rest string) (do errand, problem string) {
	m := c.member
	switch word {
	case "/nick":
		return only(func(ctx context.Context) error { return m.Rename(ctx, rest) }), ""
	case "/ttl":
		left, err := rooms.ParseTTL(strings.ToLower(rest))
		if err != nil {
			return nil, wording.Sentence(err)
		}
		return only(func(ctx context.Context) error { return m.Shorten(ctx, left) }), ""
	case "/lock", "/unlock":
		lock := word == "/lock"
		if lock == c.state.Room.Locked {
			return nil, "The room is that already."
		}
		return only(func(ctx context.Context) error { return m.Lock(ctx, lock) }), ""
	case "/admit", "/deny":
		switch n := len(c.state.Knocks); {
		case n == 0:
			return nil, "Nobody knocks."
		case n > 1 && rest == "":
			return nil, "Several knock: say whose name, or key tag."
		}
		return only(func(ctx context.Context) error { return m.Decide(ctx, rest, word == "/admit") }), ""
	case "/msg":
		return c.message(rest)
	case "/burn":
		return c.burn(rest)
	case "/reveal":
		return only(m.Reveal), ""
	case "/invite":
		return c.invite(rest)
	default:
		return nil, "There is no such command: /help lists them, and // says something that starts with /."
	}
}

// only is an errand that brings nothing back.
func only(do func(context.Context) error) errand {
	return func(ctx context.Context) (reply, error) { return reply{}, do(ctx) }
}

// kick is the errand of /kick: it shows out who has the name when it is asked, not
// who has it when that is answered. It says what showing out does not hold in a
// room that is not locked.
func (c *chat) kick(name string) errand {
	m := c.member
	out, unknown := m.Named(name)
	return func(ctx context.Context) (reply, error) {
		err := unknown
		if err == nil {
			err = m.ShowOut(ctx, out)
		}
		switch {
		case err != nil || m.State().Room.Locked:
			return reply{}, err
		case out.Keyed:
			return reply{text: wording.Alias(out) + "'s key stays out. Until you /lock, another key, or none, gets them in as somebody new."}, nil
		default:
			return reply{text: wording.Alias(out) + " has no key, and can come back as somebody new until you /lock: then newcomers have to knock."}, nil
		}
	}
}

func (c *chat) invite(rest string) (do errand, problem string) {
	valid := inviteLasts
	if rest != "" {
		var err error
		if valid, err = rooms.ParseTTL(strings.ToLower(rest)); err != nil {
			return nil, wording.Sentence(err)
		}
	}
	valid = min(valid, c.member.Left())
	m, room, command := c.member, c.state.Room, c.env.Invite
	return func(ctx context.Context) (reply, error) {
		token, err := m.Invite(ctx, valid)
		if err != nil {
			return reply{}, err
		}
		r := copied(command(room.Name, token))
		r.text += "\nIt lets one person in, once, within " + wording.Span(valid.Truncate(time.Second)) + "."
		if !room.Locked {
			r.text += " Until you /lock, everybody with the room's name gets in without."
		}
		return r, nil
	}, ""
}

const copiedNote = "Copied, where your terminal allows it:"

// copied is a command that others type, for them and for the clipboard.
func copied(command string) reply {
	return reply{text: copiedNote + "\n" + command, clip: command}
}

func (c *chat) deliver(r reply) {
	if r.clip != "" {
		c.env.Emit(ansi.SetSystemClipboard(r.clip))
	}
	if r.text != "" {
		c.tell(r.text)
	}
}

// ask has the room do something, one thing at a time.
func (c *chat) ask(typed string, do errand) tea.Cmd {
	if c.busy {
		c.warn("The last command is not done yet: wait a moment.")
		return nil
	}
	c.busy = true
	ctx := c.env.ctx
	return func() tea.Msg {
		r, err := do(ctx)
		return ranMsg{typed, r, err}
	}
}

// answered is the key after a question.
func (c *chat) answered(k tea.KeyMsg) tea.Cmd {
	q := c.asking
	c.asking = nil
	if k.Type == tea.KeyRunes && !k.Paste && !k.Alt && strings.EqualFold(string(k.Runes), "y") {
		return c.ask(q.typed, q.yes)
	}
	c.tell(q.no)
	return nil
}
