package sshapp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reasons why a terminal gives a command no more lines.
var (
	errInterrupted = errors.New("interrupted with Ctrl-C")
	errEndOfFile   = errors.New("ended with Ctrl-D")
)

// maxEchoes bounds the pieces of echo that wait for a command that is writing.
const maxEchoes = 16

// cookedInput is what is typed at the terminal of a command, as in ssh -t ROOM@HOST post.
// The client's own terminal is raw, so this does what the kernel does for programs of a
// shell: it echoes, edits the line, and interrupts (termios(3), canonical mode). It is not
// safe for concurrent use.
type cookedInput struct {
	in        *bufio.Reader
	line      echoEditor
	width     func() int
	echo      func(text string)
	interrupt func()
	returned  bool // the last character was a carriage return: a line feed ends no other line
}

// attachTerminal has the terminal of a command behave as at a shell, if it has one. It
// returns the command's context, which ends with Ctrl-C.
func (s *session) attachTerminal(ctx context.Context, run runner) context.Context {
	if _, _, ok := s.ssh.Pty(); !ok {
		return ctx
	}
	if _, drops := run.(*dropCmd); drops {
		return ctx // it reads keys, and echoes none
	}
	ctx, cancel := context.WithCancelCause(ctx)
	c := &cookedInput{
		in:        bufio.NewReaderSize(s.ssh, 1<<10),
		line:      echoEditor{limit: s.app.cfg.Limits.Text},
		width:     func() int { return max(s.width(), 1) },
		echo:      func(text string) { io.WriteString(s.stdout(), text) },
		interrupt: func() { cancel(errInterrupted) },
	}
	if post, ok := run.(*postCmd); ok && post.Text == nil {
		s.typed = c
		return ctx
	}
	echoes := make(chan string, maxEchoes)
	s.echoes = echoes
	c.echo = func(text string) {
		select {
		case echoes <- text:
		default:
		}
	}
	go func() { // ends with Ctrl-C, or with the channel
		defer s.term.Recover()
		for {
			if _, err := c.readLine(); err != nil && !errors.Is(err, errEndOfFile) {
				return
			}
		}
	}()
	return ctx
}

// ignoreInput discards what comes, for a command that reads nothing, and lifts its idle
// limit. Ctrl-C still ends it.
func (s *session) ignoreInput() {
	if s.echoes != nil {
		s.term.LiftIdleLimit()
	} else {
		s.term.IgnoreInput()
	}
}

// readLine returns the next line. A line that is too long is cut short.
func (c *cookedInput) readLine() (typedText, error) {
	var echo strings.Builder
	show := func() {
		if echo.Len() > 0 {
			c.echo(echo.String())
			echo.Reset()
		}
	}
	defer show()
	for {
		if c.in.Buffered() == 0 {
			show()
		}
		r, _, err := c.in.ReadRune()
		if err != nil {
			return c.take(), err
		}
		again := r == '\n' && c.returned
		if c.returned = r == '\r'; again {
			continue
		}
		if r == ctrlC {
			c.interrupt()
			return typedText{}, errInterrupted
		}
		if r == escape || r >= utf8.RuneSelf && unicode.IsControl(r) {
			c.line.insert(r) // the room leaves out the whole sequence
			continue
		}
		_, shown, what := c.line.press(string(r), c.width())
		echo.WriteString(shown)
		switch what {
		case keyEntered:
			return c.take(), nil
		case keyEOF:
			return typedText{}, errEndOfFile
		}
	}
}

// readAll returns all lines up to the end of the input. Of more than limit bytes it
// returns the beginning.
func (c *cookedInput) readAll(limit int) (typedText, error) {
	var all typedText
	for {
		line, err := c.readLine()
		if errors.Is(err, errInterrupted) {
			return typedText{}, err
		}
		if err != nil {
			all.text += line.text
			return all, err
		}
		if all.long = all.long || line.long || len(all.text)+len(line.text) >= limit; !all.long {
			all.text += line.text + "\n"
		}
	}
}

// take returns the line and begins another.
func (c *cookedInput) take() typedText {
	long := c.line.full
	return typedText{c.line.clear(), long}
}
