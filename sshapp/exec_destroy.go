package sshapp

import (
	"context"
	"fmt"

	"wick/sshapp/wording"
)

type destroyCmd struct {
	Yes bool `help:"Confirm: nothing brings the room back."`
	jsonFlag
}

// Run wipes the room, which any member may do, and prints what was wiped.
func (c *destroyCmd) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		return failure{wording.ExitUsage, "this wipes the room for everybody: confirm with destroy --yes"}
	}
	m, err := s.takeSeat(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	if err := m.Destroy(ctx); err != nil {
		return err
	}
	for {
		if last, over := s.app.storage.Ended(m.State()); over {
			if c.JSON {
				return recordOfEnd(*m.State().End).write(s.stdout())
			}
			_, err := fmt.Fprintln(s.stdout(), last.Line)
			return err
		}
		select {
		case <-m.News():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
