package ui

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
)

// typingPause is how long somebody types before others are told. A message that is
// sent by then speaks for itself.
const typingPause = 700 * time.Millisecond

// typingMsg comes a typingPause after a key.
type typingMsg struct{}

// typingHint is what others were told about this session's typing.
type typingHint struct {
	due  bool // a typingMsg is under way
	last time.Time
}

// typed returns a command that tells others, in a while, that somebody types.
func (c *chat) typed() tea.Cmd {
	if c.hint.due || len(c.state.Roster) < 2 || !c.writing() {
		return nil
	}
	c.hint.due = true
	return c.env.after(max(typingPause, rooms.TypingEvery-time.Since(c.hint.last)), typingMsg{})
}

// writing reports whether the composer holds the beginning of a message to everybody.
func (c *chat) writing() bool {
	text := c.composer.draft.Text()
	return strings.TrimSpace(text) != "" && !slash.IsCommand(text)
}

// typing tells others, if something is still being written.
func (c *chat) typing() tea.Cmd {
	c.hint.due = false
	if !c.writing() {
		return nil
	}
	c.hint.last = time.Now()
	member, ctx := c.member, c.env.ctx
	return func() tea.Msg {
		member.Typing(ctx) // if it fails, the next one tells
		return nil
	}
}
