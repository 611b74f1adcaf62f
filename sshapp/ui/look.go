package ui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"wick/rooms"
	"wick/sshapp/slash"
	"wick/sshapp/wording"
)

// Whoever looks at a message that burns should see it before it is gone. So only a
// message in view can be revealed, its text starts at its top, and if the text is longer
// than the window, the time that it burns for starts when the person reaches its end. As
// they may never do so, the store has it burn a while later in any case.

// look is what a transcript knows of a message that the person looks at.
type look struct {
	awaited  uint64 // position of a message to bring into view; 0: none
	revealed bool   // but not before its text is shown

	reading uint64 // position of a text that is longer than the window, until its end is in view; 0: none
	reached bool   // the end was in the last frame
}

// look reveals the oldest hidden message that is in view. If there is none, it scrolls to
// the oldest of all.
func (c *chat) look() tea.Cmd {
	pos, inView := c.log.hidden()
	switch {
	case pos == 0 && c.state.Room.Drop != nil:
		c.askToTake()
		return nil
	case pos == 0:
		c.warn(wording.Sentence(rooms.ErrNoneHidden))
		return nil
	case !inView:
		c.log.bring(pos)
		c.found = true
		return nil
	}
	member, reading := c.member, c.log.readingTime(c.cached.lines)
	cmd := c.start("", func(ctx context.Context) (slash.Reply, error) {
		return slash.Reply{}, member.Reveal(ctx, pos, reading)
	})
	if cmd != nil {
		c.log.bringRevealed(pos)
	}
	return cmd
}

// drawn returns the command that has a text burn whose end was drawn, or nil. It does not
// matter if that fails, since the text burns a little later anyway.
func (c *chat) drawn() tea.Cmd {
	pos := c.log.reading
	if pos == 0 || !c.log.reached {
		return nil
	}
	c.log.reading = 0
	member, ctx := c.member, c.env.ctx
	return func() tea.Msg {
		member.Reveal(ctx, pos, nil)
		return nil
	}
}

// hidden returns the position of the oldest message in the window whose text is hidden
// or, if there is none, of the oldest of all; 0 for none.
func (t *transcript) hidden() (pos uint64, inView bool) {
	for _, b := range slices.Backward(t.window) {
		if !b.item.note && isHidden(t.log.At(b.item.id)) {
			return b.item.id, true
		}
	}
	for pos, e := range t.log.All() {
		if isHidden(e) {
			return pos, false
		}
	}
	return 0, false
}

// isHidden reports whether a message burns and was not revealed to the person.
func isHidden(e *rooms.Event) bool {
	return e.Kind == rooms.Message && e.Burn > 0 && e.Text == "" && !isGone(e)
}

// isGone reports whether the text of a message is gone for good.
func isGone(e *rooms.Event) bool { return e.Burnt || e.Unsaid }

// goneAt reports whether there is no message with a text at a position any more.
func (t *transcript) goneAt(pos uint64) bool {
	e := t.log.At(pos)
	return e.Kind == 0 || isGone(e)
}

// readingTime returns a function that says how much time somebody with the window as it
// is now needs for reading a message. It is safe for concurrent use.
func (t *transcript) readingTime(height int) func(rooms.Event) time.Duration {
	as := transcript{theme: t.theme, loc: t.loc, me: t.me, alias: t.alias, width: t.width}
	return func(e rooms.Event) time.Duration {
		if len(as.layMessage(&e)) < height { // with a row to spare for that of a new day
			return 0
		}
		return rooms.MaxReading
	}
}

// bring has the next frame show a message.
func (t *transcript) bring(pos uint64) { t.look = look{awaited: pos, reading: t.reading} }

// bringRevealed has the frame that shows the text of a message show its beginning.
func (t *transcript) bringRevealed(pos uint64) { t.look = look{awaited: pos, revealed: true} }

// bringUp moves a window of that height to the message that is to be shown, if there is
// one, unless all of it is in view.
func (t *transcript) bringUp(height int) {
	if t.reading != 0 && t.goneAt(t.reading) {
		t.reading = 0
	}
	switch {
	case t.awaited == 0 || height < 1:
		return
	case t.goneAt(t.awaited):
		t.awaited = 0
		return
	case t.revealed && isHidden(t.log.At(t.awaited)):
		return
	}
	it := item{id: t.awaited}
	if t.revealed && t.height(it) >= height {
		t.reading = t.awaited
	}
	t.awaited = 0
	if !t.inFull(it, height) {
		t.topAt(it, height)
	}
}

// inFull reports whether all rows of an item are in a window of that height.
func (t *transcript) inFull(it item, height int) bool {
	at, below := t.start()
	for y := -below; y < height; { // counted from the bottom of the window
		i, next, ok := t.above(at)
		if !ok {
			return false
		}
		rows := t.height(i)
		if i == it {
			return y >= 0 && y+rows <= height
		}
		y += rows
		at = next
	}
	return false
}

// topAt moves a window of that height so that it begins with an item or, if there is not
// enough below the item, to the end.
func (t *transcript) topAt(it item, height int) {
	at := t.end()
	for {
		i, next, ok := t.above(at)
		if !ok {
			return
		}
		if at = next; i == it {
			break
		}
	}
	t.topFrom(at, height)
	t.followAtEnd()
}
