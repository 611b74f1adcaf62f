package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
)

// blanked reports whether a key blanks the screen, brings it back, or comes while
// it is blank: then only the key that leaves does anything.
func (m *model) blanked(k tea.KeyMsg) bool {
	if pressed(k, keys.blank) {
		m.blank = !m.blank
		return true
	}
	return m.blank && !pressed(k, keys.quit)
}

// blankFrame is a screen without a word about the room, even in its title.
func blankFrame(width, height int) painter.Frame {
	return painter.Frame{Width: width, Height: height, CursorY: -1, Title: " "}
}
