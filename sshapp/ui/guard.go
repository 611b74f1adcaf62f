package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/wording"
)

// rescue ends the session where drawing or reacting panicked: left to Bubble
// Tea, a panic is printed, with what was said in it, and the exit status is 0.
func (m *Model) rescue(cmd *tea.Cmd) {
	if r := recover(); r != nil {
		m.env.Panicked(r)
		m.end(wording.Crashed())
		*cmd = tea.Quit
	}
}

func (m *Model) end(o wording.Outcome) {
	m.screen = ended{o}
	m.draw()
}

// guard does the same for a command, and for all that it starts.
func (m *Model) guard(cmd tea.Cmd) tea.Cmd {
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
