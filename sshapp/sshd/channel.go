package sshd

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// errHungUp is the cause of a session's context after its channel was closed.
var errHungUp = errors.New("the client hung up")

// handleSession begins the session of a channel. It is the only way to a session.
func (s *Server) handleSession(srv *ssh.Server, sshConn *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	c, ok := ctx.Value(connKey{}).(*conn)
	if !ok {
		ch.Reject(gossh.Prohibited, "not allowed")
		return
	}
	defer recoverPanic(s.cfg.Log, "", func() { c.Close() })
	c.noteKey(ctx)
	if !s.stillAdmits(ctx) {
		c.reject(ch, gossh.Prohibited, KeyRefused, "this key is no longer let in")
		return
	}
	if !c.reserveChannel() {
		c.reject(ch, gossh.ResourceShortage, TooManySessions, "too many sessions on this connection")
		return
	}
	if c.requests.Wait(c.ctx) != nil {
		s.releaseChannel(c)
		return // the connection is closed
	}
	if !s.tracker.allowSession(c) {
		c.reject(ch, gossh.ResourceShortage, TooManyConnects, farewells[TooManyConnects])
		s.releaseChannel(c)
		return
	}
	gated := s.beginSession(srv, sshConn, ch, ctx, c)
	// What follows waits as long as the session lasts, so it gets a goroutine of its own,
	// whose stack is small: this one's has grown.
	go s.attend(c, gated)
}

// attend replies to the requests of a session that has begun. It returns when the channel
// is closed and the handler has returned.
func (s *Server) attend(c *conn, gated *gatedChannel) {
	defer recoverPanic(s.cfg.Log, "", func() { c.Close() })
	defer s.releaseChannel(c)
	t := gated.terminal
	defer t.cancel(errHungUp)
	if t.channel == nil {
		return // accepting it failed: the connection is gone
	}
	gated.refuseRest()
	if gated.begun {
		<-t.handled
	}
}

func (s *Server) releaseChannel(c *conn) {
	c.releaseChannel()
	if c.noChannels() && s.tracker.stopped() {
		c.Close() // no session can begin on it any more
	}
}

// beginSession returns when the channel is closed, or when its shell or command has begun.
func (s *Server) beginSession(srv *ssh.Server, sshConn *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context, c *conn) *gatedChannel {
	sessionCtx, cancel := context.WithCancelCause(ctx)
	t := newTerminal(rand.Text(), c, cancel)
	gated := &gatedChannel{NewChannel: ch, terminal: t, sshConn: sshConn, ctx: sessionCtx, refused: newRefusalLimiter(s.cfg)}
	ssh.DefaultSessionHandler(srv, sshConn, gated, &channelContext{Context: ctx, session: sessionCtx, terminal: t})
	return gated
}

// rejectChannel rejects every channel that is not a session.
func rejectChannel(_ *ssh.Server, _ *gossh.ServerConn, ch gossh.NewChannel, ctx ssh.Context) {
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		c.reject(ch, gossh.UnknownChannelType, "", "this server forwards nothing")
	}
}
