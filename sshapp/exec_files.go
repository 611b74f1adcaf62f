package sshapp

import (
	"context"
	"fmt"
	"io"

	"wick/rooms"
	"wick/sshapp/wording"
)

// fileName is the name of a file. See fileArguments.
type fileName struct {
	Name string `arg:"" help:"Name of the file."`
}

type putCmd struct{ fileName }

// noFiles returns an error if the server keeps no files.
func (s *session) noFiles() error {
	if limits := s.app.cfg.Limits; limits.File < 0 || limits.Files < 0 {
		return failure{wording.ExitRefused, "this server keeps no files"}
	}
	return nil
}

// stay takes a seat. The context ends with the stay in the room, for the reason that a
// command then fails with. leave has to be called.
func (s *session) stay(ctx context.Context) (_ *rooms.Member, _ context.Context, leave func(), _ error) {
	m, err := s.takeSeat(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go func() { // ends with ctx
		defer s.term.Recover()
		for {
			if out, over := s.app.storage.Ended(m.State()); over {
				cancel(roomEnded(out))
				return
			}
			select {
			case <-m.News():
			case <-ctx.Done():
				return
			}
		}
	}()
	return m, ctx, func() {
		cancel(nil)
		m.Leave()
	}, nil
}

// Run puts standard input into the room, from a seat of its own.
func (c *putCmd) Run(ctx context.Context, s *session) error {
	if err := s.noFiles(); err != nil {
		return err
	}
	name, err := rooms.ParseFileName(c.Name)
	if err != nil {
		return failure{wording.ExitUsage, err.Error()}
	}
	if _, _, hasPty := s.ssh.Pty(); hasPty {
		return failure{wording.ExitUsage, "put reads standard input to its end, and a terminal has none: leave out -t"}
	}
	m, ctx, leave, err := s.stay(ctx)
	if err != nil {
		return err
	}
	defer leave()
	limits := s.app.cfg.Limits
	in := s.wholeInput(ctx)
	defer s.term.ExpectInput(limits.File)()
	err = rooms.Paced(ctx, func() error { // too fast is what is not read yet
		_, err := m.PutFile(ctx, name, in, rooms.FileLimits{Each: limits.File, All: limits.Files})
		return err
	})
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

type getCmd struct{ fileName }

// Run prints the file.
func (c *getCmd) Run(ctx context.Context, s *session) error {
	s.ignoreInput()
	m, seated, leave, err := s.stay(ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = m.GetFile(seated, c.Name, func(ctx context.Context, f rooms.File, all rooms.Chunks) error {
		return s.send(ctx, f.Size, all, "get "+wording.Quoted(f.Name))
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return failure{wording.ExitFailed, "the transfer broke off"}
	case err != nil && seated.Err() != nil:
		return context.Cause(seated)
	}
	return err
}

type lsCmd struct{ jsonFlag }

// Run prints a line for each file.
func (c *lsCmd) Run(ctx context.Context, s *session) error {
	m, err := s.takeSeat(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	all, err := m.Files(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if m.Left() == 0 {
			return rooms.ErrNoRoom
		}
		if c.JSON {
			r := record{Type: "file", File: rooms.CleanLine(f.Name), Size: f.Size, Time: stamp(f.Time)}
			r.named(f.From)
			err = r.write(s.stdout())
		} else {
			err = listFile(s.stdout(), f)
		}
		if err != nil {
			return context.Canceled // the client is gone
		}
	}
	return nil
}

// listFile prints the name first, and alone on its line if a script cuts at the tab.
func listFile(w io.Writer, f rooms.File) error {
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\n", rooms.CleanLine(f.Name), wording.Size(f.Size), wording.Tagged(f.From))
	return err
}

type rmCmd struct{ fileName }

// Run removes the file.
func (c *rmCmd) Run(ctx context.Context, s *session) error {
	s.ignoreInput()
	m, err := s.takeSeat(ctx)
	if err != nil {
		return err
	}
	defer m.Leave()
	return rooms.Paced(ctx, func() error { return m.RemoveFile(ctx, c.Name) })
}
