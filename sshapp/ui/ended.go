package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/wording"
)

// ended is the screen after everything: blank, and deaf.
type ended struct{ wording.Outcome }

func (e ended) init() tea.Cmd                    { return tea.Quit }
func (e ended) update(tea.Msg) (screen, tea.Cmd) { return e, nil }
func (e ended) frame(width, height int) Frame {
	return Frame{Width: width, Height: height, CursorY: -1}
}
