package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// The keys of all screens. Where a text has one line, a line feed is Enter: that
// is what comes from a client whose own terminal is not in raw mode.
var keys = struct {
	enter, light, newline, quit, eof, escape, blank key.Binding
	next, previous, less, more                      key.Binding
	complete, completeBack, reveal                  key.Binding
	up, down                                        key.Binding // in the draft, and what was said before
	pageUp, pageDown, lineUp, lineDown, top, bottom key.Binding // in the transcript
	start, end                                      key.Binding // of the line; of the transcript where nothing is typed

	left, right, wordLeft, wordRight, lineStart, lineEnd key.Binding
	deleteBack, deleteHere                               key.Binding
	cutWordBack, cutBlankBack, cutWordHere               key.Binding
	cutStart, cutEnd, yank, swap                         key.Binding
}{
	enter:        bound("enter"),
	light:        bound("enter", "ctrl+j"),
	newline:      bound("alt+enter", "ctrl+j"),
	quit:         bound("ctrl+c"),
	eof:          bound("ctrl+d"),
	escape:       bound("esc"),
	blank:        bound("ctrl+\\"),
	next:         bound("tab", "down"),
	previous:     bound("shift+tab", "up"),
	less:         bound("left"),
	more:         bound("right"),
	complete:     bound("tab"),
	completeBack: bound("shift+tab"),
	reveal:       bound("ctrl+r"),
	up:           bound("up", "ctrl+p"),
	down:         bound("down", "ctrl+n"),
	pageUp:       bound("pgup"),
	pageDown:     bound("pgdown"),
	lineUp:       bound("ctrl+up", "shift+up"),
	lineDown:     bound("ctrl+down", "shift+down"),
	top:          bound("ctrl+home"),
	bottom:       bound("ctrl+end"),
	start:        bound("home"),
	end:          bound("end"),
	left:         bound("left", "ctrl+b"),
	right:        bound("right", "ctrl+f"),
	wordLeft:     bound("ctrl+left", "alt+left", "alt+b"),
	wordRight:    bound("ctrl+right", "alt+right", "alt+f"),
	lineStart:    bound("home", "ctrl+a"),
	lineEnd:      bound("end", "ctrl+e"),
	deleteBack:   bound("backspace", "ctrl+h"),
	deleteHere:   bound("delete", "ctrl+d"),
	cutWordBack:  bound("alt+backspace"),
	cutBlankBack: bound("ctrl+w"),
	cutWordHere:  bound("alt+d", "alt+delete"),
	cutStart:     bound("ctrl+u"),
	cutEnd:       bound("ctrl+k"),
	yank:         bound("ctrl+y"),
	swap:         bound("ctrl+t"),
}

func bound(names ...string) key.Binding { return key.NewBinding(key.WithKeys(names...)) }

// pressed tells whether k is one of the binding's keys. Typed text never is:
// bindings compare names, and the letters of "up" that arrive together would
// be the key up.
func pressed(k tea.KeyMsg, b key.Binding) bool {
	return (k.Type != tea.KeyRunes || k.Alt) && key.Matches(k, b)
}
