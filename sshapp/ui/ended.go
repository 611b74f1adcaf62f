package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

// ended is the screen after the end: it is blank and ignores every message.
type ended struct{ wording.Outcome }

func (e ended) init() tea.Cmd                    { return tea.Quit }
func (e ended) update(tea.Msg) (screen, tea.Cmd) { return e, nil }
func (e ended) frame(width, height int) painter.Frame {
	return painter.Frame{Width: width, Height: height, CursorY: -1}
}
