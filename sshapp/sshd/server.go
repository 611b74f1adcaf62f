package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	gossh "golang.org/x/crypto/ssh"
)

// ErrServerClosed is returned by Serve after StopAccepting, Shutdown or Close.
var ErrServerClosed = ssh.ErrServerClosed

// Handler serves one session, from its shell, command or subsystem on. When it returns, the
// session ends, with status 0 unless sess.Exit was called. It must return soon
// after the session's context ends; it may panic.
type Handler func(sess ssh.Session, term *Terminal)

// Server is an SSH server for sessions alone: it forwards nothing. Its methods are safe
// for concurrent use.
type Server struct {
	cfg      *Config
	ssh      *ssh.Server
	tracker  *tracker
	governor *governor
}

// New returns a server that does not listen yet. It fails without a host key, or if the
// SSH library refuses the key.
func New(hostKey gossh.Signer, handler Handler, config Config) (*Server, error) {
	if hostKey == nil {
		return nil, errors.New("sshd: no host key") // wish would write one to the working directory
	}
	s := &Server{cfg: config.withDefaults()}
	s.tracker = newTracker(s.cfg)
	s.governor = newGovernor(s.cfg, s.tracker)
	options := []ssh.Option{
		wish.WithVersion(s.cfg.Version),
		wish.WithMiddleware(s.withLifecycle(handler)),
		wish.WithPublicKeyAuth(s.acceptKey),
		ssh.EmulatePty(),
		ssh.WrapConn(bindConn),
		func(srv *ssh.Server) error {
			srv.AddHostKey(countKeyExchanges(hostKey))
			srv.ServerConfigCallback = s.serverConfig
			srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.handleSession, "default": rejectChannel}
			srv.RequestHandlers = map[string]ssh.RequestHandler{keepAlive: replyKeepAlive, "default": refuseRequest}
			srv.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
			return nil
		},
	}
	if s.cfg.Admit == nil {
		options = append(options, wish.WithKeyboardInteractiveAuth(acceptAnyone), wish.WithPasswordAuth(acceptPassword))
	} else {
		options = append(options, wish.WithKeyboardInteractiveAuth(refuseKeyless))
	}
	var err error
	if s.ssh, err = wish.NewServer(options...); err != nil {
		return nil, fmt.Errorf("sshd: %w", err)
	}
	return s, nil
}

// Serve accepts connections on the listeners until one of them fails or the server
// stops accepting; then it returns ErrServerClosed. It closes all of them. It must be
// called only once, with at least one listener.
func (s *Server) Serve(listeners ...net.Listener) error {
	defer closeAll(listeners)
	if !s.tracker.listen(listeners) {
		return ErrServerClosed
	}
	ctx, cancel := context.WithCancel(context.Background())
	governed := make(chan struct{})
	go func() {
		defer close(governed)
		defer recoverPanic(s.cfg.Log, "", func() {})
		s.governor.run(ctx)
	}()
	defer func() {
		cancel()
		<-governed
	}()
	ended := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { ended <- s.ssh.Serve(&limitedListener{l, s.tracker, s.ssh.HandleConn}) }()
	}
	err := <-ended
	closeAll(listeners)
	for range len(listeners) - 1 {
		<-ended
	}
	if s.tracker.stopped() {
		return ErrServerClosed
	}
	return err
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close()
	}
}

// StopAccepting closes the listeners, and the connections on which no session is
// open. Sessions go on.
func (s *Server) StopAccepting() { s.tracker.stop() }

// Shutdown stops accepting and waits until all sessions have ended and every
// handler has returned. It does not ask them to. If ctx ends first, Shutdown cuts
// the connections that are left and returns ctx.Err().
func (s *Server) Shutdown(ctx context.Context) error {
	s.tracker.stop()
	err := s.tracker.wait(ctx)
	if err != nil {
		s.tracker.cut()
	}
	return err
}

// CutBanned ends the sessions of everybody who is banned, and cuts their connections.
// Call it after a change of the Bans.
func (s *Server) CutBanned() {
	for _, c := range s.tracker.list(true) {
		if c.banned() && c.hangUp(ErrBanned, ErrBanned.Error()) {
			s.cfg.Meter.TurnedAway(Banned)
		}
	}
}

// Load returns how many connections there are, those in a handshake included, and
// how many handlers run.
func (s *Server) Load() (conns, sessions int) { return s.tracker.load() }

// Memory returns what the server holds at this moment.
func (s *Server) Memory() MemoryUse {
	use, _ := s.governor.measure()
	return use
}

// NewQuota returns a quota of perMinute, with no limit if that is 0 or less. Taking
// more than is left counts as why in the server's Meter and penalizes the source.
func (s *Server) NewQuota(perMinute int, why Reason) *Quota {
	return newQuota(perMinute, func(source netip.Prefix) {
		s.cfg.Meter.TurnedAway(why)
		s.tracker.penalties.add(source, penaltyQuota)
	})
}

type connKey struct{}

// bindConn makes the connection known to the handlers of its channels and
// requests. It refuses a connection that is not one of limitedListener.
func bindConn(ctx ssh.Context, nc net.Conn) net.Conn {
	c, ok := nc.(*conn)
	if !ok {
		return nil
	}
	ctx.SetValue(connKey{}, c)
	return c
}

func replyKeepAlive(ssh.Context, *ssh.Server, *gossh.Request) (bool, []byte) { return true, nil }

// refuseRequest refuses every other global request, above all those to forward.
func refuseRequest(ctx ssh.Context, _ *ssh.Server, _ *gossh.Request) (bool, []byte) {
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		c.countRefusal()
	}
	return false, nil
}

// apology is all that a person sees of a panic.
const apology = "something went wrong on the server\r\n"

// withLifecycle counts the handler while it runs, ends its session when it
// returns, and recovers its panics.
func (s *Server) withLifecycle(handler Handler) wish.Middleware {
	return func(ssh.Handler) ssh.Handler {
		return func(sess ssh.Session) {
			t := sess.Context().Value(terminalKey{}).(*Terminal)
			s.tracker.countHandlers(1)
			defer s.tracker.countHandlers(-1)
			defer t.finish()
			defer recoverPanic(s.cfg.Log, t.ID, func() {
				t.after(s.cfg.CloseTimeout, t.Kill) // the writes below may block
				io.WriteString(sess.Stderr(), apology)
				sess.Exit(1)
			})
			handler(sess, t)
		}
	}
}
