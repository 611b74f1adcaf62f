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

type postCmd struct {
	As    *string  `placeholder:"NAME" help:"Say it under this name, unless somebody else has it or had it before."`
	Whole bool     `help:"Say all of standard input as one message, without its last line break."`
	Burn  burnFlag `placeholder:"10s" help:"Hide it until somebody looks at it on a screen; this long after that, it is gone."`
	To    *string  `placeholder:"NAME" help:"Say it to that person only, by name or key tag."`
	Text  []string `arg:"" optional:"" help:"What to say; default: standard input."`
}

// burnFlag is how long a message burns as a flag.
type burnFlag time.Duration

// UnmarshalText implements encoding.TextUnmarshaler, for kong.
func (d *burnFlag) UnmarshalText(text []byte) error {
	burn, err := rooms.ParseBurn(strings.ToLower(string(text)))
	*d = burnFlag(burn)
	return err
}

// saying says text after text in the same way.
type saying struct {
	*rooms.Member
	rooms.Saying
}

func (s saying) post(ctx context.Context, text string) error {
	return s.SayPaced(ctx, text, s.Saying)
}

// Run posts the texts one after the other, from a seat of its own.
func (c *postCmd) Run(ctx context.Context, s *session) error {
	if c.Whole && c.Text != nil {
		return failure{wording.ExitUsage, "--whole is for standard input: leave out the text, or put -- before a text that begins with --whole"}
	}
	guest := s.guest(s.address.Name)
	guest.WriteOnly = true
	if c.As != nil {
		as, err := rooms.ParseAlias(*c.As)
		if err != nil {
			return failure{wording.ExitUsage, wording.Sentence(err)}
		}
		guest.Alias, guest.Made, guest.Chosen = as, false, true
	}
	m, err := s.takeSeatAs(ctx, guest)
	if err != nil {
		return err
	}
	defer m.Leave()
	say := saying{m, rooms.Saying{Burn: time.Duration(c.Burn)}}
	if c.To != nil {
		say.To = strings.TrimPrefix(*c.To, "@")
		if _, err := m.Named(say.To); err != nil { // before any input is read, and also if the name is empty
			return err
		}
	}
	switch {
	case c.Text != nil:
		return say.post(ctx, strings.Join(c.Text, " "))
	case c.Whole:
		return s.postWhole(ctx, say)
	}
	return s.postLines(ctx, say)
}

// postLines posts standard input line by line until the input or the room ends. It
// skips blank lines.
func (s *session) postLines(ctx context.Context, say saying) error {
	lines := s.readLines(ctx)
	for n := 1; ; n++ {
		line, more, err := s.nextInput(ctx, say.Member, lines)
		switch {
		case err != nil:
			return err
		case !more:
			return nil
		case line.long:
			err = rooms.ErrTooLong
		default:
			err = say.post(ctx, line.text)
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

// postWhole posts all of standard input as one text. The last line break is not part of
// it: echo and editors add one to every text.
func (s *session) postWhole(ctx context.Context, say saying) error {
	limit := s.maxLine()
	in := bufio.NewReaderSize(s.ssh, 1<<10)
	all := s.receive(ctx, func() (typedText, error) {
		if s.typed != nil {
			return s.typed.readAll(limit)
		}
		text, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
		if err == nil {
			err = io.EOF
		}
		return typedText{string(text), len(text) > limit}, err
	})
	text, _, err := s.nextInput(ctx, say.Member, all)
	switch {
	case err != nil:
		return err
	case text.long:
		return rooms.ErrTooLong
	}
	return say.post(ctx, strings.TrimSuffix(text.text, "\n"))
}

// nextInput returns the next line of the input, and whether there was one. It returns
// an error if the session or the room ends first.
func (s *session) nextInput(ctx context.Context, m *rooms.Member, lines <-chan typedText) (line typedText, more bool, err error) {
	for {
		select {
		case line, more = <-lines:
			return line, more, nil
		case <-m.News():
			if out, over := s.app.storage.Ended(m.State()); over {
				return line, false, roomEnded(out)
			}
		case <-ctx.Done():
			return line, false, context.Cause(ctx)
		}
	}
}

// roomEnded returns the error for a room that ended before the command was done.
func roomEnded(out wording.Outcome) error {
	if out.Status == 0 {
		out.Status = wording.ExitNoRoom
	}
	return failure{out.Status, out.Line}
}
