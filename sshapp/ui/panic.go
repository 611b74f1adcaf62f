package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/wording"
)

// rescue ends the session if drawing or reacting panicked. Left to Bubble Tea, a
// panic would be printed, with what was said in it, and the exit status be 0.
func (m *model) rescue(cmd *tea.Cmd) {
	if r := recover(); r != nil {
		m.env.Panicked(r)
		m.end(wording.Crashed())
		*cmd = tea.Quit
	}
}

func (m *model) end(o wording.Outcome) {
	m.screen = ended{o}
	m.draw()
}

// guard returns a command that does the same if it, or one that it starts, panics.
func (m *model) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				m.env.Panicked(r)
				msg = failedMsg{}
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i, c := range batch {
				batch[i] = m.guard(c)
			}
		}
		return msg
	}
}
