// Package editor edits a text that is being typed: a Model takes the keys of Emacs, moves
// by whole characters, and draws the text in one row or in several.
//
// The cursor is that of the terminal: a Model only says where to put it.
package editor

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// Model is a text with a cursor. It is not safe for concurrent use.
type Model struct {
	runes  []rune
	cursor int    // index into runes
	limit  int    // of runes, for what is typed
	most   int    // of runes, for what is pasted or set
	killed []rune // the text that was cut last, for Yank

	moving bool // the last key was a move between rows
	column int  // the cell that such moves aim for

	layout layout
}

// New returns an empty text that takes up to limit characters.
func New(limit int) Model { return Model{limit: limit, most: limit} }

// KeepPastes lets pastes, and SetText, go beyond the limit, up to most characters. So
// they stay whole, to be shortened.
func (m *Model) KeepPastes(most int) { m.most = max(most, m.limit) }

// Empty reports whether there is no text.
func (m *Model) Empty() bool { return len(m.runes) == 0 }

// Len returns the number of characters, as Unicode code points.
func (m *Model) Len() int { return len(m.runes) }

// Limit returns how many characters can be typed.
func (m *Model) Limit() int { return m.limit }

// Text returns the text with its line breaks.
func (m *Model) Text() string { return string(m.runes) }

// BeforeCursor returns the text before the cursor.
func (m *Model) BeforeCursor() string { return string(m.runes[:m.cursor]) }

// SetText replaces the text, cut off at the limit for pastes, and puts the cursor at its
// end.
func (m *Model) SetText(text string) {
	m.runes = typable(text)
	m.runes = m.runes[:min(len(m.runes), m.most)]
	m.cursor = len(m.runes)
	m.changed()
}

// ReplaceBefore replaces the last n characters before the cursor. It returns false and
// does nothing if the limit does not allow that.
func (m *Model) ReplaceBefore(n int, text string) bool {
	with := typable(text)
	if n > m.cursor || len(m.runes)-n+len(with) > m.limit {
		return false
	}
	m.replace(m.cursor-n, m.cursor, with)
	return true
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// typable returns the part of a text that can be typed: line ends become \n, and other
// control characters except tabs are left out.
func typable(text string) []rune {
	text = lineEnds.Replace(text)
	return slices.DeleteFunc([]rune(text), func(r rune) bool {
		return r == utf8.RuneError || r != '\n' && r != '\t' && unicode.IsControl(r)
	})
}

// insert adds as much of a text at the cursor as a limit allows, and reports whether
// that is all of it.
func (m *Model) insert(text string, limit int) bool {
	add := typable(text)
	room := max(limit-len(m.runes), 0)
	fits := len(add) <= room
	m.replace(m.cursor, m.cursor, add[:min(len(add), room)])
	return fits
}

// replace replaces the runes [from, to), and puts the cursor after the new ones.
func (m *Model) replace(from, to int, with []rune) {
	m.runes = slices.Replace(m.runes, from, to, with...)
	m.cursor = from + len(with)
	m.changed()
}

// cut removes the runes [from, to), and keeps them for Yank.
func (m *Model) cut(from, to int) {
	if from < to {
		m.killed = slices.Clone(m.runes[from:to])
		m.replace(from, to, nil)
	}
}

// ForgetCut forgets what was cut, so that Yank does not bring it back.
func (m *Model) ForgetCut() {
	clear(m.killed)
	m.killed = nil
}

func (m *Model) changed() {
	m.layout.valid = false
	m.move(m.cursor)
}

func (m *Model) move(to int) { m.cursor, m.moving = to, false }

// KeyMap holds the keys of a Model. Moving between rows is up to the caller, see
// MoveRow.
type KeyMap struct {
	Newline, Left, Right, WordLeft, WordRight, LineStart, LineEnd key.Binding
	DeleteBack, DeleteForward                                     key.Binding
	CutWordBack, CutBlankBack, CutWordForward                     key.Binding
	CutToStart, CutToEnd, Yank, Transpose                         key.Binding
}

// Keys are the keys of all models. The help of some speaks for similar ones, too.
var Keys = KeyMap{
	Newline:        bind("Alt-Enter", "new line, or Ctrl-J", "alt+enter", "ctrl+j"),
	Left:           bind("←", "left", "left", "ctrl+b"),
	Right:          bind("→", "right", "right", "ctrl+f"),
	WordLeft:       bind("Alt-B", "by words, as Ctrl-← →", "ctrl+left", "alt+left", "alt+b"),
	WordRight:      bind("Alt-F", "right by a word", "ctrl+right", "alt+right", "alt+f"),
	LineStart:      bind("Ctrl-A", "start, end of the line", "home", "ctrl+a"),
	LineEnd:        bind("Ctrl-E", "end of the line", "end", "ctrl+e"),
	DeleteBack:     bind("Backspace", "delete", "backspace", "ctrl+h"),
	DeleteForward:  bind("Delete", "delete ahead", "delete", "ctrl+d"),
	CutWordBack:    bind("Alt-Backspace", "cut the word before", "alt+backspace"),
	CutBlankBack:   bind("Ctrl-W", "cut; Ctrl-Y pastes", "ctrl+w"),
	CutWordForward: bind("Alt-D", "cut the next word", "alt+d", "alt+delete"),
	CutToStart:     bind("Ctrl-U", "cut to the start of the line", "ctrl+u"),
	CutToEnd:       bind("Ctrl-K", "cut to the end of the line", "ctrl+k"),
	Yank:           bind("Ctrl-Y", "paste what was cut", "ctrl+y"),
	Transpose:      bind("Ctrl-T", "swap two characters", "ctrl+t"),
}

// bind returns a binding to keys by the names of Bubble Tea, with the name of one of
// them for people and what it does.
func bind(name, help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, help))
}

// Types reports whether a key, or a paste, is text.
func Types(k tea.KeyMsg) bool {
	return (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) && !k.Alt
}

// Press handles a key. It returns false if some of what was typed or pasted did not fit
// into the limit. Keys that it does not know do nothing.
func (m *Model) Press(k tea.KeyMsg) bool {
	// Typed text is never a key: key bindings compare names, so the letters of "up"
	// that arrive together would be taken for the key up.
	if Types(k) {
		limit := m.limit
		if k.Paste {
			limit = m.most
		}
		return m.insert(string(k.Runes), limit)
	}
	here := m.cursor
	switch b := &Keys; {
	case key.Matches(k, b.Newline):
		return m.insert("\n", m.limit)
	case key.Matches(k, b.Yank):
		return m.insert(string(m.killed), m.most)
	case key.Matches(k, b.Left):
		m.move(CharStart(m.runes, here-1))
	case key.Matches(k, b.Right):
		m.move(charEnd(m.runes, here))
	case key.Matches(k, b.WordLeft):
		m.move(wordStart(m.runes, here))
	case key.Matches(k, b.WordRight):
		m.move(wordEnd(m.runes, here))
	case key.Matches(k, b.LineStart):
		m.move(lineStart(m.runes, here))
	case key.Matches(k, b.LineEnd):
		m.move(lineEnd(m.runes, here))
	case key.Matches(k, b.DeleteBack):
		m.replace(CharStart(m.runes, here-1), here, nil)
	case key.Matches(k, b.DeleteForward):
		m.replace(here, charEnd(m.runes, here), nil)
	case key.Matches(k, b.CutWordBack):
		m.cut(wordStart(m.runes, here), here)
	case key.Matches(k, b.CutBlankBack):
		m.cut(blankStart(m.runes, here), here)
	case key.Matches(k, b.CutWordForward):
		m.cut(here, wordEnd(m.runes, here))
	case key.Matches(k, b.CutToStart):
		m.cut(lineStart(m.runes, here), here)
	case key.Matches(k, b.CutToEnd):
		end := lineEnd(m.runes, here)
		if end == here { // then the line break itself
			end = charEnd(m.runes, here)
		}
		m.cut(here, end)
	case key.Matches(k, b.Transpose):
		m.transpose()
	}
	return true
}

// transpose swaps the characters around the cursor, or at the end of a line the two
// before it, and moves the cursor after them.
func (m *Model) transpose() {
	mid := m.cursor
	if mid == lineEnd(m.runes, mid) {
		mid = CharStart(m.runes, mid-1)
	}
	from, to := CharStart(m.runes, mid-1), charEnd(m.runes, mid)
	if from < lineStart(m.runes, m.cursor) || from == mid || mid == to {
		return
	}
	m.replace(from, to, slices.Concat(m.runes[mid:to], m.runes[from:mid]))
}
