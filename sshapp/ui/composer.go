package ui

import (
	"strconv"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/editor"
	"wick/sshapp/ui/painter"
)

// The composer takes at most 1/composerShare of the screen, and at most composerRows.
const (
	composerShare = 4
	composerRows  = 8
)

// nearLimit is the part of the limit, in percent, from which on the characters are
// shown.
const nearLimit = 80

// composer is where a message is written: a draft, the texts that were sent
// before, and a completion with Tab.
type composer struct {
	draft      editor.Model
	history    history
	completion *completion // nil: none
	cutOff     bool        // some of the last key or paste did not fit into the limit
	box        editor.Box  // the draft as it was drawn last
}

func newComposer(limit int) composer { return composer{draft: editor.New(limit)} }

// press passes a key to the draft. It returns a warning if some of what is typed does
// not fit, once until something fits again.
func (c *composer) press(k tea.KeyMsg) (warning string) {
	fits := c.draft.Press(k)
	if !fits && !c.cutOff {
		warning = "That is longer than " + strconv.Itoa(c.draft.Limit()) + " characters: the end was left out."
	}
	c.cutOff = !fits
	return warning
}

// moveRow moves the cursor by a row of the draft, -1 is up. At the edge it goes
// through the history instead, -1 is back.
func (c *composer) moveRow(by int) {
	if c.draft.MoveRow(by) {
		return
	}
	if text, ok := c.history.step(by, c.draft.Text()); ok {
		c.draft.SetText(text)
	}
}

// giveBack puts messages that were not sent ahead of the draft, as many as the limit
// allows. It keeps the others in the history, and returns how many those are.
func (c *composer) giveBack(messages []outgoing) (kept int) {
	back, typed := "", c.draft.Text()
	room := c.draft.Limit() - c.draft.Len()
	for len(messages) > 0 {
		text := messages[0].message
		if back == "" {
			text = messages[0].typed
		}
		if back != "" || typed != "" {
			room-- // for a line break
		}
		if room -= editor.Count(text); room < 0 {
			break
		}
		if back != "" {
			back += "\n"
		}
		back += text
		messages = messages[1:]
	}
	if back != "" {
		if typed != "" {
			back += "\n" + typed
		}
		c.draft.SetText(back)
	}
	for _, m := range messages {
		if utf8.RuneCountInString(m.typed) <= c.draft.Limit() { // otherwise it was never a draft
			c.history.keep(m.typed)
			kept++
		}
	}
	return kept
}

// counter returns how much of the limit the draft takes, or "" if that is far off.
func (c *composer) counter() string {
	if c.draft.Len()*100 < c.draft.Limit()*nearLimit {
		return ""
	}
	return strconv.Itoa(c.draft.Len()) + "/" + strconv.Itoa(c.draft.Limit())
}

// full reports whether the limit is reached.
func (c *composer) full() bool { return c.draft.Len() >= c.draft.Limit() }

// layOut lays the draft out for a screen and returns how many rows it takes.
func (c *composer) layOut(width, height int) int {
	c.box = c.draft.Box(width-promptWidth(width), maxComposerRows(height))
	return len(c.box.Rows)
}

// maxComposerRows returns the most rows that the composer takes.
func maxComposerRows(height int) int {
	if height < heightWick {
		return 1
	}
	return min(max(height/composerShare, 1), composerRows)
}

// promptWidth returns the cells before the draft; a narrow screen has none.
func promptWidth(width int) int {
	if width < widthHeader {
		return 0
	}
	return 3
}

// draw draws the draft as laid out, at the bottom of the frame or above its hint.
func (c *composer) draw(f *painter.Frame, t *Theme) {
	box := &c.box
	y := f.Height - len(box.Rows)
	if f.Height >= heightHint {
		y--
	}
	for i, text := range box.Rows {
		b := newRowBuilder(f.Width)
		if promptWidth(f.Width) > 0 {
			b.skip(1)
			switch {
			case i == 0 && box.Above:
				b.write(t.dim, "↑")
			case i == len(box.Rows)-1 && box.Below:
				b.write(t.dim, "↓")
			case i == 0:
				b.write(t.accent, "❯")
			default:
				b.skip(1)
			}
			b.skip(1)
		}
		b.write(t.plain, text)
		f.Rows[y+i] = b.row()
	}
	f.CursorX, f.CursorY = promptWidth(f.Width)+box.X, y+box.Y
}
