package ui

import tea "github.com/charmbracelet/bubbletea"

// wheelRows is how far a turn of the wheel scrolls.
const wheelRows = 3

// farthest is more rows than any transcript has.
const farthest = 1 << 20

// scroll moves the transcript, where the key does that.
func (c *chat) scroll(k tea.KeyMsg) bool {
	page, empty := max(c.look.lines-1, 1), c.line.empty()
	switch {
	case pressed(k, keys.pageUp):
		c.log.up(page, c.look.lines)
	case pressed(k, keys.pageDown):
		c.log.down(page)
	case pressed(k, keys.lineUp):
		c.log.up(1, c.look.lines)
	case pressed(k, keys.lineDown):
		c.log.down(1)
	case pressed(k, keys.top), empty && pressed(k, keys.start):
		c.log.up(farthest, c.look.lines)
	case pressed(k, keys.bottom), empty && pressed(k, keys.end):
		c.log.follow()
	default:
		return false
	}
	return true
}

func (c *chat) wheel(m tea.MouseMsg) {
	switch m.Button {
	case tea.MouseButtonWheelUp:
		c.log.up(wheelRows, c.look.lines)
	case tea.MouseButtonWheelDown:
		c.log.down(wheelRows)
	}
}
