package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/editor"
)

// The keys of all screens; those that edit a text are in package editor. In a
// form, a line feed is Enter: a client sends it if its own terminal is not in raw
// mode.
var keys = struct {
	enter, light, quit, eof, escape, blank          key.Binding
	next, previous, less, more, deleteBack          key.Binding // in a form
	complete, completeBack, reveal                  key.Binding
	up, down                                        key.Binding // in the draft and its history
	pageUp, pageDown, lineUp, lineDown, top, bottom key.Binding // in the transcript
	start, end                                      key.Binding // of the transcript, if nothing is typed
}{
	enter:        bound("enter"),
	light:        bound("enter", "ctrl+j"),
	quit:         helped("Ctrl-C", "leave; the room burns on", "ctrl+c"),
	eof:          bound("ctrl+d"),
	escape:       bound("esc"),
	blank:        helped("Ctrl-\\", "blank it all, and back", "ctrl+\\"),
	next:         bound("tab", "down"),
	previous:     bound("shift+tab", "up"),
	less:         bound("left"),
	more:         bound("right"),
	deleteBack:   bound("backspace", "ctrl+h"),
	complete:     helped("Tab", "complete, then the next", "tab"),
	completeBack: bound("shift+tab"),
	reveal:       bound("ctrl+r"),
	up:           helped("↑ ↓", "what you said before", "up", "ctrl+p"),
	down:         bound("down", "ctrl+n"),
	pageUp:       helped("PgUp PgDn", "scroll, as the wheel", "pgup"),
	pageDown:     bound("pgdown"),
	lineUp:       bound("ctrl+up", "shift+up"),
	lineDown:     bound("ctrl+down", "shift+down"),
	top:          bound("ctrl+home"),
	bottom:       bound("ctrl+end"),
	start:        helped("Home End", "to the top, the newest", "home"),
	end:          bound("end"),
}

func bound(names ...string) key.Binding { return key.NewBinding(key.WithKeys(names...)) }

// helped is bound for a binding that /help keys explains, alone or for those beside
// it.
func helped(label, help string, names ...string) key.Binding {
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(label, help))
}

// keysHelp is the text of /help keys. Its rows fit a screen of 40 cells.
var keysHelp = func() string {
	var b strings.Builder
	for _, k := range []key.Binding{
		editor.Keys.Newline, keys.complete, keys.up, keys.pageUp, keys.start,
		editor.Keys.LineStart, editor.Keys.CutBlankBack, editor.Keys.WordLeft, keys.blank, keys.quit,
	} {
		fmt.Fprintf(&b, "%-13s%s\n", k.Help().Key, k.Help().Desc)
	}
	return b.String() + "Select text with Shift held, or after\n/mouse off."
}()

// pressed reports whether k is one of the binding's keys. Typed text never is:
// bindings compare names, and the letters of "up" that arrive together would
// be the key up.
func pressed(k tea.KeyMsg, b key.Binding) bool {
	return (k.Type != tea.KeyRunes || k.Alt) && key.Matches(k, b)
}
