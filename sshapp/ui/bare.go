package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/ui/painter"
)

// bareView shows one message alone, from the left edge, in rows as wide as the screen,
// for people to select with the means of their terminal; or a QR code.
type bareView struct {
	code *qrCode // nil: the message is shown
	pos  uint64  // of the message
	top  int     // rows of it above the screen

	page int // rows of the screen for it, of the last frame
}

// bareHint stands in the last row, if there is more than one.
const bareHint = "Esc: back  ↑ ↓: other messages"

// showBare shows the newest message in view alone or, if there is none, the newest.
func (c *chat) showBare() {
	pos, have := c.log.nthText(1)
	if have == 0 {
		c.warn("There is no message to show yet.")
		return
	}
	if c.log.scrolled {
		for _, b := range c.log.window { // the newest first
			if !b.item.note && hasText(c.log.log.At(b.item.id)) {
				pos = b.item.id
				break
			}
		}
	}
	c.bare = &bareView{pos: pos}
}

// checkBare goes back to the chat once the message has burned, or is not kept any more.
func (c *chat) checkBare() {
	if c.bare != nil && c.bare.code == nil && !hasText(c.log.log.At(c.bare.pos)) {
		c.bare = nil
	}
}

// bareKey handles a key while a message is shown alone.
func (c *chat) bareKey(k tea.KeyMsg) {
	b := c.bare
	switch {
	case b.code != nil, pressed(k, keys.escape), pressed(k, keys.bare), pressed(k, keys.enter), pressed(k, keys.quit),
		k.Type == tea.KeyRunes && !k.Alt && strings.EqualFold(string(k.Runes), "q"):
		c.bare = nil
	case pressed(k, keys.up):
		if pos, ok := c.log.textBefore(b.pos); ok {
			c.bare = &bareView{pos: pos}
		}
	case pressed(k, keys.down):
		if pos, ok := c.log.textAfter(b.pos); ok {
			c.bare = &bareView{pos: pos}
		}
	case pressed(k, keys.pageUp):
		b.top -= b.page
	case pressed(k, keys.pageDown):
		b.top += b.page
	}
}

// drawBare draws the message alone. A line that is longer than a row is left to the
// terminal to wrap, so that it is one line when selected.
func (c *chat) drawBare(f *painter.Frame) {
	b, width := c.bare, f.Width
	f.Rows, f.Wraps = make([]string, f.Height), make([]bool, f.Height)
	if b.code != nil {
		c.drawQR(f, b.code)
		return
	}
	rows, wraps := bareRows(rooms.CleanText(string(c.log.log.At(b.pos).Text)), width)
	b.page = max(f.Height-1, 1) // the last row is for the hint
	b.top = max(min(b.top, len(rows)-b.page), 0)
	shown := copy(f.Rows[:b.page], rows[b.top:])
	copy(f.Wraps[:shown], wraps[b.top:])
	f.Wraps[shown-1] = false // what follows is not on the screen
	if b.page < f.Height {
		hint := bareHint
		if len(rows) > b.page {
			hint += "  PgDn PgUp: scroll"
		}
		t := c.env.Theme
		p := newRowBuilder(t, width)
		p.write(t.dim, t.own(hint))
		f.Rows[b.page] = p.row()
	}
}

// bareRows returns the rows of a text, broken only where a row is full, and of each row
// whether the next one belongs to the same line.
func bareRows(text string, width int) (rows []string, wraps []bool) {
	for line := range strings.SplitSeq(text, "\n") {
		for _, r := range chop(line, width) {
			rows, wraps = append(rows, r.text), append(wraps, true)
		}
		wraps[len(wraps)-1] = false
	}
	return rows, wraps
}

// nthText returns the position of the n-th newest message with a text to show, and how
// many there are, counted up to n.
func (t *transcript) nthText(n int) (pos uint64, have int) {
	for i := range slices.Backward(t.log.Events) {
		if at := t.log.Pos(i); hasText(t.log.At(at)) {
			if have++; have == n {
				return at, have
			}
		}
	}
	return 0, have
}

// textBefore returns the position of the newest message with a text before a position.
func (t *transcript) textBefore(pos uint64) (uint64, bool) {
	i, _ := t.log.Index(pos)
	for i--; i >= 0; i-- {
		if at := t.log.Pos(i); hasText(t.log.At(at)) {
			return at, true
		}
	}
	return 0, false
}

// textAfter returns the position of the oldest message with a text after a position.
func (t *transcript) textAfter(pos uint64) (uint64, bool) {
	i, _ := t.log.Index(pos + 1)
	for ; i < len(t.log.Events); i++ {
		if at := t.log.Pos(i); hasText(t.log.At(at)) {
			return at, true
		}
	}
	return 0, false
}
