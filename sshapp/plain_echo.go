package sshapp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/sshd"
)

// echoEditor edits the last line at a terminal that leaves echo and editing to the
// server. It echoes nothing but characters, line feeds and backspaces.
type echoEditor struct {
	text  string
	limit int  // characters
	full  bool // keyTooLong was returned
}

// keyResult is what a key did.
type keyResult uint8

const (
	keyEdited  keyResult = iota
	keyEntered           // the line is done
	keyTooLong           // the line has no room for the character
	keyEOF               // the end of the input: Ctrl-D in an empty line
)

// Control characters that do something.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	del       = 0x7f
)

// press handles the first of some keys; none of them is cut off. It returns the others,
// and what to echo on a terminal of that width.
func (e *echoEditor) press(keys string, width int) (rest, echo string, what keyResult) {
	switch c := keys[0]; c {
	case '\r', '\n':
		return keys[1:], "\n", keyEntered
	case ctrlD:
		if e.text == "" {
			return keys[1:], "", keyEOF
		}
		return keys[1:], "", keyEdited
	case backspace, del:
		return keys[1:], e.cut(e.beforeLast(), width), keyEdited
	case ctrlU:
		return keys[1:], e.cut(0, width), keyEdited
	case ctrlW:
		kept := strings.TrimRight(e.text, " ")
		return keys[1:], e.cut(strings.LastIndexByte(kept, ' ')+1, width), keyEdited
	case escape:
		return keys[sshd.SequenceLen(keys):], "", keyEdited
	}
	r, n := utf8.DecodeRuneInString(keys)
	if r == '\t' {
		r = ' '
	}
	switch {
	case !unicode.IsPrint(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Join_Control, r):
		return keys[n:], "", keyEdited
	case utf8.RuneCountInString(e.text) >= e.limit && e.full:
		return keys[n:], "", keyEdited
	case utf8.RuneCountInString(e.text) >= e.limit:
		e.full = true
		return keys[n:], "", keyTooLong
	}
	e.text += string(r)
	return keys[n:], string(r), keyEdited
}

// clear returns the line and begins another.
func (e *echoEditor) clear() string {
	line := e.text
	e.text, e.full = "", false
	return line
}

// beforeLast returns where the last grapheme cluster begins.
func (e *echoEditor) beforeLast() int {
	at := 0
	for rest := e.text; rest != ""; {
		first, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[max(len(first), 1):]
		if rest != "" {
			at = len(e.text) - len(rest)
		}
	}
	return at
}

// cut keeps the text before an index, and returns what to echo. Backspaces cannot
// erase text on another row of the terminal; then the line is written again.
func (e *echoEditor) cut(at, width int) (echo string) {
	was := ansi.StringWidth(e.text)
	e.text, e.full = e.text[:at], false
	is := ansi.StringWidth(e.text)
	if was > 0 && (was-1)/width != is/width {
		return "\n" + e.text
	}
	return strings.Repeat("\b \b", was-is)
}
