package ui

import tea "github.com/charmbracelet/bubbletea"

// blanked tells whether a key blanks the screen, brings it back, or comes while
// there is nothing to see: then it does nothing, but for leaving.
func (m *Model) blanked(k tea.KeyMsg) bool {
	if pressed(k, keys.blank) {
		m.blank = !m.blank
		return true
	}
	return m.blank && !pressed(k, keys.quit)
}

// nothing is a screen that tells nothing of a room, in its title neither.
func nothing(width, height int) Frame {
	return Frame{Width: width, Height: height, CursorY: -1, Title: " "}
}
