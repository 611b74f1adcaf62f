package ui

import (
	"fmt"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"strings"
)

// The keys of all screens. In a text of one line, a line feed is Enter: a client
// whose own terminal is not in raw mode sends that.
var keys = struct {
	enter, light, newline, quit, eof, escape, blank key.Binding
	next, previous, less, more                      key.Binding
	complete, completeBack, reveal                  key.Binding
	up, down                                        key.Binding // in the draft, and what was said before
	pageUp, pageDown, lineUp, lineDown, top, bottom key.Binding // in the transcript
	start, end                                      key.Binding // of the line; of the transcript if nothing is typed

	left, right, wordLeft, wordRight, lineStart, lineEnd key.Binding
	deleteBack, deleteHere                               key.Binding
	cutWordBack, cutBlankBack, cutWordHere               key.Binding
	cutStart, cutEnd, yank, swap                         key.Binding
}{
	enter:        bound("enter"),
	light:        bound("enter", "ctrl+j"),
	newline:      helped("Alt-Enter", "a new line, as Ctrl-J", "alt+enter", "ctrl+j"),
	quit:         helped("Ctrl-C", "leave; the room burns on", "ctrl+c"),
	eof:          bound("ctrl+d"),
	escape:       bound("esc"),
	blank:        helped("Ctrl-\\", "blank it all, and back", "ctrl+\\"),
	next:         bound("tab", "down"),
	previous:     bound("shift+tab", "up"),
	less:         bound("left"),
	more:         bound("right"),
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
	left:         bound("left", "ctrl+b"),
	right:        bound("right", "ctrl+f"),
	wordLeft:     helped("Alt-B F D", "by words, as Ctrl-← →", "ctrl+left", "alt+left", "alt+b"),
	wordRight:    bound("ctrl+right", "alt+right", "alt+f"),
	lineStart:    helped("Ctrl-A E", "start, end of the line", "home", "ctrl+a"),
	lineEnd:      bound("end", "ctrl+e"),
	deleteBack:   bound("backspace", "ctrl+h"),
	deleteHere:   bound("delete", "ctrl+d"),
	cutWordBack:  bound("alt+backspace"),
	cutBlankBack: helped("Ctrl-W U K", "cut; Ctrl-Y puts back", "ctrl+w"),
	cutWordHere:  bound("alt+d", "alt+delete"),
	cutStart:     bound("ctrl+u"),
	cutEnd:       bound("ctrl+k"),
	yank:         bound("ctrl+y"),
	swap:         bound("ctrl+t"),
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
		keys.newline, keys.complete, keys.up, keys.pageUp, keys.start,
		keys.lineStart, keys.cutBlankBack, keys.wordLeft, keys.blank, keys.quit,
	} {
		fmt.Fprintf(&b, "%-13s%s\n", k.Help().Key, k.Help().Desc)
	}
	return b.String() + "Select text with Shift held, or after\n/mouse off."
}()

// pressed reports whether k is one of the binding's keys. Typed text never
// is: bindings compare names, so the letters "up" that arrive together would be the
// key up.
func pressed(k tea.KeyMsg, b key.Binding) bool {
	return (k.Type != tea.KeyRunes || k.Alt) && key.Matches(k, b)
}
