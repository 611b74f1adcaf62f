package ui

import (
	"fmt"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// The least sizes of a screen that has more than the countdown, the transcript and the
// composer, in rows and cells.
const (
	heightWick   = 6
	heightStatus = 4
	heightHint   = 18
	widthHeader  = 20 // cells
)

// minGap is the least space between the hint and what stands beside it, in cells.
const minGap = 2

const hint = "/help  /share  /destroy   Ctrl-C leaves"

// viewCache holds the parts of the last frame that seldom change, and what they were
// made from.
type viewCache struct {
	width, height int
	lines         int // rows of the transcript
	roster        []rooms.Seat
	you           rooms.Seat
	deadline      time.Time
	stale, locked bool
	names         string
	clock         *painter.Clock
	panel         []string
	rule, hint    string
	title         string
	unread        int         // in title
	expired       func() bool // kept, since each method value takes memory
}

func (c *chat) frame(width, height int) painter.Frame {
	if c.over() {
		return burningOut(c.env.Theme, width, height)
	}
	c.renewTitle()
	f := painter.Frame{Width: width, Height: height, CursorY: -1, Title: c.cached.title, Focus: true, Expired: c.cached.expired}
	if width < 1 || height < 1 {
		return f
	}
	if c.bare != nil {
		c.drawBare(&f)
		return f
	}
	f.Mouse, f.Mark = !c.mouseless, c.log.readTo()
	f.Rows = make([]string, height)
	c.renewCached(width, height)
	f.Top = c.headerHeight()
	if f.Top == 2 {
		f.Rows[0] = c.cached.names
	}
	f.Clock = c.cached.clock
	f.Bottom = f.Top + c.cached.lines
	c.transcript(&f)
	switch {
	case height >= heightStatus:
		f.Rows[f.Bottom] = c.status(width)
	case (c.asking != nil || c.leaving) && c.cached.lines > 0:
		f.Rows[f.Bottom-1] = c.status(width) // a key answers it, so it has to be in view
	}
	if height >= heightHint {
		f.Rows[height-1] = c.cached.hint
	}
	c.composer.draw(&f, c.env.Theme)
	return f
}

// renewTitle renews what every frame has, whatever is shown.
func (c *chat) renewTitle() {
	l, unread := &c.cached, c.attention.unread
	if l.title != "" && l.unread == unread {
		return
	}
	l.title, l.unread = c.attention.title(c.env.Theme, c.state.Room.Name.String()), unread
	l.expired = c.expired
}

// headerHeight returns the rows of the header: one for the name and one for the
// wick, one for both on a small screen, none if only the composer fits.
func (c *chat) headerHeight() int {
	switch {
	case c.cached.height >= heightWick && c.cached.width >= widthHeader:
		return 2
	case c.cached.height >= 2:
		return 1
	default:
		return 0
	}
}

// footerHeight returns the rows of the status, the composer and the hint, as far
// as they fit.
func (c *chat) footerHeight() int {
	rows := len(c.composer.box.Rows)
	if c.cached.height >= heightStatus {
		rows++
	}
	if c.cached.height >= heightHint {
		rows++
	}
	return rows
}

// hasPanel reports whether the screen has room for the roster panel.
func (c *chat) hasPanel() bool { return c.cached.width >= rosterFrom }

// renewCached renews the rows that depend on the size and the roster. A roster is
// replaced when it changes, never altered.
func (c *chat) renewCached(width, height int) {
	l, s, t := &c.cached, c.state, c.env.Theme
	drafted := len(c.composer.box.Rows)
	sized := c.composer.layOut(width, height) == drafted && l.width == width && l.height == height
	same := len(l.roster) == len(s.Roster) && (len(s.Roster) == 0 || &l.roster[0] == &s.Roster[0])
	burns := l.deadline.Equal(s.Room.Deadline) && l.stale == s.Stale && l.locked == s.Room.Locked
	if sized && same && burns && l.you == s.You {
		return
	}
	l.width, l.height, l.roster, l.you = width, height, s.Roster, s.You
	l.deadline, l.stale, l.locked = s.Room.Deadline, s.Stale, s.Room.Locked
	l.clock = c.clock()
	l.lines = max(height-c.headerHeight()-c.footerHeight(), 0)
	share := c.share()
	if c.env.Hostless {
		share = wording.PublicHostUnset
	}
	l.names = nameRow(t, s, share, width, !c.hasPanel())
	l.panel = nil
	if c.hasPanel() {
		l.panel = rosterRows(t, s, l.lines)
	}
	l.rule = t.dim.paint(strings.Repeat(t.mark("─"), width))
	p := newRowBuilder(t, width)
	p.skip(1)
	p.write(t.dim, hint)
	if c.env.Location == time.Local {
		aside := wording.ServerTimes(time.Now())
		if gap := p.left - 1 - textWidth(aside); gap >= minGap {
			p.skip(gap)
			p.write(t.dim, aside)
		}
	}
	l.hint = p.row()
}

// clock returns the row with the countdown: below the names, or alone.
func (c *chat) clock() *painter.Clock {
	t, s, width, left, quiet := c.env.Theme, c.state, c.cached.width, c.member.Left, c.quiet
	clock := &painter.Clock{}
	switch c.headerHeight() {
	case 2:
		row := &countdownRow{theme: t, span: s.Room.Span, stale: s.Stale, locked: s.Room.Locked, quiet: quiet, width: width}
		clock.Row, clock.Text = 1, func() (still, moving string) { return row.text(left()) }
	case 1:
		clock.Text = func() (still, moving string) { return "", smallRow(t, s, left(), quiet, width) }
	default:
		return nil
	}
	return clock
}

// transcript draws the messages, and the roster panel to the right of the upper
// ones. Only the rows below the panel are marked as scrolling.
func (c *chat) transcript(f *painter.Frame) {
	width := f.Width
	if c.hasPanel() {
		width -= rosterWidth + 1
	}
	rows := c.log.view(c.cached.lines, width)
	for i, r := range rows {
		f.Rows[f.Top+i] = r.text
	}
	for i, cell := range c.cached.panel {
		p, gap := newRowBuilder(c.env.Theme, f.Width), width+1-rows[i].cells
		p.b.Grow(len(rows[i].text) + gap + len(painter.Column) + len(cell))
		p.append(rows[i].text, rows[i].cells)
		p.skip(gap)
		p.append(cell, rosterWidth)
		f.Rows[f.Top] = p.row()
		f.Top++
	}
}

// status returns the row above the composer: a question, the candidates of Tab, a
// message under way, knocks, unread messages, people typing, or a rule.
func (c *chat) status(width int) string {
	t := c.env.Theme
	p := newRowBuilder(t, width)
	p.skip(1)
	typed := c.composer.counter()
	if typed != "" {
		typed = " " + typed + " "
	}
	p.left -= len(typed)
	switch {
	case c.asking != nil:
		p.write(t.alarm, c.asking.Text)
	case c.leaving:
		p.write(t.alarm, "Ctrl-C again leaves; any key stays.")
	case c.composer.completion != nil:
		c.composer.completion.draw(p, t)
	case c.out.slow:
		p.write(t.dim, t.own("sending… ")+rooms.CleanLine(firstRunes(c.out.queue[0].message, maxRunesPerCell*width)))
	case len(c.state.Knocks) > 0:
		knocking(p, t, c.state.Knocks)
	case c.found:
		p.write(t.accent, "Here it is: Ctrl-R again shows it")
	case c.log.reading != 0:
		p.write(t.accent, t.mark("↓")+" PgDn: it burns once you see its end")
	case c.log.scrolled:
		more := " PgDn"
		if n := c.log.unread(); n > 0 {
			more = fmt.Sprintf(" %d new below, PgDn", n)
		}
		p.write(t.accent, t.mark("↓")+more)
	case len(c.state.Typing) > 0:
		who, does := wording.Typing(c.state.Typing)
		p.write(t.dim, who+t.own(does))
	case typed == "":
		return c.cached.rule
	default:
		p.fill(t.dim, t.mark("─"), p.left)
	}
	if typed == "" {
		return p.row()
	}
	p.skip(p.left)
	p.column()
	p.left += len(typed)
	i := t.dim
	if c.composer.full() {
		i = t.alarm
	}
	p.write(i, typed)
	return p.row()
}

// knocking writes who is knocking, and what to type if that fits.
func knocking(p *rowBuilder, t *Theme, all []rooms.Seat) {
	who, does, typed := wording.Introduced(all[0]), " knocks", ": /admit or /deny"
	if n := len(all) - 1; n > 0 {
		does, typed = fmt.Sprintf(" and %d more knock", n), ": /admit NAME or /deny NAME"
	}
	if textWidth(who)+len(does)+len(typed) > p.left {
		typed = ""
	}
	p.left -= len(does)
	p.write(t.accent, who)
	p.left += len(does)
	p.write(t.accent, does+typed)
}

// maxRunesPerCell bounds how much of a text is looked at to fill a row.
const maxRunesPerCell = 4

// firstRunes returns the first n runes of a text.
func firstRunes(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}
