package sshapp

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wick/sshapp/wording"
)

// operatorRecord is one line of --json output of an operator's command.
type operatorRecord struct {
	Type string `json:"type"`

	Server  string `json:"server,omitempty"` // the number of the server that it is about
	Since   string `json:"since,omitempty"`  // as record.Time, by the server's clock
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

// Run prints how busy each server is.
func (c *statusCmd) Run(ctx context.Context, s *session) error {
	all, incomplete := s.app.command(ctx, "", order{Want: wantStatus})
	for _, o := range all {
		switch {
		case o.Load == nil:
		case c.JSON:
			writeRecord(s.stdout(), operatorRecord{Type: "status", Server: o.server, Since: stamp(o.Since), load: o.Load})
		default:
			writeStatus(s.stdout(), o)
		}
	}
	return incomplete
}

func writeStatus(w io.Writer, o orderReply) {
	door := "New rooms can be lit."
	if o.Load.Closed {
		door = "No new rooms can be lit until open."
	}
	l := o.Load
	fmt.Fprintf(w, "Server %s, up for %s.\n%s with people inside, %s, %s on %s.\n%s of memory in use.\n%s\n",
		o.server, wording.Spell(time.Since(o.Since)), wording.Count(uint64(l.Rooms), "room"), wording.Count(uint64(l.Members), "member"),
		wording.Count(uint64(l.Sessions), "session"), wording.Count(uint64(l.Connections), "connection"), wording.Size(l.Memory), door)
}

type sessionsCmd struct {
	Addresses bool `help:"Print the address of each client too."`
	jsonFlag
}

// Run prints the sessions, the oldest of each server first.
func (c *sessionsCmd) Run(ctx context.Context, s *session) error {
	all, incomplete := s.app.command(ctx, "", order{Want: wantSessions, Addresses: c.Addresses})
	for _, o := range all {
		for _, l := range o.Sessions {
			r := operatorRecord{Type: "session", Server: o.server, Session: l.Number, Since: stamp(l.Since), traffic: &l.Traffic, Address: l.Address}
			var err error
			if c.JSON {
				err = writeRecord(s.stdout(), r)
			} else {
				_, err = fmt.Fprintln(s.stdout(), strings.TrimRight(strings.Join([]string{r.Session, r.Since, fmt.Sprint(r.In), fmt.Sprint(r.Out), r.Server, r.Address}, "\t"), "\t"))
			}
			if err != nil {
				return context.Canceled // the client is gone
			}
		}
		if o.Left > 0 {
			s.warn(fmt.Sprintf("%s of server %s are not listed: connect to it by its own address", wording.Count(uint64(o.Left), "session"), o.server))
		}
	}
	return incomplete
}

type endCmd struct {
	Session string `arg:"" help:"Its number, as sessions prints it."`
}

// Run ends a session. Its person reads why.
func (c *endCmd) Run(ctx context.Context, s *session) error {
	all, incomplete := s.app.command(ctx, "", order{Want: wantEnd, Text: c.Session})
	if slices.ContainsFunc(all, func(o orderReply) bool { return o.Done }) {
		return nil
	}
	return cmp.Or(incomplete, error(failure{wording.ExitFailed, "no session has that number now"}))
}

type announceCmd struct {
	Text string `arg:"" help:"What to say."`
	jsonFlag
}

// Run tells everybody in a room.
func (c *announceCmd) Run(ctx context.Context, s *session) error {
	text, err := s.app.cleanAnnouncement(c.Text)
	if err != nil {
		return err
	}
	all, incomplete := s.app.command(ctx, "", order{Want: wantAnnounce, Text: text})
	for _, o := range all {
		told := "Announced in " + wording.Count(uint64(o.Told), "room")
		switch {
		case c.JSON:
			writeRecord(s.stdout(), operatorRecord{Type: "announced", Server: o.server, Reached: &o.Told})
		case len(all) > 1: // a room may have members on several
			fmt.Fprintf(s.stdout(), "%s on server %s.\n", told, o.server)
		default:
			fmt.Fprintf(s.stdout(), "%s.\n", told)
		}
	}
	return incomplete
}

type closeCmd struct{}

// Run stops the servers from lighting new rooms.
func (*closeCmd) Run(ctx context.Context, s *session) error { return s.setClosed(ctx, true) }

type openCmd struct{}

// Run lets the servers light new rooms again.
func (*openCmd) Run(ctx context.Context, s *session) error { return s.setClosed(ctx, false) }

func (s *session) setClosed(ctx context.Context, closed bool) error {
	return incompleteness(s.app.fleet.SetClosed(ctx, closed))
}

type drainCmd struct {
	Server string `arg:"" optional:"" help:"The number of the server to end, as status prints it, or all; default: the one you are connected to."`
	Yes    bool   `help:"Confirm: all sessions end, and without Redis all rooms do, too."`
}

// everyServer is what drain takes for all servers.
const everyServer = "all"

// Run ends one server, or all.
func (c *drainCmd) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		return failure{wording.ExitUsage, "this ends a server: confirm with drain --yes"}
	}
	to := cmp.Or(c.Server, s.app.fleet.ID())
	if to == everyServer {
		to = ""
	}
	all, incomplete := s.app.command(ctx, to, order{Want: wantDrain})
	for _, o := range all {
		if !o.Done {
			return failure{wording.ExitFailed, "server " + o.server + " cannot be ended from here"}
		}
	}
	return incomplete
}
