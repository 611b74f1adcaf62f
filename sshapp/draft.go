package sshapp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/sshd"
)

// draft is the line that somebody types at a terminal which leaves echo and
// editing to us. What it echoes are characters, line feeds and backspaces.
type draft struct {
	text  string
	limit int  // characters
	full  bool // that was told
}

// key is what came of a key.
type key uint8

const (
	edited    key = iota
	entered       // the line is done
	tooLong       // there is no room for the character
	inputOver     // the end of the input: Ctrl-D in an empty line
	quit          // Ctrl-C
)

// Control characters that mean something.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	rubout    = 0x7f
)

// press takes the first key of what came, which is not empty and, as from
// input, whole; it answers the rest, and what to echo on a terminal of the width.
func (d *draft) press(keys string, width int) (rest, echo string, what key) {
	switch c := keys[0]; c {
	case '\r', '\n':
		return keys[1:], "\n", entered
	case ctrlD:
		if d.text == "" {
			return keys[1:], "", inputOver
		}
		return keys[1:], "", edited
	case backspace, rubout:
		return keys[1:], d.cut(d.beforeLast(), width), edited
	case ctrlU:
		return keys[1:], d.cut(0, width), edited
	case ctrlW:
		kept := strings.TrimRight(d.text, " ")
		return keys[1:], d.cut(strings.LastIndexByte(kept, ' ')+1, width), edited
	case escape:
		return keys[sshd.SequenceLen(keys):], "", edited
	}
	r, n := utf8.DecodeRuneInString(keys)
	if r == '\t' {
		r = ' '
	}
	switch {
	case !unicode.IsPrint(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Join_Control, r):
		return keys[n:], "", edited
	case utf8.RuneCountInString(d.text) >= d.limit && d.full:
		return keys[n:], "", edited
	case utf8.RuneCountInString(d.text) >= d.limit:
		d.full = true
		return keys[n:], "", tooLong
	}
	d.text += string(r)
	return keys[n:], string(r), edited
}

// clear answers the line and begins another.
func (d *draft) clear() string {
	line := d.text
	d.text, d.full = "", false
	return line
}

// beforeLast is where the last character as people see it begins.
func (d *draft) beforeLast() int {
	at := 0
	for rest := d.text; rest != ""; {
		first, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[max(len(first), 1):]
		if rest != "" {
			at = len(d.text) - len(rest)
		}
	}
	return at
}

// cut keeps the text up to a place. What stands on another row of the terminal
// cannot be rubbed out: then the line is written anew.
func (d *draft) cut(at, width int) (echo string) {
	was := ansi.StringWidth(d.text)
	d.text, d.full = d.text[:at], false
	is := ansi.StringWidth(d.text)
	if was > 0 && (was-1)/width != is/width {
		return "\n" + d.text
	}
	return strings.Repeat("\b \b", was-is)
}
