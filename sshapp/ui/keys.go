package ui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// The keys of all screens. A line feed sends as Enter does: that is what comes
// from a client whose own terminal is not in raw mode.
var keys = struct {
	enter, newline, quit, eof, escape   key.Binding
	next, previous, less, more          key.Binding
	pageUp, pageDown, lineUp, lineDown  key.Binding
	left, right, deleteBack, deleteHere key.Binding
}{
	enter:      key.NewBinding(key.WithKeys("enter", "ctrl+j")),
	newline:    key.NewBinding(key.WithKeys("alt+enter")),
	quit:       key.NewBinding(key.WithKeys("ctrl+c")),
	eof:        key.NewBinding(key.WithKeys("ctrl+d")),
	escape:     key.NewBinding(key.WithKeys("esc")),
	next:       key.NewBinding(key.WithKeys("tab", "down")),
	previous:   key.NewBinding(key.WithKeys("shift+tab", "up")),
	less:       key.NewBinding(key.WithKeys("left")),
	more:       key.NewBinding(key.WithKeys("right")),
	pageUp:     key.NewBinding(key.WithKeys("pgup")),
	pageDown:   key.NewBinding(key.WithKeys("pgdown")),
	lineUp:     key.NewBinding(key.WithKeys("up")),
	lineDown:   key.NewBinding(key.WithKeys("down")),
	left:       editing.CharacterBackward,
	right:      editing.CharacterForward,
	deleteBack: editing.DeleteCharacterBackward,
	deleteHere: editing.DeleteCharacterForward,
}

// editing is the line editor's keys, less pasting: that would read the
// clipboard of the server.
var editing = func() textinput.KeyMap {
	m := textinput.DefaultKeyMap
	m.Paste = key.NewBinding(key.WithDisabled())
	m.AcceptSuggestion = m.Paste
	m.NextSuggestion = m.Paste
	m.PrevSuggestion = m.Paste
	return m
}()

// pressed tells whether k is one of the binding's keys. Typed text never is:
// bindings compare names, and the letters of "up" that arrive together would
// be the key up.
func pressed(k tea.KeyMsg, b key.Binding) bool {
	return (k.Type != tea.KeyRunes || k.Alt) && key.Matches(k, b)
}
