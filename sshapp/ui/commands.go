package ui

import (
	"context"
	"fmt"
	"math"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

const help = `/share      show and copy the command that lets others in
/who        who is here
/nick NAME  change your name
/ttl 5m     shorten the countdown; nothing lengthens it
/destroy    wipe the room for everybody, now
/leave      leave; the room burns on
//text      say something that starts with /
PgUp and PgDn scroll, Alt-Enter breaks the line, Ctrl-C leaves`

// run does what a line that starts with / asks for. Where it cannot, the line
// stays in the composer.
func (c *chat) run(typed string) (screen, tea.Cmd) {
	word, rest, _ := strings.Cut(strings.TrimSpace(typed), " ")
	rest = strings.TrimSpace(rest)
	var ask func(context.Context) error
	switch word {
	case "/leave", "/quit":
		return c.leave()
	case "/help":
		c.tell(help)
	case "/who":
		c.tell(fmt.Sprintf("%d of %d here: %s", len(c.state.Roster), c.state.Room.Seats, roll(c.state, math.MaxInt)))
	case "/share":
		c.env.Emit(ansi.SetSystemClipboard(c.share()))
		c.tell("Copied, where your terminal allows it: " + c.share())
	case "/destroy":
		c.asking = true
	case "/nick":
		ask = func(ctx context.Context) error { return c.member.Rename(ctx, rest) }
	case "/ttl":
		left, err := rooms.ParseTTL(strings.ToLower(rest))
		if err != nil {
			c.warn(Sentence(err))
			return c, nil
		}
		ask = func(ctx context.Context) error { return c.member.Shorten(ctx, left) }
	default:
		c.warn("There is no such command: /help lists them, and // says something that starts with /.")
		return c, nil
	}
	if ask == nil {
		c.line.set("")
		return c, nil
	}
	cmd := c.ask(typed, ask)
	if cmd != nil {
		c.line.set("")
	}
	return c, cmd
}

// ask has the room do something, one thing at a time.
func (c *chat) ask(typed string, do func(context.Context) error) tea.Cmd {
	if c.busy {
		c.warn("The last command is not done yet: wait a moment.")
		return nil
	}
	c.busy = true
	ctx := c.env.ctx
	return func() tea.Msg { return ranMsg{typed, do(ctx)} }
}

// answered is the key after the question whether to wipe the room.
func (c *chat) answered(k tea.KeyMsg) tea.Cmd {
	c.asking = false
	if k.Type == tea.KeyRunes && !k.Paste && !k.Alt && strings.EqualFold(string(k.Runes), "y") {
		return c.ask("/destroy", c.member.Destroy)
	}
	c.tell("Kept: the room burns on.")
	return nil
}
