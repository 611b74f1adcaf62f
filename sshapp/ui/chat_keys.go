package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

func (c *chat) key(k tea.KeyMsg) (screen, tea.Cmd) {
	piped, kept := c.env.piped(), true
	if piped {
		k, kept = pipedKey(k)
	}
	if c.draining || !kept {
		if pressed(k, keys.quit) {
			c.toPlain = false
			return c.left(), nil
		}
		return c, nil
	}
	asked := c.leaving
	c.leaving, c.found = false, false
	switch {
	case pressed(k, keys.complete):
		c.composer.complete(1, c.candidates)
		return c, nil
	case pressed(k, keys.completeBack):
		c.composer.complete(-1, c.candidates)
		return c, nil
	case pressed(k, keys.escape) && c.composer.completion != nil:
		c.composer.cancelCompletion()
		return c, nil
	}
	c.composer.completion = nil
	switch {
	case pressed(k, keys.quit), pressed(k, keys.eof) && c.composer.draft.Empty():
		return c.interrupt(asked || piped)
	case pressed(k, keys.enter) && piped:
		return c, c.enterLine()
	case pressed(k, keys.enter):
		return c.enter()
	case pressed(k, keys.reveal):
		return c, c.look()
	case pressed(k, keys.bare):
		c.showBare()
	case pressed(k, keys.up):
		c.composer.moveRow(-1)
	case pressed(k, keys.down):
		c.composer.moveRow(1)
	case c.scroll(k):
	default:
		k, entered := cutEnter(k)
		if warning := c.composer.press(k); warning != "" {
			c.warn(warning)
		}
		switch {
		case entered && piped:
			return c, c.enterLine()
		case entered:
			return c.enterPaste()
		}
		return c, c.typed()
	}
	return c, nil
}

// interrupt clears the draft. Without one the person leaves; from a locked room somebody
// without a key does so only if asked before, because there is no way back. A blank
// screen asks nothing.
func (c *chat) interrupt(asked bool) (screen, tea.Cmd) {
	switch {
	case c.env.hidden || asked:
		return c.leave()
	case !c.composer.draft.Empty():
		c.composer.clear()
		return c, nil
	case c.state.Room.Locked && !c.state.You.Keyed:
		c.leaving, c.asking = true, nil
		c.warn(wording.NoWayBack)
		return c, nil
	}
	return c.leave()
}

// enter sends what was typed, or runs it as a command.
func (c *chat) enter() (screen, tea.Cmd) {
	c.log.follow()
	switch {
	case strings.TrimSpace(c.composer.draft.Text()) == "":
		c.composer.set("")
		return c, nil
	case c.composer.isTooLong():
		c.composer.returned, c.refusal = true, rooms.ErrTooLong
		c.warn(wording.Sentence(rooms.ErrTooLong) + " Shorten it, or type something else: then ↑ brings it back.")
		return c, nil
	}
	typed := c.composer.take()
	if slash.IsCommand(typed) {
		return c.run(typed)
	}
	text := outgoing{typed, slash.Message(typed)}
	if !c.out.add(text) {
		c.refusal, c.others = rooms.ErrTooFast, c.composer.giveBack([]outgoing{text})
		c.warn("Your last messages are still being sent: wait a moment.")
		return c, nil
	}
	if c.out.idle() {
		c.env.patience = echoPatience
		return c, c.post()
	}
	return c, nil
}

// enterPaste is enter for a paste without brackets that ended in Enter. Nothing in it is
// a command, and what looks like one is said to nobody.
func (c *chat) enterPaste() (screen, tea.Cmd) {
	if slash.IsCommand(c.composer.draft.Text()) {
		c.composer.returned, c.refusal = true, nil
		c.warn("What you pasted begins like a command, so it was not said. Press Enter to run it.")
		return c, nil
	}
	return c.enter()
}
