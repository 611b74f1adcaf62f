package sshapp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anmitsu/go-shlex"

	"wick/rooms"
	"wick/sshapp/wording"
)

// operatorCommands are the commands of ssh op@HOST COMMAND.
type operatorCommands struct {
	Status   statusCmd   `cmd:"" default:"withargs" help:"Print how much there is on this server (the default)."`
	Sessions sessionsCmd `cmd:"" help:"Print a line for each session: its number, since when, bytes from and to the client."`
	End      endCmd      `cmd:"" help:"End the session of that number."`
	Announce announceCmd `cmd:"" help:"Tell everybody in a room TEXT, in one line."`
	Close    closeCmd    `cmd:"" help:"Light no new rooms until open, or until this server is started again. Those that burn go on."`
	Open     openCmd     `cmd:"" help:"Light new rooms again."`
	Drain    drainCmd    `cmd:"" help:"End this server, as SIGTERM does."`
	Help     helpCmd     `cmd:"" help:"Print this."`
}

const operatorAbout = `What the operator of this server can do. Every command is about the server that you are connected to, also if it shares a Redis with others. It shows no room, name, key or word.`

// parseOperator returns the operator's command to run, or nil and the exit status.
func (s *session) parseOperator(ctx context.Context) (run runner, status int) {
	args, err := operatorArguments(s.ssh.RawCommand())
	if err != nil {
		return nil, s.misusedQuoting()
	}
	return s.parseWith(ctx, new(operatorCommands), "ssh "+operatorWord+"@HOST", operatorAbout, args)
}

// operatorArguments splits a command into words as a shell does, except for the text of
// announce, as for that of post; see arguments.
func operatorArguments(command string) ([]string, error) {
	word, rest := cutWord(command)
	text := strings.TrimSpace(rest)
	if word != "announce" || text == "" || text == "-h" || text == "--help" {
		return shlex.Split(command, true)
	}
	args := []string{word}
	if option, rest := cutWord(text); option == "--json" {
		args, text = append(args, option), strings.TrimSpace(rest)
	}
	if plain, ok := unquoted(text); ok {
		text = plain
	}
	return append(args, "--", text), nil
}

// operatorRecord is one line of --json output of the operator's door.
type operatorRecord struct {
	Type string `json:"type"`

	Since   string `json:"since,omitempty"` // as record.Time, by the server's clock
	Session string `json:"session,omitempty"`
	Address string `json:"address,omitempty"`
	*traffic
	*load
	Reached *int `json:"rooms_told,omitempty"`
}

// traffic is how many bytes came from a client and went to it.
type traffic struct {
	In  int64 `json:"in"`
	Out int64 `json:"out"`
}

// load is how much there is on a server.
type load struct {
	Rooms       int   `json:"rooms"` // with somebody in them here
	Members     int   `json:"members"`
	Sessions    int   `json:"sessions"`
	Connections int   `json:"connections"`
	Memory      int64 `json:"memory"` // bytes that are counted
	Closed      bool  `json:"closed"` // no new rooms are lit
}

type statusCmd struct{ jsonFlag }

// Run prints how much there is.
func (c *statusCmd) Run(_ context.Context, s *session) error {
	a := s.app
	l := load{Closed: a.closed.Load(), Memory: a.Memory().Total()}
	l.Rooms, l.Members = a.cfg.Hub.Load()
	l.Connections, l.Sessions = a.Load()
	if c.JSON {
		return writeRecord(s.stdout(), operatorRecord{Type: "status", Since: stamp(a.started), load: &l})
	}
	door := "New rooms are lit."
	if l.Closed {
		door = "No new rooms are lit: open changes that."
	}
	_, err := fmt.Fprintf(s.stdout(), "Up for %s.\n%s with somebody inside, %s, %s on %s.\n%s of memory are in use.\n%s\n",
		wording.Spell(time.Since(a.started)), wording.Count(uint64(l.Rooms), "room"), wording.Count(uint64(l.Members), "member"),
		wording.Count(uint64(l.Sessions), "session"), wording.Count(uint64(l.Connections), "connection"), wording.Size(l.Memory), door)
	return err
}

type sessionsCmd struct {
	Addresses bool `help:"Print the address of each client, too."`
	jsonFlag
}

// Run prints the sessions, the oldest first.
func (c *sessionsCmd) Run(_ context.Context, s *session) error {
	all := s.app.sessions.list()
	slices.SortFunc(all, func(a, b *listedSession) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.number, b.number))
	})
	for _, l := range all {
		in, out := l.term.Transferred()
		r := operatorRecord{Type: "session", Session: l.number, Since: stamp(l.since), traffic: &traffic{in, out}}
		if c.Addresses {
			r.Address = l.ssh.RemoteAddr().String()
		}
		var err error
		if c.JSON {
			err = writeRecord(s.stdout(), r)
		} else {
			_, err = fmt.Fprintln(s.stdout(), strings.TrimRight(strings.Join([]string{r.Session, r.Since, fmt.Sprint(in), fmt.Sprint(out), r.Address}, "\t"), "\t"))
		}
		if err != nil {
			return context.Canceled // the client is gone
		}
	}
	return nil
}

type endCmd struct {
	Session string `arg:"" help:"Its number, as sessions prints it."`
}

// Run ends a session. Its person reads why.
func (c *endCmd) Run(_ context.Context, s *session) error {
	if !s.app.sessions.end(c.Session) {
		return failure{wording.ExitFailed, "no session has that number now"}
	}
	s.app.cfg.Log.Info("the operator ended a session")
	return nil
}

type announceCmd struct {
	Text string `arg:"" help:"What to say."`
	jsonFlag
}

// Run tells everybody in a room.
func (c *announceCmd) Run(_ context.Context, s *session) error {
	text := rooms.CleanLine(c.Text)
	switch {
	case text == "":
		return failure{wording.ExitUsage, "say what to announce"}
	case len([]rune(text)) > s.app.cfg.Limits.Text:
		return rooms.ErrTooLong
	}
	reached := s.app.cfg.Hub.Announce(text)
	if c.JSON {
		return writeRecord(s.stdout(), operatorRecord{Type: "announced", Reached: &reached})
	}
	_, err := fmt.Fprintf(s.stdout(), "Told in %s.\n", wording.Count(uint64(reached), "room"))
	return err
}

type closeCmd struct{}

// Run has the server light no new rooms.
func (*closeCmd) Run(_ context.Context, s *session) error {
	if !s.app.closed.Swap(true) {
		s.app.cfg.Log.Info("the operator closed the server to new rooms")
	}
	return nil
}

type openCmd struct{}

// Run has the server light new rooms again.
func (*openCmd) Run(_ context.Context, s *session) error {
	if s.app.closed.Swap(false) {
		s.app.cfg.Log.Info("the operator opened the server to new rooms")
	}
	return nil
}

type drainCmd struct {
	Yes bool `help:"Confirm: sessions end, and without Redis all rooms."`
}

// Run ends the server.
func (c *drainCmd) Run(_ context.Context, s *session) error {
	switch {
	case !c.Yes:
		return failure{wording.ExitUsage, "this ends the server: confirm with drain --yes"}
	case s.app.cfg.End == nil:
		return failure{wording.ExitFailed, "this server cannot be ended from here"}
	}
	s.app.cfg.Log.Info("the operator ends the server")
	s.app.cfg.End()
	return nil
}
