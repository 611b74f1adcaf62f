package sshapp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/sshd"
	"wick/sshapp/ui/cells"
)

// echoEditor edits the last line at a terminal that leaves echo and editing to the
// server. It echoes nothing but characters, line feeds and backspaces. Only a paste puts
// line breaks into the line. The text is as it was typed, and may hold what is not echoed.
type echoEditor struct {
	text    string
	limit   int    // characters
	full    bool   // keyTooLong was returned
	pasting bool   // the keys are between the markers of a paste
	pasted  bool   // all of the line was pasted
	last    string // what ↑ brings back: a line that was cleared or refused
}

// maxPastedLine is how many characters a line may have if it was pasted. What is longer
// than a message may be stays whole, to be shortened.
const maxPastedLine = 16 << 10

// keyResult is what a key did.
type keyResult uint8

const (
	keyEdited  keyResult = iota
	keyEntered           // the line is done
	keyPasted            // the same, but Enter was part of a paste
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

// press handles the first of some keys, or a piece of a paste; none of them is cut off.
// It returns the others, and what to echo on a terminal of that width.
func (e *echoEditor) press(keys string, width int) (rest, echo string, what keyResult) {
	if e.pasting && keys[0] != escape {
		return e.paste(keys)
	}
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
		kept := strings.TrimRight(e.text, " \n")
		return keys[1:], e.cut(strings.LastIndexAny(kept, " \n")+1, width), keyEdited
	case escape:
		key := keys[:sshd.SequenceLen(keys)]
		return keys[len(key):], e.function(key), keyEdited
	}
	r, n := utf8.DecodeRuneInString(keys)
	if !typable(r) {
		return keys[n:], "", keyEdited
	}
	echo, what = e.insert(r)
	return keys[n:], echo, what
}

// insert adds a character to the line if it has room, and returns what to echo.
func (e *echoEditor) insert(r rune) (echo string, what keyResult) {
	switch full := utf8.RuneCountInString(e.text) >= e.limit; {
	case full && e.full:
		return "", keyEdited
	case full:
		e.full = true
		return "", keyTooLong
	}
	from := len(e.text)
	e.text += string(r)
	e.pasted = false
	return e.shown(from), keyEdited
}

// typable reports whether a character becomes a part of the line.
func typable(r rune) bool { return !unicode.IsControl(r) || r == '\t' }

// function handles a marker of a paste, or a key without a character.
func (e *echoEditor) function(key string) (echo string) {
	switch key {
	case "\x1b[200~":
		e.pasting = true
		e.pasted = e.pasted || e.text == ""
	case "\x1b[201~":
		e.pasting = false
	case "\x1b[A":
		if e.text == "" {
			e.text = e.last
			return e.shown(0)
		}
	}
	return ""
}

// paste handles a piece of a paste up to its end, or to the Enter that it ended in.
func (e *echoEditor) paste(keys string) (rest, echo string, what keyResult) {
	end := strings.IndexAny(keys, "\r\x1b")
	if end < 0 {
		end = len(keys)
	}
	piece, rest := keys[:end], keys[end:]
	from, room := len(e.text), max(e.limit, maxPastedLine)-utf8.RuneCountInString(e.text)
	e.text += strings.Map(func(r rune) rune {
		switch {
		case r != '\n' && !typable(r):
			return -1
		case room <= 0:
			what = keyTooLong
			return -1
		}
		room--
		return r
	}, piece)
	if what == keyTooLong && e.full {
		what = keyEdited
	}
	e.full = e.full || what == keyTooLong
	echo = e.shown(from)
	if what == keyEdited && strings.HasPrefix(rest, "\r") {
		return rest[1:], echo + "\n", keyPasted
	}
	return rest, echo, what
}

// shown returns the text from an index as it is echoed: without what is invisible.
func (e *echoEditor) shown(from int) string {
	seen := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) || unicode.Is(unicode.Join_Control, r) {
			return r
		}
		return -1
	}, e.text[from:])
	return strings.ReplaceAll(seen, "\t", tab)
}

// tab stands for a tab on the terminal, so that the line has the same width everywhere.
const tab = "    "

// tooLong reports whether the line is longer than a message may be.
func (e *echoEditor) tooLong() bool { return utf8.RuneCountInString(e.text) > e.limit }

// clear returns the line and begins another.
func (e *echoEditor) clear() string {
	line := e.text
	e.text, e.full, e.pasted = "", false, false
	return line
}

// drop clears the line, which ↑ brings back, and returns what to echo.
func (e *echoEditor) drop(width int) (echo string) {
	e.last = e.text
	echo = e.cut(0, width)
	e.clear()
	return echo
}

// beforeLast returns where the last grapheme cluster begins.
func (e *echoEditor) beforeLast() int {
	at := 0
	for rest := e.text; rest != ""; {
		rest = rest[cells.First(rest).Size:]
		if rest != "" {
			at = len(e.text) - len(rest)
		}
	}
	return at
}

// cut keeps the text before an index, and returns what to echo. Backspaces cannot
// erase text on another row of the terminal, or text whose cells are not known; then the
// line is written again.
func (e *echoEditor) cut(at, width int) (echo string) {
	was, gone := cells.Width(lastRow(e.shown(0))), e.text[at:]
	e.text, e.full = e.text[:at], false
	is := cells.Width(lastRow(e.shown(0)))
	if strings.Contains(gone, "\n") || was > 0 && (was-1)/width != is/width || ansi.StringWidth(gone) != cells.Width(gone) {
		return "\n" + e.shown(0)
	}
	return strings.Repeat("\b \b", was-is)
}

// lastRow returns what stands behind the last line break.
func lastRow(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }
