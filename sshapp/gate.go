package sshapp

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// Bounds of one session channel.
const (
	maxEnvSize = 512 // name and value, in bytes
	maxTerm    = 64  // length of TERM, in bytes
	maxCommand = 4 << 10

	// A terminal that does not know its size says 0 × 0.
	defaultWidth  = 80
	defaultHeight = 24

	// resizePause is the least time between two wakes of Resized.
	resizePause = 100 * time.Millisecond
	// overrunPause is how often a channel whose input has ended is searched
	// for data that came all the same.
	overrunPause = 30 * time.Second
)

// errHungUp is the cause of a session's context when its channel was closed.
var errHungUp = errors.New("the client hung up")

// gate is the only way to a session: it lets through what wick has a use for.
func (s *server) gate(srv *ssh.Server, conn *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	g, ok := ctx.Value(guardKey{}).(*guard)
	if !ok {
		ch.Reject(gossh.Prohibited, "not allowed")
		return
	}
	defer rescue(s.cfg.Log, "", func() { g.Close() })
	g.request()
	if !s.admits(ctx) {
		s.cfg.Meter.TurnedAway(KeyNotAdmitted)
		ch.Reject(gossh.Prohibited, "this key is not let in any more")
		return
	}
	if !g.reserve() {
		g.refuse(ch)
		return
	}
	defer func() {
		g.unreserve()
		if g.vacant() && s.register.stopped() {
			g.Close() // nothing would ever come of it
		}
	}()
	if !s.register.anotherSession(g) {
		g.refuseFor(ch, TooManyConnects, farewells[TooManyConnects])
		return
	}

	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(errHungUp)
	t := &terminal{
		ID:         rand.Text(),
		guard:      g,
		cfg:        s.cfg,
		cancel:     cancel,
		resized:    make(chan struct{}, 1),
		inputEnded: make(chan struct{}),
		handled:    make(chan struct{}),
		closed:     make(chan struct{}),
	}
	t.size.Store(defaultWidth<<32 | defaultHeight)
	gated := &gatedChannel{NewChannel: ch, terminal: t, conn: conn, ctx: inner}
	// Returns when the channel is closed or its shell or command has begun.
	ssh.DefaultSessionHandler(srv, conn, gated, &channelContext{Context: ctx, channel: inner, terminal: t})
	if t.channel == nil {
		return // accepting it failed: the connection is gone
	}
	t.drainExtended()
	<-t.closed
	if gated.begun {
		<-t.handled
	}
}

// gateOther refuses what is no session.
func (s *server) gateOther(_ *ssh.Server, _ *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	if g, ok := ctx.Value(guardKey{}).(*guard); ok {
		g.request()
	}
	ch.Reject(gossh.UnknownChannelType, "unsupported channel type")
}

// drain reads r to its end, with less memory than io.Discard takes.
func drain(r io.Reader) {
	var junk [512]byte
	for {
		if _, err := r.Read(junk[:]); err != nil {
			return
		}
	}
}

// gatedChannel hands DefaultSessionHandler a filtered stream of requests.
type gatedChannel struct {
	gossh.NewChannel
	terminal *terminal
	conn     gossh.Conn
	ctx      context.Context // the channel's

	begun bool // the shell or command was let through; read when closed is
	pty   bool
	env   int
}

// Accept starts filter, which ends with the channel.
func (c *gatedChannel) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, requests, err := c.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	t := c.terminal
	t.channel, t.account = channel, t.guard.opened()
	t.input = newInput(c.ctx, rawInput{t}, t.cfg.MaxPaste, t.guard.Input)
	t.wait(t.cfg.Login)
	passed := make(chan *gossh.Request)
	go c.filter(requests, passed)
	return sessionChannel{channel, t}, passed, nil
}

// sessionChannel is the channel as the ssh.Session reads it.
type sessionChannel struct {
	gossh.Channel
	t *terminal
}

func (c sessionChannel) Read(p []byte) (int, error) {
	n, err := rawInput{c.t}.Read(p)
	if n > 0 {
		c.t.guard.Input()
	}
	return n, err
}

// filter answers the client's requests, or passes them on, until the channel
// is closed. Once the shell or command has begun nothing is passed on.
func (c *gatedChannel) filter(requests <-chan *gossh.Request, passed chan<- *gossh.Request) {
	t := c.terminal
	defer func() {
		if !c.begun {
			close(passed)
		}
		close(t.closed)
		t.guard.forget(t.account)
		t.rest()
		if t.wakes.pending != nil {
			t.wakes.pending.Stop()
		}
		t.cancel(errHungUp)
	}()
	defer rescue(t.cfg.Log, t.ID, func() {
		t.Kill()
		gossh.DiscardRequests(requests)
	})
	for req := range requests {
		if req.Type == "window-change" {
			req.Reply(t.windowChange(req.Payload), nil)
			continue
		}
		t.guard.request()
		begins, ok := c.judge(req)
		if !ok {
			req.Reply(false, nil)
			continue
		}
		if begins {
			t.rest()
			t.guard.Established(t, c.conn)
		}
		select {
		case passed <- req:
			if begins {
				c.begun = true
				close(passed)
			}
		case <-c.ctx.Done():
			if begins {
				t.guard.ended(t)
			}
		}
	}
}

// judge tells whether the request is let through, and whether the session's
// shell or command begins with it. It rewrites what it lets through.
func (c *gatedChannel) judge(req *gossh.Request) (begins, ok bool) {
	if c.begun {
		return false, false
	}
	switch req.Type {
	case "env":
		var env struct{ Name, Value string }
		if gossh.Unmarshal(req.Payload, &env) != nil || c.env >= c.terminal.cfg.MaxEnv || !allowedEnv(env.Name, env.Value) {
			return false, false
		}
		c.env++
		return false, true
	case "pty-req":
		var pty ptyRequest
		if c.pty || gossh.Unmarshal(req.Payload, &pty) != nil || !printable(pty.Term, maxTerm) {
			return false, false
		}
		c.pty = true
		c.terminal.input.lines = len(pty.Modes) <= 1 // no more than their end
		width, height := c.terminal.cfg.clamp(pty.Width, pty.Height)
		c.terminal.size.Store(uint64(width)<<32 | uint64(height))
		req.Payload = gossh.Marshal(ptyRequest{Term: pty.Term, Width: width, Height: height, Modes: "\x00"})
		return false, true
	case "shell":
		req.Payload = nil // ssh.Session would take one for a command
		return true, true
	case "exec":
		var exec struct{ Command string }
		if gossh.Unmarshal(req.Payload, &exec) != nil || len(exec.Command) > maxCommand {
			return false, false
		}
		return true, true
	}
	return false, false
}

// ptyRequest is RFC 4254, section 6.2.
type ptyRequest struct {
	Term                                   string
	Width, Height, PixelWidth, PixelHeight uint32
	Modes                                  string
}

func (c *Guards) clamp(width, height uint32) (uint32, uint32) {
	if width == 0 {
		width = defaultWidth
	}
	if height == 0 {
		height = defaultHeight
	}
	return min(width, uint32(c.MaxWidth)), min(height, uint32(c.MaxHeight))
}

// allowedEnv tells whether a variable is one that screens are drawn by.
func allowedEnv(name, value string) bool {
	if len(name)+len(value) > maxEnvSize || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	switch name {
	case "LANG", "LANGUAGE", "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
		"TZ", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "WICK_THEME", "WT_SESSION":
		return true
	}
	return strings.HasPrefix(name, "LC_") && printable(name, maxEnvSize)
}

// printable tells whether s is printable ASCII without spaces, at most limit bytes.
func printable(s string, limit int) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) <= limit
}
