package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
)

// typingPause is how long a person types before others are told. Nothing is said of a
// message that is sent sooner.
const typingPause = 700 * time.Millisecond

// typingMsg comes a typingPause after a key.
type typingMsg struct{}

// typingHint keeps track of telling others that this person is typing.
type typingHint struct {
	due  bool      // a typingMsg is under way
	last time.Time // when others were last told
}

// typed returns a command that sends a typingMsg in a while, if one is needed.
func (c *chat) typed() tea.Cmd {
	if c.hint.due || len(c.state.Roster) < 2 || !c.writing() {
		return nil
	}
	c.hint.due = true
	return c.env.after(max(typingPause, rooms.TypingEvery-time.Since(c.hint.last)), typingMsg{})
}

// writing reports whether the draft is the beginning of a message to everybody.
func (c *chat) writing() bool {
	text := c.composer.draft.Text()
	return strings.TrimSpace(text) != "" && !slash.IsCommand(text)
}

// typing returns a command that tells others, if the person is still writing.
func (c *chat) typing() tea.Cmd {
	c.hint.due = false
	if !c.writing() {
		return nil
	}
	c.hint.last = time.Now()
	member, ctx := c.member, c.env.ctx
	return func() tea.Msg {
		member.Typing(ctx) // an error does not matter: another one follows
		return nil
	}
}
