package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"wick/sshapp/ui/editor"
)

// keys are the keys of all screens; those that edit a text are in package editor. In
// a form, a line feed counts as Enter: clients send it if their own terminal is not in
// raw mode.
var keys = struct {
	enter, light, quit, eof, escape, blank, redraw  key.Binding
	next, previous, less, more, deleteBack          key.Binding // in a form
	complete, completeBack, reveal, bare            key.Binding
	up, down                                        key.Binding // in the draft and its history
	pageUp, pageDown, lineUp, lineDown, top, bottom key.Binding // in the transcript
	start, end                                      key.Binding // of the transcript, if nothing is typed
}{
	enter:        bind("Enter", "send", "enter"),
	light:        bind("Enter", "light the room", "enter", "ctrl+j"),
	quit:         bind("Ctrl-C", "clear; if empty, leave", "ctrl+c"),
	eof:          bind("Ctrl-D", "leave, if nothing is typed", "ctrl+d"),
	escape:       bind("Esc", "undo the completion", "esc"),
	blank:        bind("Ctrl-\\", "blank screen, on and off", "ctrl+\\"),
	redraw:       bind("Ctrl-L", "redraw the screen", "ctrl+l"),
	next:         bind("Tab", "next field", "tab", "down"),
	previous:     bind("Shift-Tab", "previous field", "shift+tab", "up"),
	less:         bind("←", "less", "left"),
	more:         bind("→", "more", "right"),
	deleteBack:   bind("Backspace", "delete", "backspace", "ctrl+h"),
	complete:     bind("Tab", "complete, then the next", "tab"),
	completeBack: bind("Shift-Tab", "complete backwards", "shift+tab"),
	reveal:       bind("Ctrl-R", "show a burning message", "ctrl+r"),
	bare:         bind("Alt-L", "show one message alone", "alt+l"),
	up:           bind("↑", "what you said before", "up", "ctrl+p"),
	down:         bind("↓", "what you said after", "down", "ctrl+n"),
	pageUp:       bind("PgUp", "scroll, like the wheel", "pgup"),
	pageDown:     bind("PgDn", "scroll down", "pgdown"),
	lineUp:       bind("Ctrl-↑", "scroll by one row", "ctrl+up", "shift+up"),
	lineDown:     bind("Ctrl-↓", "scroll down by one row", "ctrl+down", "shift+down"),
	top:          bind("Ctrl-Home", "to the top", "ctrl+home"),
	bottom:       bind("Ctrl-End", "to the end", "ctrl+end"),
	start:        bind("Home", "to the top, to the end", "home"),
	end:          bind("End", "to the end", "end"),
}

// bind returns a binding to keys by the names of Bubble Tea, with the name of one of
// them for people and what it does.
func bind(name, help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, help))
}

// keyRows are the bindings that /help keys lists. Those of a row do similar things;
// the help is that of the first. The others are what people expect them to be.
var keyRows = [][]key.Binding{
	{editor.Keys.Newline},
	{keys.complete},
	{keys.escape},
	{keys.up, keys.down},
	{keys.pageUp, keys.pageDown},
	{keys.lineUp, keys.lineDown},
	{keys.start, keys.end},
	{editor.Keys.LineStart, editor.Keys.LineEnd},
	{editor.Keys.WordLeft, editor.Keys.WordRight, editor.Keys.CutWordForward},
	{editor.Keys.CutBlankBack, editor.Keys.CutToStart, editor.Keys.CutToEnd},
	{keys.reveal},
	{keys.bare},
	{keys.blank},
	{keys.redraw},
	{keys.quit},
}

// keysHelp returns the text of /help keys. Its rows fit a screen of 40 cells.
func (t *Theme) keysHelp() string {
	var b strings.Builder
	for _, row := range keyRows {
		fmt.Fprintf(&b, "%-13s%s\n", t.own(keyNames(row)), t.own(row[0].Help().Desc))
	}
	return b.String() + "To select text, hold Shift, or type\n/mouse off."
}

// keyNames joins the names of keys, with Ctrl or Alt once: "Ctrl-W U K".
func keyNames(row []key.Binding) string {
	first := row[0].Help().Key
	names := first
	for _, b := range row[1:] {
		name := b.Help().Key
		if modifier, _, ok := strings.Cut(first, "-"); ok {
			name = strings.TrimPrefix(name, modifier+"-")
		}
		names += " " + name
	}
	return names
}

// pressed reports whether k is one of the binding's keys. Typed text never is: key
// bindings compare names, so the letters of "up" that arrive together would be taken
// for the key up.
func pressed(k tea.KeyMsg, b key.Binding) bool {
	return !editor.Types(k) && key.Matches(k, b)
}

// cutEnter splits off the Enter that ends a paste without brackets, see
// sshd.Terminal.Input, and reports whether there was one.
func cutEnter(k tea.KeyMsg) (tea.KeyMsg, bool) {
	last := len(k.Runes) - 1
	if !k.Paste || last < 0 || k.Runes[last] != '\r' {
		return k, false
	}
	k.Runes = k.Runes[:last]
	return k, true
}

// firstLine cuts a paste off at its first line end, for a field that has one line.
func firstLine(k tea.KeyMsg) tea.KeyMsg {
	if end := slices.IndexFunc(k.Runes, isLineEnd); k.Paste && end >= 0 {
		k.Runes = k.Runes[:end]
	}
	return k
}

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' }
