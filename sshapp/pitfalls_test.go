package sshapp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/ssh"
)

// echo is the smallest screen: it says again what was typed before Enter.
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

// echoScreen runs echo in a terminal, and says input again without one.
func echoScreen(sess ssh.Session) {
	t := terminalOf(sess)
	if _, _, pty := sess.Pty(); !pty {
		io.Copy(sess, sess)
		return
	}
	ctx, cancel := context.WithCancel(sess.Context())
	p := tea.NewProgram(&echo{out: t.Output()}, tea.WithContext(ctx), tea.WithInput(t.Input()),
		tea.WithOutput(io.Discard), tea.WithoutRenderer(), tea.WithoutSignalHandler())
	var watch sync.WaitGroup
	watch.Go(func() {
		width, height := t.Size()
		p.Send(tea.WindowSizeMsg{Width: width, Height: height})
		for {
			select {
			case <-t.Resized():
				width, height := t.Size()
				p.Send(tea.WindowSizeMsg{Width: width, Height: height})
			case <-t.InputEnded():
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

// Whatever a hostile client does, it is bounded, a neighbour's session goes on
// meanwhile, and nothing of it is left afterwards.
func TestHostileClientsCostOnlyThemselves(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			addr, s := startServer(t, echoScreen, hostileConfig())
			neighbour := shell(t, client(t, addr))
			neighbour.types("hello\r")
			neighbour.shows(t, `said "hello"`) // all its goroutines run
			before := runtime.NumGoroutine()
			ctx, done := context.WithCancel(context.Background())
			var talk sync.WaitGroup
			talk.Go(func() {
				for i := 0; ; i++ {
					neighbour.types(fmt.Sprintf("%s%d\r", strings.Repeat("n", i%7), i))
					neighbour.shows(t, fmt.Sprintf("said \"%s%d\"", strings.Repeat("n", i%7), i))
					select {
					case <-ctx.Done():
						return
					case <-time.After(20 * time.Millisecond):
					}
				}
			})
			t.Run("attack", func(t *testing.T) { h.attack(t, addr) })
			done()
			talk.Wait()
			eventually(t, "the neighbour is alone", func() bool { return len(s.register.list(true)) == 1 })
			goroutinesReturn(t, before)
			neighbour.types("still here\r")
			neighbour.shows(t, `"stillhere"`)
		})
	}
}

func TestResizesAreTakenTogether(t *testing.T) {
	addr, _ := startServer(t, echoScreen, hostileConfig())
	w := shell(t, client(t, addr))
	w.shows(t, "size 80 24")
	start := time.Now()
	for i := range uint32(2000) {
		w.asks(t, "window-change", sizes{Width: 60 + i%40, Height: 24})
	}
	w.asks(t, "window-change", sizes{Width: 123, Height: 45})
	w.shows(t, "size 123 45")
	// One wake at once, one per pause, and one for the last.
	limit := 3 + int(time.Since(start)/resizePause)
	if n := strings.Count(w.text(), "size "); n > limit {
		t.Errorf("%d sizes were shown, more than %d", n, limit)
	}
}

func TestPanicsEndTheirSessionOnly(t *testing.T) {
	const secret = "what somebody said"
	var log lockedBuffer
	cfg := hostileConfig()
	cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	addr, _ := startServer(t, func(sess ssh.Session) {
		if sess.RawCommand() == "index" {
			i := len(sess.Environ())
			_ = sess.Environ()[i]
		}
		panic(secret)
	}, cfg)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	const room = "k7f3-q9xm-2tdw"
	c := clientOver(t, conn, room)
	for _, command := range []string{"", "index"} {
		w := open(t, c)
		w.asks(t, "exec", struct{ S string }{command})
		w.ends(t)
		w.shows(t, strings.TrimSpace(apology))
		if got := w.status.Load(); got != 1 {
			t.Errorf("exit status %d", got)
		}
	}
	logged := log.String()
	for _, wanted := range []string{"type=string", "type=runtime.boundsError", "TestPanicsEndTheirSessionOnly"} {
		if !strings.Contains(logged, wanted) {
			t.Errorf("the log lacks %s:\n%s", wanted, logged)
		}
	}
	for _, unwanted := range []string{secret, "127.0.0.1", room} {
		if strings.Contains(logged, unwanted) {
			t.Errorf("the log tells %q:\n%s", unwanted, logged)
		}
	}
}

// lockedBuffer is a bytes.Buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestIdleAndOldSessionsAreAskedToEnd(t *testing.T) {
	for _, row := range []struct {
		why  error
		with func(*Guards)
	}{
		{errIdle, func(c *Guards) { c.Idle = 300 * time.Millisecond }},
		{errLifetime, func(c *Guards) { c.Lifetime = time.Second }},
	} {
		t.Run(row.why.Error(), func(t *testing.T) {
			cfg := hostileConfig()
			row.with(&cfg)
			addr, _ := startServer(t, func(sess ssh.Session) {
				<-sess.Context().Done()
				fmt.Fprintln(sess, context.Cause(sess.Context()))
				sess.Exit(5)
			}, cfg)
			w := shell(t, client(t, addr))
			w.ends(t)
			w.shows(t, row.why.Error())
			if got := w.status.Load(); got != 5 {
				t.Errorf("exit status %d", got)
			}
		})
	}
}

func TestSessionsThatDoNotEndWhenAskedAreCut(t *testing.T) {
	cfg := hostileConfig()
	cfg.Idle = 100 * time.Millisecond
	release := make(chan struct{})
	addr, s := startServer(t, func(ssh.Session) { <-release }, cfg)
	defer close(release)
	c := client(t, addr)
	shell(t, c)
	isCut(t, c)
	eventually(t, "nobody is left", func() bool { return len(s.register.list(true)) == 0 })
}

func TestSessionsThatIgnoreInputAreNotIdle(t *testing.T) {
	cfg := hostileConfig()
	cfg.Idle = 100 * time.Millisecond
	// Asked for signs of life, the client gives them.
	long := cfg.withDefaults().silence() + time.Second
	addr, _ := startServer(t, func(sess ssh.Session) {
		terminalOf(sess).IgnoreInput()
		select {
		case <-sess.Context().Done():
			fmt.Fprintln(sess, context.Cause(sess.Context()))
		case <-time.After(long):
			fmt.Fprintln(sess, "still here")
		}
	}, cfg)
	w := shell(t, client(t, addr))
	w.types(strings.Repeat("x", 3<<20)) // more than the window
	w.shows(t, "still here")
}

func TestKillFreesAWriteToAClientThatTakesNothing(t *testing.T) {
	cfg := hostileConfig()
	cfg.KeepAlive = time.Hour
	wrote := make(chan error, 1)
	addr, _ := startServer(t, func(sess ssh.Session) {
		t := terminalOf(sess)
		frame := make([]byte, 1<<20)
		for {
			stuck := time.AfterFunc(500*time.Millisecond, t.Kill)
			_, err := t.Output().Write(frame)
			stuck.Stop()
			if err != nil {
				wrote <- err
				return
			}
		}
	}, cfg)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	frozen := &freezer{Conn: conn, cut: make(chan struct{})}
	c := clientOver(t, frozen, "new")
	w := open(t, c)
	frozen.frozen.Store(true)
	w.SendRequest("shell", false, nil)
	select {
	case <-wrote:
	case <-time.After(patience):
		t.Fatal("the write goes on")
	}
}

func TestAClientThatNeverClosesItsChannelIsCut(t *testing.T) {
	cfg := hostileConfig()
	cfg.KeepAlive, cfg.Login = time.Hour, time.Hour
	addr, s := startServer(t, func(ssh.Session) {}, cfg)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	frozen := &freezer{Conn: conn, cut: make(chan struct{})}
	w := open(t, clientOver(t, frozen, "new"))
	frozen.frozen.Store(true)
	w.SendRequest("shell", false, nil)
	eventually(t, "nobody is left", func() bool { return len(s.register.list(true)) == 0 })
}

func TestSessionsOfOneConnectionAreApart(t *testing.T) {
	addr, _ := startServer(t, echoScreen, hostileConfig())
	c := client(t, addr)
	a, b := shell(t, c), shell(t, c)
	plain := open(t, c)
	plain.asks(t, "shell", nil)
	a.shows(t, "size 80 24")
	a.Close()
	a.ends(t)
	b.types("b\r")
	b.shows(t, `said "b"`)
	plain.types("line\n")
	plain.shows(t, "line\n")
	if got := plain.text(); strings.Contains(got, "\r") {
		t.Errorf("a session without a terminal got %q", got)
	}
}

func TestShutdownWaitsForSessionsAndCutsTheRest(t *testing.T) {
	addr, s := startServer(t, echoScreen, hostileConfig())
	w := shell(t, client(t, addr))
	w.shows(t, "size 80 24")
	silent, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := io.ReadFull(silent, make([]byte, len("SSH-2.0-"))); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- s.Shutdown(ctx)
	}()
	silent.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, silent); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a silent connection: %v", err)
	}
	w.types("meanwhile\r")
	w.shows(t, `said "meanwhile"`)
	select {
	case err := <-done:
		t.Fatalf("Shutdown did not wait: %v", err)
	default:
	}
	w.types("\x04")
	w.ends(t)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the server still listens")
	}
}
