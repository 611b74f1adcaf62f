package ui

import (
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
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

// maxDraft is how many characters a draft may have if it was pasted. What is longer than
// a message may be stays whole, to be shortened.
const maxDraft = 16 << 10

// composer is where a message is written: a draft, the texts that were sent
// before, and a completion with Tab.
type composer struct {
	draft      editor.Model
	history    history
	completion *completion // nil: none
	returned   bool        // the draft came back, see giveBack
	pasted     bool        // all of the draft was pasted
	cutOff     bool        // some of the last key or paste did not fit
	over       bool        // the last key or paste made the draft longer than a message may be
	box        editor.Box  // the draft as it was drawn last
	drew       composerState
	drawn      []string // the rows of drew
}

// composerState is what the rows of the composer depend on.
type composerState struct {
	theme    *Theme
	width    int
	returned bool
	box      editor.Box
}

// is reports whether the rows are the same, wherever the cursor is.
func (s *composerState) is(o *composerState) bool {
	return s.theme == o.theme && s.width == o.width && s.returned == o.returned &&
		s.box.Above == o.box.Above && s.box.Below == o.box.Below && slices.Equal(s.box.Rows, o.box.Rows)
}

func newComposer(limit int) composer {
	c := composer{draft: editor.New(limit)}
	c.draft.KeepPastes(maxDraft)
	return c
}

// press passes a key to the draft. It returns a warning if some of what is typed does
// not fit, or if the draft becomes too long, once until that is mended. Text that is
// typed or pasted after one that came back begins a draft of its own.
func (c *composer) press(k tea.KeyMsg) (warning string) {
	if c.returned && pressed(k, keys.eof) { // there is nothing behind the cursor to delete
		return ""
	}
	if editor.Types(k) {
		if c.returned {
			c.history.keep(c.draft.Text())
			c.draft.SetText("")
		}
		c.pasted = k.Paste && (c.pasted || c.draft.Empty())
	}
	c.returned = false
	fits := c.draft.Press(k)
	long := "That is longer than " + strconv.Itoa(c.draft.Limit()) + " characters: "
	over := editor.Types(k) && c.isTooLong()
	switch {
	case !fits && !c.cutOff:
		warning = long + "the end was left out."
	case fits && over && !c.over:
		warning = long + "shorten it to send it."
	}
	c.cutOff, c.over = !fits, over
	return warning
}

// isTooLong reports whether the draft is longer than a message may be.
func (c *composer) isTooLong() bool { return c.draft.Len() > c.draft.Limit() }

// set replaces the draft.
func (c *composer) set(text string) {
	c.draft.SetText(text)
	c.returned, c.pasted, c.cutOff, c.over = false, false, false, false
}

// take returns the draft as it is to be read, and leaves the composer empty. Nothing here
// remembers a text that passes, see slash.IsPassing: if it is refused, the caller puts it
// into the history. Lines that
// were pasted are a message, even if they begin with several slashes.
func (c *composer) take() string {
	text := c.draft.Text()
	if c.pasted && strings.Contains(text, "\n") && !slash.IsCommand(text) {
		text = slash.Quote(text)
	}
	if slash.IsPassing(text) {
		c.history.forget(slash.IsPassing)
		c.draft.ForgetCut()
	} else {
		c.history.add(text)
	}
	c.set("")
	return text
}

// forget drops a text that was taken back from what ↑ and the editing keys bring back.
func (c *composer) forget(said rooms.Text) {
	c.history.drop(func(typed string) bool { return rooms.Keep(slash.Message(typed)) == said })
	c.draft.ForgetCut()
}

// clear empties the composer. The history keeps the draft, and the one that waits at its
// end.
func (c *composer) clear() {
	if waits := c.history.draft; strings.TrimSpace(waits) != "" {
		c.history.keep(waits)
	}
	if text := c.draft.Text(); strings.TrimSpace(text) != "" {
		c.history.add(text)
	}
	c.set("")
}

// moveRow moves the cursor by a row of the draft, -1 is up. At the edge it goes
// through the history instead, -1 is back.
func (c *composer) moveRow(by int) {
	c.returned = false
	if c.draft.MoveRow(by) {
		return
	}
	if text, ok := c.history.step(by, c.draft.Text()); ok {
		c.set(text)
	}
}

// giveBack puts the first of the messages that were not sent into the draft, if that is
// empty, so that Enter sends it again. It keeps the others in the history, and returns
// how many those are. So none is run together with another, or with what is typed next.
func (c *composer) giveBack(messages []outgoing) (kept int) {
	for i, m := range messages {
		if i == 0 && c.draft.Empty() {
			c.set(m.typed)
			c.returned = true
			continue
		}
		c.history.keep(m.typed)
		kept++
	}
	return kept
}

// counter returns how much of the limit the draft takes, or "" if that is far off. What
// is too much stands before it: +17 50/50.
func (c *composer) counter() string {
	n, limit := c.draft.Len(), c.draft.Limit()
	if n*100 < limit*nearLimit {
		return ""
	}
	count := strconv.Itoa(min(n, limit)) + "/" + strconv.Itoa(limit)
	if n > limit {
		return "+" + strconv.Itoa(n-limit) + " " + count
	}
	return count
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
	if s := (composerState{t, f.Width, c.returned, c.box}); !s.is(&c.drew) {
		c.drew, c.drawn = s, s.rows()
	}
	y := f.Height - len(c.drawn)
	if f.Height >= heightHint {
		y--
	}
	copy(f.Rows[y:], c.drawn)
	f.CursorX, f.CursorY = promptWidth(f.Width)+c.box.X, y+c.box.Y
}

// rows returns the rows of the draft, with the prompt before them.
func (s *composerState) rows() []string {
	t, box, style := s.theme, s.box, s.theme.plain
	if s.returned {
		style = t.dim
	}
	rows := make([]string, len(box.Rows))
	for i, text := range box.Rows {
		b := newRowBuilder(t, s.width)
		if promptWidth(s.width) > 0 {
			b.skip(1)
			switch {
			case i == 0 && box.Above:
				b.write(t.dim, t.mark("↑"))
			case i == len(box.Rows)-1 && box.Below:
				b.write(t.dim, t.mark("↓"))
			case i == 0:
				b.write(t.accent, t.mark("❯"))
			default:
				b.skip(1)
			}
			b.skip(1)
		}
		b.write(style, text)
		rows[i] = b.row()
	}
	return rows
}
