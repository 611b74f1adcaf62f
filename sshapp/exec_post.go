package sshapp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

// sayPause is how long a text waits that a member said too fast.
const sayPause = 100 * time.Millisecond

// say says a text in the room, as soon as the member may. It returns the errors of
// Member.Post but ErrTooFast.
func say(ctx context.Context, m *rooms.Member, text string) error {
	for {
		err := m.Post(ctx, text)
		if !errors.Is(err, rooms.ErrTooFast) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(sayPause):
		}
	}
}

type postCmd struct {
	Whole bool     `help:"Say all of standard input as one message."`
	Text  []string `arg:"" optional:"" help:"What to say; default: standard input."`
}

// Run says the texts one after the other, from a seat of its own.
func (c *postCmd) Run(ctx context.Context, v *visit) error {
	if c.Whole && c.Text != nil {
		return failure{wording.ExitUsage, "--whole is for standard input: leave out the text"}
	}
	m, err := v.sitToWrite(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	switch {
	case c.Text != nil:
		return say(ctx, m, strings.Join(c.Text, " "))
	case c.Whole:
		return v.postWhole(ctx, m)
	}
	return v.postLines(ctx, m)
}

// postLines says the input line by line, until the input or the room ends. It skips
// blank lines.
func (v *visit) postLines(ctx context.Context, m *rooms.Member) error {
	lines := v.readLines(ctx)
	for n := 1; ; n++ {
		line, more, err := v.next(ctx, m, lines)
		switch {
		case err != nil:
			return err
		case !more:
			return nil
		case line.long:
			err = rooms.ErrTooLong
		default:
			err = say(ctx, m, line.text)
		}
		if err != nil && !errors.Is(err, rooms.ErrEmpty) {
			return failure{wording.Status(err), notSaid(n, err)}
		}
	}
}

func notSaid(line int, err error) string {
	if errors.Is(err, rooms.ErrUnknown) {
		return fmt.Sprintf("line %d: %s", line, wording.Sentence(err))
	}
	return fmt.Sprintf("line %d was not said: %s", line, wording.Sentence(err))
}

// postWhole says the whole input as one text.
func (v *visit) postWhole(ctx context.Context, m *rooms.Member) error {
	limit := v.maxLine()
	in := bufio.NewReaderSize(v.sess, 1<<10)
	all := v.feed(ctx, func() (typed, error) {
		text, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
		if err == nil {
			err = io.EOF
		}
		return typed{string(text), len(text) > limit}, err
	})
	text, _, err := v.next(ctx, m, all)
	switch {
	case err != nil:
		return err
	case text.long:
		return rooms.ErrTooLong
	}
	return say(ctx, m, text.text)
}

// next returns the next line of the input; more is false at its end. It returns an
// error if the session or the room ends first.
func (v *visit) next(ctx context.Context, m *rooms.Member, lines <-chan typed) (line typed, more bool, err error) {
	for {
		select {
		case line, more = <-lines:
			return line, more, nil
		case <-m.News():
			if out, over := v.cfg.Storage.Ended(m.State()); over {
				return line, false, ended(out)
			}
		case <-ctx.Done():
			return line, false, context.Cause(ctx)
		}
	}
}

// ended returns the error for a room that ended before the command was done.
func ended(out wording.Outcome) error {
	if out.Status == 0 {
		out.Status = wording.ExitNoRoom
	}
	return failure{out.Status, out.Line}
}
