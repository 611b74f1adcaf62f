package ui

import tea "github.com/charmbracelet/bubbletea"

// wheelRows is how many rows a notch of the wheel scrolls.
const wheelRows = 3

// scroll scrolls the transcript if the key asks for it, and reports whether it does.
func (c *chat) scroll(k tea.KeyMsg) bool {
	page, empty := max(c.cached.lines-1, 1), c.composer.draft.Empty()
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
