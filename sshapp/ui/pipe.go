package ui

import (
	"cmp"
	"errors"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// A pipe may be the input of a screen: echo hi | ssh -tt ROOM@HOST. Its lines are text,
// whatever they begin with; each waits until the one before is said, and what cannot be
// said does not come back to the composer, where nobody would see it.

// EndPause is how long after the end of the input it is known that the client did not
// hang up, which ends the input and the session at once.
const EndPause = 250 * time.Millisecond

// Messages of the input.
type (
	inputEndMsg struct{ sure bool } // sure: and the client did not hang up
	// lineEndMsg asks for taken to be closed when the line before it is said, or
	// refused.
	lineEndMsg struct{ taken chan<- struct{} }
	// lineFeedMsg says that a line was typed that a line feed ended.
	lineFeedMsg struct{}
)

// refusesPipe ends a session whose input is a pipe if its screen is none where anything
// can be said, and reports whether it did.
func (m *model) refusesPipe() bool {
	if !m.env.piped() {
		return false
	}
	var out wording.Outcome
	switch s := m.screen.(type) {
	case *lobby:
		out = wording.Outcome{Line: "There is no such room. Nothing was said.", Status: wording.ExitNoRoom}
		if name := rooms.CleanLine(cmp.Or(s.env.Lobby.Name, s.env.Lobby.Offer)); name != "" {
			out.Line = name + " is not burning. Nothing was said."
		}
	case *door:
		out = wording.LeftDoor(s.name)
		out.Line, out.Status = out.Line+" Nothing was said.", wording.ExitFull
	default:
		return false
	}
	m.end(out)
	return true
}

// pipedKey returns a key as it is meant in text from a pipe, and reports whether it is
// kept: control characters do nothing there, except those that leave.
func pipedKey(k tea.KeyMsg) (tea.KeyMsg, bool) {
	switch {
	case k.Type == tea.KeyTab:
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'\t'}, Paste: true}, true
	case k.Type == tea.KeyRunes, k.Type == tea.KeySpace, k.Type == tea.KeyCtrlJ:
		return k, !k.Alt
	}
	return k, pressed(k, keys.enter) || pressed(k, keys.quit) || pressed(k, keys.eof)
}

// enterLine sends a line of a pipe.
func (c *chat) enterLine() tea.Cmd {
	text, cut := c.composer.draft.Text(), c.composer.cutOff || c.composer.isTooLong()
	c.composer.set("")
	switch {
	case cut:
		c.refused(rooms.ErrTooLong)
		return nil
	case strings.TrimSpace(text) == "":
		return nil
	}
	return c.send(outgoing{text, text})
}

// send puts a message into the outbox, and posts it unless others are before it.
func (c *chat) send(text outgoing) tea.Cmd {
	if !c.out.add(text) {
		c.refused(rooms.ErrTooFast)
		return nil
	}
	if c.out.idle() {
		return c.post()
	}
	return nil
}

// lineEnd replies to msg when no message is under way.
func (c *chat) lineEnd(msg lineEndMsg) {
	c.taken = append(c.taken, msg.taken)
	c.lineTaken()
}

func (c *chat) lineTaken() {
	if len(c.out.queue) == 0 {
		for _, taken := range c.taken {
			close(taken)
		}
		c.taken = nil
	}
}

// unattended reports whether nobody would see a text that came back to the composer.
func (c *chat) unattended() bool { return c.draining || c.env.piped() }

// refused notes why something was not said, for the last line.
func (c *chat) refused(why error) {
	if errors.Is(why, rooms.ErrEmpty) {
		return
	}
	sentence := wording.Sentence(why)
	if !errors.Is(why, rooms.ErrUnknown) {
		sentence = "Not everything was said: " + sentence
	}
	c.warn(sentence)
	if c.unsaid == "" {
		c.unsaid = sentence
	}
}

// inputEnded leaves when the entered lines are said, also one that came back because it
// was too fast. A line without its Enter is not said.
func (c *chat) inputEnded(msg inputEndMsg) (screen, tea.Cmd) {
	var cmd tea.Cmd
	draft := c.composer.draft.Text()
	// A line feed alone is Ctrl-J, until the end shows that no Enter comes. Nobody wants
	// a draft said because the connection broke.
	if at := strings.LastIndexByte(draft, '\n'); at >= 0 && c.env.piped() {
		if !msg.sure {
			return c, c.env.after(EndPause, inputEndMsg{sure: true})
		}
		c.composer.set(draft[:at])
		cmd = c.enterLine()
		draft = draft[at+1:]
	}
	if strings.TrimSpace(draft) != "" && c.unsaid == "" {
		switch {
		case !c.composer.returned || c.refusal == nil:
			c.unsaid = wording.Unfinished
		case !errors.Is(c.refusal, rooms.ErrTooFast) || c.others > 0:
			c.refused(c.refusal)
		case !msg.sure:
			return c, c.env.after(EndPause, inputEndMsg{sure: true})
		default: // Enter ended it, and nobody is there to press it again
			typed := c.composer.take()
			cmd = tea.Batch(cmd, c.send(outgoing{typed, slash.Message(typed)}))
		}
	}
	next, leave := c.leave()
	return next, tea.Batch(cmd, leave)
}
