package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"
)

// Rows of the composer: a quarter of the screen, where it has that many.
const (
	composerShare = 4
	composerRows  = 8
)

// nearLimit is the part of the limit, in percent, from which characters are
// counted.
const nearLimit = 80

// box is the composer as it is drawn: some rows of the draft, and the cursor.
type box struct {
	rows         []string
	x, y         int  // of the cursor, within the box
	more, behind bool // rows of the draft above and below
}

// boxed is a box and what it was made for.
type boxed struct {
	width, most int // width 0: not drawn since the last key
	box         box
}

// mostRows is how far the composer grows.
func mostRows(height int) int {
	if height < heightWick {
		return 1
	}
	return min(max(height/composerShare, 1), composerRows)
}

// box is the part of the draft around the cursor.
func (l *line) box(width, most int) box {
	if width < 1 {
		return box{rows: []string{""}}
	}
	if d := &l.boxed; d.width != width || d.most != most {
		*d = boxed{width, most, l.part(width, most)}
	}
	return l.boxed.box
}

func (l *line) part(width, most int) box {
	rows := l.lay(width)
	y, x := l.at(rows)
	from := min(max(y-most/2, 0), max(len(rows)-most, 0))
	to := min(from+most, len(rows))
	b := box{x: min(x, width-1), y: y - from, more: from > 0, behind: to < len(rows)}
	for _, r := range rows[from:to] {
		b.rows = append(b.rows, clip(string(l.runes[r.from:r.to]), width))
	}
	return b
}

// counted is how much of the limit a draft takes, once that matters.
func (l *line) counted() string {
	if len(l.runes)*100 < l.limit*nearLimit {
		return ""
	}
	return strconv.Itoa(len(l.runes)) + "/" + strconv.Itoa(l.limit)
}

// prompt is the cells before the draft; none on a narrow screen.
func prompt(width int) int {
	if width < widthHeader {
		return 0
	}
	return 3
}

// compose lays the draft out for the screen.
func (c *chat) compose(width, height int) {
	c.look.box = c.line.box(width-prompt(width), mostRows(height))
}

// composer draws the draft, over the hint where there is one.
func (c *chat) composer(f *Frame) {
	t, b := c.env.Theme, c.look.box
	y := f.Height - len(b.rows)
	if f.Height >= heightHint {
		y--
	}
	for i, text := range b.rows {
		p := newRowBuilder(f.Width)
		if prompt(f.Width) > 0 {
			p.skip(1)
			switch {
			case i == 0 && b.more:
				p.write(t.dim, "↑")
			case i == len(b.rows)-1 && b.behind:
				p.write(t.dim, "↓")
			case i == 0:
				p.write(t.accent, "❯")
			default:
				p.skip(1)
			}
			p.skip(1)
		}
		p.write(t.plain, text)
		f.Rows[y+i] = p.row()
	}
	f.CursorX, f.CursorY = prompt(f.Width)+b.x, y+b.y
}

// climb moves by a row of the draft, or at its edge through what was said
// before: -1 is back.
func (c *chat) climb(by int) {
	if c.line.climb(by) {
		return
	}
	if text, ok := c.said.step(by, c.line.text()); ok {
		c.line.set(text)
	}
}

// edit passes a key to the draft.
func (c *chat) edit(k tea.KeyMsg) {
	fits := c.line.press(k)
	if !fits && !c.cut {
		c.warn("That is longer than " + strconv.Itoa(c.line.limit) + " characters: the end was left out.")
	}
	c.cut = !fits
}
