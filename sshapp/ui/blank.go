package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
)

// blanked blanks the screen or brings it back if the key asks for it, and reports
// whether the key is thereby dealt with. On a blank screen all keys are, but the one
// that leaves.
func (m *model) blanked(k tea.KeyMsg) bool {
	if pressed(k, keys.blank) {
		m.blank = !m.blank
		return true
	}
	return m.blank && !pressed(k, keys.quit)
}

// blankFrame returns a screen that says nothing about the room, even in its title.
func blankFrame(width, height int) painter.Frame {
	return painter.Frame{Width: width, Height: height, CursorY: -1, Title: " "}
}
