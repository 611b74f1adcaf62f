package ui

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// copiedNote stands before a command that was copied to the clipboard.
const copiedNote = "Copied, if your terminal allows it:\n"

// pendingQuestion is a question that waits for a key.
type pendingQuestion struct {
	slash.Question
	typed   string // the command
	action  slash.Action
	command func() tea.Cmd // in place of an action; nil: there is one
}

// room returns the room as slash commands see it.
func (c *chat) room() slash.Room {
	return slash.Room{
		Face: slash.Screen, Member: c.member, State: c.state, Storage: c.env.Storage, Share: c.env.Share, Invite: c.env.Invite, Link: c.env.Link, Hostless: c.env.Hostless, Zone: c.env.Location,
		Settings: c.settings(), Keys: c.env.Theme.keysHelp(), Events: c.log.log.Events,
		Sending: len(c.out.queue) > 0,
	}
}

// candidates returns the completions of a word, given the text before it.
func (c *chat) candidates(before, typed string) []string {
	return c.completer.Candidates(c.room(), before, typed)
}

// run runs a typed command. If it is refused, ↑ brings it back.
func (c *chat) run(typed string) (screen, tea.Cmd) {
	r := slash.Run(typed, c.room())
	switch {
	case r.Problem != "":
		c.refuse(typed, r.Problem)
		return c, nil
	case r.Leave:
		return c.leave()
	case r.Plain:
		c.toPlain = true
		return c.leave()
	case r.Question != nil:
		if r.Question.Why != "" {
			c.tell(r.Question.Why)
		}
		c.asking = &pendingQuestion{Question: *r.Question, typed: typed, action: r.Action}
		return c, nil
	case r.Action != nil:
		return c, c.start(typed, r.Action)
	case r.Message > 0:
		c.copyMessage(typed, r.Message)
		return c, nil
	case r.QR != "":
		c.showQR(r.QR)
		return c, nil
	case r.Reveal:
		return c, c.look()
	}
	if r.Clear {
		c.log.forget()
	}
	if r.Settings != nil {
		c.set(*r.Settings)
	}
	if r.Zone != nil {
		c.setZone(r.Zone)
	}
	c.reply(r.Reply)
	return c, nil
}

// refuse warns why a command did nothing, and has ↑ bring it back.
func (c *chat) refuse(typed, why string) {
	if typed != "" {
		c.composer.history.keep(typed)
	}
	c.warn(why)
}

// start returns a command that runs an action, or nil if one is running already. If the
// action fails, ↑ brings back what was typed.
func (c *chat) start(typed string, action slash.Action) tea.Cmd {
	if c.busy {
		c.refuse(typed, "The last command is still running: wait a moment.")
		return nil
	}
	c.busy = true
	ctx := c.env.ctx
	return func() tea.Msg {
		reply, err := action(ctx)
		return ranMsg{typed, reply, err}
	}
}

// ran handles the result of an action. What may have been said is not brought back.
func (c *chat) ran(msg ranMsg) {
	c.busy = false
	switch {
	case msg.err == nil:
		c.reply(msg.reply)
	case c.draining:
		c.refused(msg.err)
	case errors.Is(msg.err, rooms.ErrUnknown):
		c.warn(wording.Sentence(msg.err))
	default:
		c.refuse(msg.typed, wording.Sentence(msg.err))
	}
}

// reply shows the reply to a command, and copies what it says to copy.
func (c *chat) reply(r slash.Reply) {
	var parts []string
	if r.Forget != "" {
		c.composer.forget(r.Forget)
	}
	if r.Copy != "" {
		if seq := c.env.Clipboard.sequence(r.Copy); seq != "" {
			c.env.emit(seq)
			parts = append(parts, copiedNote+r.Copy)
		} else {
			parts = append(parts, r.Copy)
		}
	}
	if r.Text != "" {
		parts = append(parts, r.Text)
	}
	if parts != nil {
		c.log.tellLinked(strings.Join(parts, "\n"), r.Link)
	}
}

// answered handles a key while a question is open. It reports false if the key does
// something else as well: pasted lines are not a reply, and are not lost.
func (c *chat) answered(k tea.KeyMsg) (cmd tea.Cmd, taken bool) {
	q := c.asking
	c.asking = nil
	if k.Type == tea.KeyRunes && !k.Paste && !k.Alt && strings.EqualFold(string(k.Runes), "y") {
		if q.command != nil {
			return q.command(), true
		}
		return c.start(q.typed, q.action), true
	}
	c.tell(q.Declined)
	return nil, !k.Paste || !slices.ContainsFunc(k.Runes, isLineEnd)
}
