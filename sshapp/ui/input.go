package ui

import (
	"bytes"
	"io"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// input is what Bubble Tea reads. Only its input reader calls Read.
type input struct {
	tui     *tui
	src     io.Reader
	rest    []byte // of the last read from src
	entered bool   // the last byte that was passed on from a pipe is Enter
}

// Read reports the input's end to the model; Bubble Tea ignores it. From a pipe it
// returns a line at a time.
func (i *input) Read(p []byte) (int, error) {
	i.tui.model.env.keys.end(i.tui.program.Send)
	if i.entered && !i.awaitTaken() {
		return 0, io.EOF
	}
	if len(i.rest) == 0 {
		n, err := i.src.Read(p)
		if err != nil || !i.tui.terminal.SendsLines() {
			i.noteKeys(p[:n], err)
			return i.passText(p[:n]), err
		}
		i.rest = bytes.Clone(p[:n])
	}
	return i.nextLine(p), nil
}

// awaitTaken waits until the line that was passed on last is said or refused. It returns
// false if the session ends before.
func (i *input) awaitTaken() bool {
	i.entered = false
	taken := make(chan struct{})
	i.tui.program.Send(lineEndMsg{taken})
	select {
	case <-taken:
		return true
	case <-i.tui.ctx.Done():
		return false
	}
}

// noteKeys tells the model what it needs to know of keys beside what they are.
func (i *input) noteKeys(p []byte, err error) {
	switch {
	case err != nil:
		i.tui.program.Send(inputEndMsg{})
		return
	case endsInFeed(p):
		i.tui.program.Send(lineFeedMsg{})
	}
	if utf8.RuneCount(p) > 1 && p[0] != '\x1b' && len(leadingText(p)) < len(p) {
		i.tui.model.env.keys.begin()
	}
}

// passText passes on what keys begin with if it is a text with spaces, and returns how
// many bytes are left, which it moves to the start. Bubble Tea would make a message of each
// word and of each space.
func (i *input) passText(keys []byte) (rest int) {
	text := leadingText(keys)
	if bytes.IndexByte(text, ' ') < 0 || len(text) == 1 {
		return len(keys)
	}
	i.tui.program.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(string(text))})
	return copy(keys, keys[len(text):])
}

// leadingText returns what typed keys begin with, as far as it is text.
func leadingText(keys []byte) []byte {
	end := bytes.IndexFunc(keys, unicode.IsControl)
	if end < 0 {
		return keys
	}
	return keys[:end]
}

// nextLine puts the next line of a pipe, or paste, into p, as far as it fits.
func (i *input) nextLine(p []byte) int {
	n := len(i.rest)
	if at := bytes.IndexByte(i.rest, '\r'); bytes.HasPrefix(i.rest, []byte("\x1b[200~")) { // a paste stays whole
		i.entered = at >= 0
	} else if at >= 0 {
		n, i.entered = at+1, true
	}
	n = copy(p, i.rest[:n])
	i.rest = i.rest[n:]
	return n
}

// endsInFeed reports whether typed keys are a text and a line feed at once, as programs
// that imitate a person send them.
func endsInFeed(keys []byte) bool {
	last := len(keys) - 1
	return last > 0 && keys[last] == '\n' && keys[last-1] > ' ' && keys[0] != '\x1b'
}
