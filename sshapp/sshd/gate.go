package sshd

import (
	"context"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"
)

// Bounds of one session channel, in bytes.
const (
	maxEnvSize = 512 // name and value of a variable
	maxTerm    = 64  // TERM
	maxSystem  = 64  // name of a subsystem

	// mostCommand is the largest Limits.MaxCommand: the SSH library cuts a client whose
	// packets are larger than 256 KiB.
	mostCommand = 255 << 10
)

// outputClosed is the request by which OpenSSH says that nobody reads the output any
// more, as when the next program of a pipe has ended.
const outputClosed = "eow@openssh.com"

// uncounted are the requests that are refused and yet do not count as refused, because
// clients send them often: PuTTY measures the link by one that nobody knows, each time
// it opens the window.
var uncounted = []string{"env", outputClosed, "winadj@putty.projects.tartarus.org"}

// gatedChannel gives DefaultSessionHandler a filtered stream of requests.
type gatedChannel struct {
	gossh.NewChannel
	terminal *Terminal
	sshConn  gossh.Conn
	ctx      context.Context // the session's

	requests <-chan *gossh.Request // of the client

	begun bool // the shell or command was passed on
	pty   bool
	env   int // variables that were passed on

	refused *rate.Limiter // requests, see countRefusal
	flooded bool          // it is being ended for them
}

// Accept accepts the channel and starts filter, which ends with the channel, or when its
// shell or command has begun.
func (g *gatedChannel) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, requests, err := g.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	t := g.terminal
	t.channel, t.channelInput = channel, t.conn.openInput()
	t.input = newInputReader(g.ctx, rawInput{t}, t.cfg.MaxPaste, t.conn.noteInput)
	t.input.panicked = func(r any) {
		LogPanic(t.cfg.Log, t.ID, r)
		t.Kill()
	}
	t.after(t.cfg.LoginTimeout, t.giveUp)
	passed := make(chan *gossh.Request)
	g.requests = requests
	go g.filter(passed)
	return sessionChannel{channel, t}, passed, nil
}

// sessionChannel is the channel as an ssh.Session reads it.
type sessionChannel struct {
	gossh.Channel
	t *Terminal
}

func (s sessionChannel) Read(p []byte) (int, error) {
	n, err := rawInput{s.t}.Read(p)
	if n > 0 {
		s.t.conn.noteInput()
	}
	return n, err
}

// filter replies to the client's requests, and passes on those that it granted, until the
// shell or command has begun or the channel is closed.
//
// Replies have to leave in the order of the requests (RFC 4254, section 4), because
// nothing else tells which request a reply belongs to. So all of them are written here and
// by refuseRest, which follows, and what is passed on asks for none.
func (g *gatedChannel) filter(passed chan<- *gossh.Request) {
	defer close(passed)
	defer g.recover()
	for req := range g.requests {
		begins, ok := g.reply(req)
		if !ok {
			continue
		}
		if begins {
			g.terminal.stopTimer()
			g.terminal.conn.sessionBegan(g.terminal, g.sshConn)
		}
		select {
		case passed <- &gossh.Request{Type: req.Type, Payload: req.Payload}:
			if begins {
				g.begun = true
				return
			}
		case <-g.ctx.Done():
			if begins {
				g.terminal.conn.sessionEnded(g.terminal)
			}
		}
	}
}

// refuseRest replies to what the client asks for once the shell or command has begun,
// until the channel is closed. Nothing of that is passed on.
func (g *gatedChannel) refuseRest() {
	defer g.terminal.channelClosed()
	defer g.recover()
	for req := range g.requests {
		g.reply(req)
	}
}

// recover is deferred by those who reply to requests.
func (g *gatedChannel) recover() {
	if r := recover(); r != nil {
		LogPanic(g.terminal.cfg.Log, g.terminal.ID, r)
		g.terminal.Kill()
		gossh.DiscardRequests(g.requests)
	}
}

// reply replies to a request, and returns what allowRequest does. A change of the window
// is not passed on.
func (g *gatedChannel) reply(req *gossh.Request) (begins, ok bool) {
	if req.Type == "window-change" {
		req.Reply(g.terminal.windowChange(req.Payload), nil)
		return false, false
	}
	begins, ok = g.allowRequest(req)
	req.Reply(ok, nil)
	if !ok && !slices.Contains(uncounted, req.Type) {
		g.countRefusal()
	}
	return begins, ok
}

// allowRequest reports whether the request is passed on, and whether the session's
// shell or command begins with it. It rewrites what is passed on.
func (g *gatedChannel) allowRequest(req *gossh.Request) (begins, ok bool) {
	if g.begun || g.flooded {
		if req.Type == outputClosed {
			g.terminal.cancel(ErrOutputClosed)
		}
		return false, false
	}
	switch req.Type {
	case "env":
		var env struct{ Name, Value string }
		if gossh.Unmarshal(req.Payload, &env) != nil || g.env >= g.terminal.cfg.MaxEnv || !g.terminal.cfg.allowsEnv(env.Name, env.Value) {
			return false, false
		}
		g.env++
		return false, true
	case "pty-req":
		var pty ptyRequest
		if g.pty || gossh.Unmarshal(req.Payload, &pty) != nil || !printable(pty.Term, maxTerm) {
			return false, false
		}
		g.pty = true
		g.terminal.input.lineMode = len(pty.Modes) <= 1 // no more than the byte that ends them
		width, height := g.terminal.cfg.clamp(pty.Width, pty.Height)
		g.terminal.setSize(width, height)
		req.Payload = gossh.Marshal(ptyRequest{Term: pty.Term, Width: width, Height: height, Modes: "\x00"})
		return false, true
	case "shell":
		req.Payload = nil // ssh.Session would take it for a command
		return true, true
	case "exec":
		var exec struct{ Command string }
		if gossh.Unmarshal(req.Payload, &exec) != nil {
			return false, false
		}
		if limit := g.terminal.cfg.MaxCommand; len(exec.Command) > limit {
			g.terminal.truncated = true
			exec.Command = exec.Command[:limit]
			req.Payload = gossh.Marshal(exec)
		}
		g.terminal.command.Store(int64(len(exec.Command)))
		return true, true
	case "subsystem":
		var system struct{ Name string }
		if gossh.Unmarshal(req.Payload, &system) != nil || system.Name == "" || !printable(system.Name, maxSystem) {
			return false, false
		}
		g.terminal.subsystem = system.Name
		req.Type, req.Payload = "shell", nil // the SSH library would look for a handler of its own
		return true, true
	}
	return false, false
}

// countRefusal counts a request that is refused, and ends the session of a client that
// goes on with them; see abuseFactor. What the client asks for meanwhile is refused, too.
// Other sessions on the connection go on. Not counted are the requests that clients send
// by themselves and often: window changes, variables and those in uncounted.
func (g *gatedChannel) countRefusal() {
	t := g.terminal
	if g.refused.Allow() || g.flooded {
		return
	}
	g.flooded = true
	t.conn.tracker.penalties.add(t.conn.source, penaltyFlood)
	t.cfg.Meter.TurnedAway(TooManyRequests)
	if g.begun {
		t.after(t.cfg.CloseTimeout, t.Kill)
		t.cancel(ErrFlood) // the handler tells the client
		return
	}
	go func() { // ends with the channel: the client may take nothing
		defer t.Recover()
		io.WriteString(t.channel.Stderr(), ErrFlood.Error()+"\r\n")
		t.giveUp()
	}()
}

// ptyRequest is the payload of a pty-req (RFC 4254, section 6.2).
type ptyRequest struct {
	Term                                   string
	Width, Height, PixelWidth, PixelHeight uint32
	Modes                                  string
}

// allowsEnv reports whether a variable is one of the locale, the terminal, the time
// zone or Config.Env, with a harmless value.
func (c *Config) allowsEnv(name, value string) bool {
	if len(name)+len(value) > maxEnvSize || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	switch name {
	case "LANG", "LANGUAGE", "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
		"TZ", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "WT_SESSION":
		return true
	}
	return strings.HasPrefix(name, "LC_") && printable(name, maxEnvSize) || slices.Contains(c.Env, name)
}

// printable reports whether s is printable ASCII without spaces, at most limit bytes.
func printable(s string, limit int) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) <= limit
}

// drain reads r to its end, and reports whether anything came. Unlike io.Discard it needs
// no large buffer.
func drain(r io.Reader) (came bool) {
	var junk [512]byte
	for {
		n, err := r.Read(junk[:])
		came = came || n > 0
		if err != nil {
			return came
		}
	}
}
