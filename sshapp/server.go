package sshapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"

	"github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	gossh "golang.org/x/crypto/ssh"
)

// version is what the server calls itself before the key exchange.
const version = "wick"

// server is an SSH server behind the guards: register, guard and gate. Its
// methods are safe from any goroutine.
type server struct {
	cfg      *Guards
	ssh      *ssh.Server
	register *register
}

// newServer makes a server that runs handler for every shell and command. The
// handler finds its terminal with terminalOf, may panic, and must return when
// the session's context ends.
func newServer(cfg Guards, hostKey gossh.Signer, handler ssh.Handler) (*server, error) {
	if hostKey == nil {
		return nil, errors.New("a server needs a host key") // wish would write one to the working directory
	}
	s := &server{cfg: cfg.withDefaults()}
	s.register = newRegister(s.cfg)
	options := []ssh.Option{
		wish.WithVersion(version),
		wish.WithMiddleware(s.outermost(handler)),
		wish.WithPublicKeyAuth(s.acceptKey),
		ssh.EmulatePty(),
		ssh.WrapConn(admitted),
		func(srv *ssh.Server) error {
			srv.AddHostKey(countExchanges(hostKey))
			srv.ServerConfigCallback = s.serverConfig
			srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.gate, "default": s.gateOther}
			srv.RequestHandlers = map[string]ssh.RequestHandler{keepAlive: alive, "default": refuseRequest}
			srv.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
			return nil
		},
	}
	if cfg.Admit == nil {
		options = append(options, wish.WithKeyboardInteractiveAuth(acceptAnyone))
	}
	var err error
	s.ssh, err = wish.NewServer(options...)
	return s, err
}

// Serve accepts connections until the listener fails or the server is shut
// down or closed; then the error is ssh.ErrServerClosed. It closes l.
func (s *server) Serve(l net.Listener) error {
	if !s.register.listen(l) {
		l.Close()
		return ssh.ErrServerClosed
	}
	err := s.ssh.Serve(guardedListener{l, s.register})
	if s.register.stopped() {
		return ssh.ErrServerClosed
	}
	return err
}

// Shutdown stops accepting, cuts who is in no session, and waits until the
// others have gone, which it does not ask them to, and every handler has
// returned. When ctx ends first it cuts them and returns ctx's error.
func (s *server) Shutdown(ctx context.Context) error {
	s.register.stop()
	err := s.register.wait(ctx)
	if err != nil {
		s.register.cut()
	}
	return err
}

// Close ends everything at once, and does not wait for handlers.
func (s *server) Close() {
	s.register.stop()
	s.register.cut()
}

type guardKey struct{}

// admitted makes the guard known to the gate, and refuses a connection that
// has none.
func admitted(ctx ssh.Context, conn net.Conn) net.Conn {
	g, ok := conn.(*guard)
	if !ok {
		return nil
	}
	ctx.SetValue(guardKey{}, g)
	return g
}

func alive(ssh.Context, *ssh.Server, *gossh.Request) (bool, []byte) { return true, nil }

// refuseRequest grants no other request of a connection: no forwarding above all.
func refuseRequest(ctx ssh.Context, _ *ssh.Server, _ *gossh.Request) (bool, []byte) {
	if g, ok := ctx.Value(guardKey{}).(*guard); ok {
		g.request()
	}
	return false, nil
}

// apology is all that a person hears of a panic.
const apology = "something went wrong on the server\r\n"

// outermost runs the handler so that whatever it does ends with it.
func (s *server) outermost(handler ssh.Handler) wish.Middleware {
	return func(ssh.Handler) ssh.Handler {
		return func(sess ssh.Session) {
			t := terminalOf(sess)
			s.register.handling(1)
			defer s.register.handling(-1)
			defer t.finish()
			defer rescue(s.cfg.Log, t.ID, func() {
				t.wait(s.cfg.CloseGrace) // the writes below may block
				io.WriteString(sess.Stderr(), apology)
				sess.Exit(1)
			})
			handler(sess)
		}
	}
}

// panicDepth is how many frames of a panic are logged.
const panicDepth = 24

// rescue, deferred, ends a panic: it logs it and calls then.
func rescue(log *slog.Logger, session string, then func()) {
	if r := recover(); r != nil {
		LogPanic(log, session, r)
		then()
	}
}

// LogPanic, called where a panic was recovered, logs where and of what type it
// was, but no value, which could hold what somebody said.
func LogPanic(log *slog.Logger, session string, value any) {
	pcs := make([]uintptr, panicDepth)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var where []string
	for {
		f, more := frames.Next()
		where = append(where, f.Function)
		if !more {
			break
		}
	}
	log.LogAttrs(context.Background(), slog.LevelError, "panic",
		slog.String("session", session), slog.String("type", fmt.Sprintf("%T", value)), slog.Any("in", where))
}
