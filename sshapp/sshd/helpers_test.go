package sshd

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

// defaults is what the zero Config means.
var defaults = Config{}.withDefaults()

// unlimited bounds nothing.
var unlimited = Config{Limits: Limits{
	MaxConns: -1, MaxConnsPerSource: -1, MaxHandshakes: -1, MaxConnects: -1, MaxPenalty: -1, SourceReadRate: -1, MaxUnread: -1,
	HandshakeTimeout: -1, LoginTimeout: -1, IdleTimeout: -1, MaxLifetime: -1, KeepAliveInterval: -1, KeepAliveMisses: -1, WriteTimeout: -1, CloseTimeout: -1,
	MaxAuthTries: -1, MaxChannels: -1, MaxRequests: -1, MaxEnv: -1, MaxPaste: -1, MaxWidth: -1, MaxHeight: -1,
	ReadRate: -1, ReadBurst: -1,
}}

// shortLimits returns limits short enough for a test to reach. Only the rate of a
// connection is high, so that attacks reach the limits behind it.
func shortLimits() Config {
	return Config{Limits: Limits{
		HandshakeTimeout: time.Second, LoginTimeout: 2 * time.Second, CloseTimeout: time.Second,
		KeepAliveInterval: time.Second, WriteTimeout: 2 * time.Second,
		ReadRate: 64 << 20, ReadBurst: 64 << 20,
	}}
}

// startServer serves handler on a free port until the test ends, and then checks that
// nothing of the server is left.
func startServer(t *testing.T, handler Handler, cfg Config) (addr string, s *Server) {
	t.Helper()
	signer, _ := sshtest.NewKey(t)
	return serve(t, signer, handler, cfg)
}

// serve is startServer with a host key.
func serve(t *testing.T, hostKey gossh.Signer, handler Handler, cfg Config) (addr string, s *Server) {
	t.Helper()
	s, err := New(hostKey, handler, cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.close()
		if err := <-served; err != ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), sshtest.Patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		sshtest.GoroutinesReturn(t, before)
	})
	return l.Addr().String(), s
}

// close stops accepting and cuts every connection. It does not wait for handlers.
func (s *Server) close() {
	s.tracker.stop()
	s.tracker.cut()
}

// newTestConn returns a connection at one end of a pipe, whose source is 192.0.2.1,
// and the client's end.
func newTestConn(t *testing.T, cfg Config) (c *conn, peer net.Conn) {
	t.Helper()
	nc, peer := net.Pipe()
	c, ok := newTracker(cfg.withDefaults()).add(connFrom{nc, tcpAddr("192.0.2.1")})
	if !ok {
		t.Fatal("the connection was refused")
	}
	t.Cleanup(func() {
		c.Close()
		peer.Close()
	})
	return c, peer
}

// connFrom is a connection that seems to come from an address.
type connFrom struct {
	net.Conn
	addr net.Addr
}

func (c connFrom) RemoteAddr() net.Addr { return c.addr }

func tcpAddr(address string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 1))
}

// checkEmpty checks that the tracker knows no connection any more.
func (t *tracker) checkEmpty(tb testing.TB) {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.conns)+len(t.handshakes)+len(t.sources) != 0 {
		tb.Errorf("%d connections, %d handshakes, %d sources are left", len(t.conns), len(t.handshakes), len(t.sources))
	}
}

// beginSession begins a session on c without a channel.
func beginSession(c *conn, peer gossh.Conn) (*Terminal, context.Context) {
	ctx, cancel := context.WithCancelCause(context.Background())
	t := &Terminal{cancel: cancel}
	c.sessionBegan(t, peer)
	return t, ctx
}

// lifetime waits until c is closed, and returns how long it was open.
func lifetime(c *conn) time.Duration {
	<-c.ctx.Done()
	return time.Since(c.opened)
}

// quietPeer is a client that replies to no request before until is closed.
type quietPeer struct {
	gossh.Conn
	asked atomic.Int32
	until <-chan struct{}
}

func (p *quietPeer) SendRequest(name string, wantReply bool, _ []byte) (bool, []byte, error) {
	if name == keepAlive && wantReply {
		p.asked.Add(1)
	}
	<-p.until
	return false, nil, io.EOF
}

// tally is a Meter that records the reasons in their order.
type tally struct {
	mu  sync.Mutex
	all []Reason
}

func (c *tally) TurnedAway(why Reason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, why)
}

func (c *tally) reasons() []Reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// whoami is a handler that writes the client's key and user name.
func whoami(sess ssh.Session, _ *Terminal) {
	if k := sess.PublicKey(); k != nil {
		fmt.Fprintln(sess, "key", gossh.FingerprintSHA256(k), "of", sess.User())
	} else {
		fmt.Fprintln(sess, "no key of", sess.User())
	}
}

// echo is the smallest screen: it repeats what was typed before Enter.
type echo struct {
	out  io.Writer
	line []rune
}

func (m *echo) Init() tea.Cmd { return nil }
func (m *echo) View() string  { return strings.Repeat(strings.Repeat("x", 80)+"\n", 24) }

func (m *echo) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		fmt.Fprintf(m.out, "size %d %d\r\n", msg.Width, msg.Height)
	case tea.KeyMsg:
		switch {
		case msg.Type == tea.KeyEnter:
			fmt.Fprintf(m.out, "said %q\r\n", string(m.line))
			m.line = nil
		case msg.Type == tea.KeyCtrlD:
			return m, tea.Quit
		case msg.Type == tea.KeyRunes && len(m.line) < 64<<10:
			m.line = append(m.line, msg.Runes...)
		}
	}
	return m, nil
}

// echoScreen is a handler that runs echo in a terminal. Without a terminal it repeats
// its input.
func echoScreen(sess ssh.Session, term *Terminal) {
	if _, _, pty := sess.Pty(); !pty {
		io.Copy(sess, sess)
		return
	}
	ctx, cancel := context.WithCancel(sess.Context())
	p := tea.NewProgram(&echo{out: term.Output()}, tea.WithContext(ctx), tea.WithInput(term.Input()),
		tea.WithOutput(io.Discard), tea.WithoutRenderer(), tea.WithoutSignalHandler())
	var watch sync.WaitGroup
	watch.Go(func() {
		width, height := term.Size()
		p.Send(tea.WindowSizeMsg{Width: width, Height: height})
		for {
			select {
			case <-term.Resized():
				width, height := term.Size()
				p.Send(tea.WindowSizeMsg{Width: width, Height: height})
			case <-term.inputEnded:
				p.Quit()
				return
			case <-ctx.Done():
				return
			}
		}
	})
	p.Run()
	cancel()
	watch.Wait()
}
