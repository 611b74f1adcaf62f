package sshapp

import (
	"context"
	"io"
	"strings"

	"wick/rooms"
)

// ask asks for a text at a terminal, which shows none of it. Enter or Ctrl-D ends it;
// several lines that are pasted at once are all of it, each with its line end.
func (w *wholeInput) ask() (string, error) {
	out := w.session.stderr()
	io.WriteString(out, "Type the text (it is not shown), then Enter: ")
	defer io.WriteString(out, "\n")
	editor := echoEditor{limit: maxPastedLine}
	for {
		keys, err := nextKeys(w.ctx, w.pieces)
		if err != nil {
			return "", err
		}
		for keys != "" {
			if keys[0] == ctrlD {
				return linesOf(editor.text), nil
			}
			rest, _, what := editor.press(keys, 1)
			switch keys = rest; what {
			case keyEntered, keyPasted:
				return linesOf(editor.text), nil
			case keyTooLong:
				return "", rooms.ErrTooLarge
			}
		}
	}
}

// nextKeys waits for some keys. The error is errInterrupted after Ctrl-C, or if the client
// is gone.
func nextKeys(ctx context.Context, pieces <-chan typedText) (string, error) {
	select {
	case piece, more := <-pieces:
		if !more || strings.IndexByte(piece.text, ctrlC) >= 0 {
			return "", errInterrupted
		}
		return piece.text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// linesOf returns a text with a line end if it has several lines.
func linesOf(text string) string {
	if strings.Contains(text, "\n") && !strings.HasSuffix(text, "\n") {
		return text + "\n"
	}
	return text
}

// untilInterrupted discards what comes, and returns a context that ends as well with Ctrl-C
// at a terminal. Its goroutine ends with ctx.
func (w *wholeInput) untilInterrupted(ctx context.Context) context.Context {
	if !w.typed {
		w.session.term.IgnoreInput()
		return ctx
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		defer w.session.term.Recover()
		for {
			if _, err := nextKeys(ctx, w.pieces); err != nil {
				cancel(err)
				return
			}
		}
	}()
	return ctx
}
