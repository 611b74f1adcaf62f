package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/wording"
)

// rescue ends the session if drawing or reacting panicked. It is deferred. Bubble Tea
// would print the panic, which may quote what was said, and exit with status 0.
func (m *model) rescue(cmd *tea.Cmd) {
	if r := recover(); r != nil {
		m.env.Panicked(r)
		m.end(wording.Crashed())
		*cmd = tea.Quit
	}
}

// end shows the screen after the end.
func (m *model) end(o wording.Outcome) {
	m.screen = ended{o}
	m.draw()
}

// guard returns cmd changed so that a panic in it, or in a command that it returns,
// ends the session.
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
