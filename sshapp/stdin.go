package sshapp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"wick/rooms"
)

// maxLine returns how many bytes of a line of standard input are read. That is more
// than a text may have, as escape sequences are removed before characters are counted.
func (s *session) maxLine() int { return 16 * s.app.cfg.Limits.Text }

// typedText is what was typed: a line from a program or from a client that edits its own
// lines, or keys from a terminal that leaves editing to the server.
type typedText struct {
	text string
	long bool // longer than maxLine: text is only the beginning
}

// readLines returns a channel of the lines of standard input, as receive does.
func (s *session) readLines(ctx context.Context) <-chan typedText {
	if s.typed != nil {
		return s.receive(ctx, s.typed.readLine)
	}
	in := bufio.NewReaderSize(s.ssh, 1<<10)
	long := false // the rest of a long line is still to be read
	return s.receive(ctx, func() (_ typedText, err error) {
		if long {
			if err := skipLine(in); err != nil {
				return typedText{}, err
			}
		}
		var text string
		text, long, err = readLine(in, s.maxLine())
		return typedText{strings.TrimSuffix(text, "\r"), long}, err
	})
}

// receive returns a channel of what read returns, which is called only as fast as the
// channel is received from. The channel is closed after the end of the input. A
// connection that breaks looks the same to read, but is not the end: only a client that
// is still there has sent all of it. The goroutine ends with ctx, or with the SSH channel.
func (s *session) receive(ctx context.Context, read func() (typedText, error)) <-chan typedText {
	c := make(chan typedText)
	go func() {
		defer s.term.Recover()
		for {
			in, err := read()
			if err == nil || in.text != "" {
				select {
				case c <- in:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				if s.term.Acknowledged(ctx) == nil {
					close(c)
				}
				return
			}
		}
	}()
	return c
}

// readLine reads a line, and returns it without the line feed. The end of the input also
// ends a line. Of a line that is longer than limit it returns that many bytes at once, as
// it may never end; skipLine reads the rest.
func readLine(in *bufio.Reader, limit int) (text string, long bool, err error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if room := limit - len(line); len(part) > room {
			line = append(line, part[:room]...)
			if err == nil {
				err = in.UnreadByte() // the line feed ends the rest
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				err = nil
			}
			return string(line), true, err
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), false, err
		}
	}
}

// skipLine reads up to the next line feed.
func skipLine(in *bufio.Reader) error {
	for {
		if _, err := in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// inputPieces returns a channel of what comes, as receive does.
func (s *session) inputPieces(ctx context.Context, from io.Reader, size int) <-chan typedText {
	buffer := make([]byte, size)
	return s.receive(ctx, func() (typedText, error) {
		n, err := from.Read(buffer)
		return typedText{text: string(buffer[:n])}, err
	})
}

// wholeInput is standard input as it comes, up to its end, or a text that is typed.
type wholeInput struct {
	session *session
	ctx     context.Context // of the command: a Read ends with it
	pieces  <-chan typedText
	typed   bool
	ended   bool
	rest    string // of a piece
}

// wholeInput returns standard input that is not typed.
func (s *session) wholeInput(ctx context.Context) *wholeInput {
	return &wholeInput{session: s, ctx: ctx, pieces: s.inputPieces(ctx, s.ssh, rooms.ChunkSize)}
}

// Read implements io.Reader. A connection that breaks is not the end: only a client that
// is still there has sent all of it.
func (w *wholeInput) Read(p []byte) (int, error) {
	for w.rest == "" {
		if w.ended {
			return 0, io.EOF
		}
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

// next gets the next piece, or sets ended.
func (w *wholeInput) next() (err error) {
	if w.typed {
		w.ended = true
		if w.rest, err = w.ask(); err != nil {
			return err
		}
		return w.session.acknowledged(w.ctx) // the prompt stands before what is printed next
	}
	select {
	case piece, more := <-w.pieces:
		if !more {
			w.ended = true
			return w.session.acknowledged(w.ctx)
		}
		w.rest = piece.text
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}
