package ui

import tea "github.com/charmbracelet/bubbletea"

// wheelRows is how far a turn of the wheel scrolls.
const wheelRows = 3

// scroll moves the transcript with the next frame, if the key does that.
func (c *chat) scroll(k tea.KeyMsg) bool {
	page, empty := max(c.look.lines-1, 1), c.line.empty()
	switch {
	case pressed(k, keys.pageUp):
		c.log.scroll(page)
	case pressed(k, keys.pageDown):
		c.log.scroll(-page)
	case pressed(k, keys.lineUp):
		c.log.scroll(1)
	case pressed(k, keys.lineDown):
		c.log.scroll(-1)
	case pressed(k, keys.top), empty && pressed(k, keys.start):
		c.log.scrollToTop()
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
		c.log.scroll(wheelRows)
	case tea.MouseButtonWheelDown:
		c.log.scroll(-wheelRows)
	}
}
