package sshapp

import (
	"context"
	"fmt"
	"io"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

type followCmd struct {
	Since uint64        `placeholder:"SEQ" help:"Print only what came after message SEQ; default: everything the room remembers."`
	For   time.Duration `placeholder:"10s" help:"Stop after this time, with status 0."`
	jsonFlag
}

// Run prints the room's transcript as fast as the client takes it, from a seat of
// its own.
func (c *followCmd) Run(ctx context.Context, s *session) error {
	if c.For < 0 {
		return failure{wording.ExitUsage, "--for takes a time such as 10s"}
	}
	s.ignoreInput()
	m, err := s.takeSeatAs(ctx, s.guest(s.address.Name))
	if err != nil {
		return err
	}
	defer m.Leave()
	if !c.JSON && s.location == time.Local && s.echoes != nil { // a person reads it
		s.warn(wording.ServerTimesOfCommand(time.Now()))
	}
	var timeout <-chan time.Time // nil without --for
	if c.For > 0 {
		limit := time.NewTimer(c.For)
		defer limit.Stop()
		timeout = limit.C
	}
	room := newCursor(m, c.Since)
	out := &lineWriter{session: s, member: m, room: room}
	var knocks wording.Knocks
	fold := newFold()
	for {
		out.news = false
		for events := range room.unread() {
			for _, e := range events {
				c.print(out, s, fold.take(e))
			}
			if out.flush(ctx) != nil {
				return context.Canceled // the client is gone
			}
		}
		for _, e := range knocks.New(m.State()) {
			c.print(out, s, []item{{event: e}})
		}
		if out.flush(ctx) != nil {
			return context.Canceled
		}
		if last, ended := s.app.storage.Ended(m.State()); ended {
			return c.end(s, *m.State().End, last)
		}
		if out.news && ctx.Err() == nil {
			continue
		}
		select {
		case <-m.News():
		case <-fold.wait():
			c.print(out, s, fold.flush())
		case text := <-s.echoes:
			out.WriteString(text)
		case <-timeout:
			c.print(out, s, fold.flush())
			out.flush(ctx) // an error means that the client is gone
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *followCmd) print(out io.Writer, s *session, all []item) {
	for _, t := range all {
		switch {
		case !c.JSON:
			fmt.Fprintln(out, s.itemLines(t))
		case t.presence != nil:
			recordOfPresence(*t.presence).write(out)
		default:
			if r, ok := recordOf(t.event); ok {
				r.write(out)
			}
		}
	}
}

// end prints how the room ended. The last line goes to standard error, so that
// standard output holds only what happened in the room.
func (c *followCmd) end(s *session, end rooms.End, last wording.Outcome) error {
	if c.JSON {
		recordOfEnd(end).write(s.stdout())
	}
	if last.Status != 0 {
		return failure{last.Status, last.Line}
	}
	io.WriteString(s.stderr(), textLines(last.Line, s.width())+"\n")
	return nil
}
