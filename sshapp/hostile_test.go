package sshapp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// patience is how long a test waits for what has to happen.
const patience = 20 * time.Second

// standard is what an operator who says nothing gets.
var standard = Guards{}.withDefaults()

// hostileConfig has limits short enough to see them work. What a connection
// may send is lifted, so that attacks reach what lies behind that limit.
func hostileConfig() Guards {
	return Guards{
		Greeting: time.Second, Login: 2 * time.Second, CloseGrace: time.Second,
		KeepAlive: time.Second, Write: 2 * time.Second,
		IngressRate: 64 << 20, IngressBurst: 64 << 20,
	}
}

// startServer serves handler on a free port until the test ends, and then
// checks that nothing of it is left.
func startServer(t *testing.T, handler ssh.Handler, cfg Guards) (addr string, s *server) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err = newServer(cfg, signer, handler)
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
		s.Close()
		if err := <-served; err != ssh.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		goroutinesReturn(t, before)
	})
	return l.Addr().String(), s
}

// eventually polls until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// goroutinesReturn waits until no more than n are left.
func goroutinesReturn(t *testing.T, n int) {
	t.Helper()
	back := false
	defer func() {
		if !back {
			stacks := make([]byte, 4<<20)
			t.Logf("%d goroutines:\n%s", runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}()
	eventually(t, fmt.Sprintf("back to %d goroutines", n), func() bool { return runtime.NumGoroutine() <= n })
	back = true
}

// cpu is what the process has used, client included.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// costs fails the test if f uses more CPU time, or allocates more, than given.
func costs(t *testing.T, limit time.Duration, bytes uint64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used := cpu(t)
	f()
	used = cpu(t) - used
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%v of CPU time, %d KiB allocated", used.Round(time.Millisecond), allocated>>10)
	if used > limit {
		t.Errorf("used %v of CPU time, more than %v", used, limit)
	}
	if allocated > bytes {
		t.Errorf("allocated %d MiB, more than %d", allocated>>20, bytes>>20)
	}
}

// client is a connection without a key, for a new room.
func client(t *testing.T, addr string) *gossh.Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return clientOver(t, conn, "new")
}

func clientOver(t *testing.T, conn net.Conn, user string) *gossh.Client {
	t.Helper()
	c, channels, requests, err := gossh.NewClientConn(conn, conn.RemoteAddr().String(), &gossh.ClientConfig{
		User: user,
		Auth: []gossh.AuthMethod{gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
			return make([]string, len(q)), nil
		})},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
		Timeout:         patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	cl := gossh.NewClient(c, channels, requests)
	t.Cleanup(func() { cl.Close() })
	return cl
}

// window is the end of a session that a client sees.
type window struct {
	gossh.Channel
	ended  chan struct{} // the channel is closed
	status atomic.Int64  // exit status; -1 while there is none

	mu  sync.Mutex
	all bytes.Buffer
}

// open opens a session channel.
func open(t *testing.T, c *gossh.Client) *window {
	t.Helper()
	ch, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{Channel: ch, ended: make(chan struct{})}
	w.status.Store(-1)
	go func() {
		for r := range requests {
			var status struct{ Status uint32 }
			if r.Type == "exit-status" && gossh.Unmarshal(r.Payload, &status) == nil {
				w.status.Store(int64(status.Status))
			}
			r.Reply(false, nil)
		}
		close(w.ended)
	}()
	for _, r := range []io.Reader{ch, ch.Stderr()} {
		go io.Copy(recorder{w}, r)
	}
	return w
}

// recorder keeps what the server sends.
type recorder struct{ w *window }

func (r recorder) Write(p []byte) (int, error) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return r.w.all.Write(p)
}

func (w *window) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

func (w *window) shows(t *testing.T, s string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q on the screen", s), func() bool { return strings.Contains(w.text(), s) })
}

// types sends input and does not care whether it arrives.
func (w *window) types(s string) { w.Channel.Write([]byte(s)) }

// asks sends a request and tells the answer.
func (w *window) asks(t *testing.T, name string, payload any) bool {
	t.Helper()
	var p []byte
	if payload != nil {
		p = gossh.Marshal(payload)
	}
	ok, err := w.SendRequest(name, true, p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return ok
}

func (w *window) ends(t *testing.T) {
	t.Helper()
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Fatalf("the session goes on; it shows %q", w.text())
	}
}

type sizes struct{ Width, Height, PixelWidth, PixelHeight uint32 }

func ptyOf(width, height uint32) ptyRequest {
	return ptyRequest{Term: "xterm-256color", Width: width, Height: height, Modes: "\x00"}
}

// shell opens a session in a terminal of 80 × 24.
func shell(t *testing.T, c *gossh.Client) *window {
	t.Helper()
	w := open(t, c)
	if !w.asks(t, "pty-req", ptyOf(80, 24)) || !w.asks(t, "shell", nil) {
		t.Fatal("no shell")
	}
	return w
}

// hostile are clients that attack the server at addr, and check that the
// server bounds what they do to it. They need hostileConfig and a handler of
// full-screen sessions; nothing else is known of it.
var hostile = []struct {
	name   string
	attack func(t *testing.T, addr string)
}{
	{"closes only its channels", closesOnlyChannels},
	{"ends its input", endsItsInput},
	{"resizes before the shell", resizesBeforeShell},
	{"has an enormous screen", hasEnormousScreen},
	{"has no screen", hasNoScreen},
	{"floods letters", floods(strings.Repeat("a", 1<<17))},
	{"floods keys", floods(strings.Repeat(" \x1b[A", 1<<15))},
	{"floods a paste without an end", floods(pasteStart + strings.Repeat("lorem ipsum\r", 1<<16))},
	{"floods escapes", floods(strings.Repeat("\x1b", 1<<16) + "[" + strings.Repeat("1;", 1<<16))},
	{"floods resizes", floodsResizes},
	{"floods the environment", floodsEnvironment},
	{"floods channels", floodsChannels},
	{"floods standard error", floodsStandardError},
	{"says nothing", saysNothing},
	{"logs in and does nothing", logsInAndDoesNothing},
	{"opens a channel and does nothing", opensAndDoesNothing},
	{"stops reading", stopsReading},
	{"asks for everything else", asksForEverythingElse},
}

func closesOnlyChannels(t *testing.T, addr string) {
	c := client(t, addr)
	again := time.NewTicker(100 * time.Millisecond) // each attempt is a request
	defer again.Stop()
	// A place is free again only when the session that had it is over.
	for range 2 * standard.MaxChannels {
		var w *window
		for w == nil {
			ch, requests, err := c.OpenChannel("session", nil)
			if err != nil {
				if _, full := err.(*gossh.OpenChannelError); !full {
					t.Fatal(err)
				}
				<-again.C
				continue
			}
			go gossh.DiscardRequests(requests)
			w = &window{Channel: ch}
		}
		if !w.asks(t, "pty-req", ptyOf(80, 24)) || !w.asks(t, "shell", nil) {
			t.Fatal("no shell")
		}
		w.Close()
	}
}

func endsItsInput(t *testing.T, addr string) {
	w := shell(t, client(t, addr))
	w.CloseWrite()
	w.ends(t)
}

func resizesBeforeShell(t *testing.T, addr string) {
	w := open(t, client(t, addr))
	for i := range uint32(100) {
		w.SendRequest("window-change", false, gossh.Marshal(sizes{Width: 40 + i, Height: 20}))
	}
	if !w.asks(t, "pty-req", ptyOf(80, 24)) {
		t.Error("no terminal")
	}
	for i := range uint32(100) {
		w.SendRequest("window-change", false, gossh.Marshal(sizes{Width: 40 + i, Height: 20}))
	}
	if !w.asks(t, "shell", nil) {
		t.Error("no shell")
	}
}

func hasEnormousScreen(t *testing.T, addr string) {
	costs(t, 5*time.Second, 512<<20, func() {
		for _, s := range []uint32{0, 1, 20000, 1 << 31, 1<<32 - 1} {
			w := open(t, client(t, addr))
			if !w.asks(t, "pty-req", ptyOf(s, s)) || !w.asks(t, "shell", nil) {
				t.Errorf("no session at %d × %d", s, s)
			}
			w.asks(t, "window-change", sizes{Width: s, Height: 1<<32 - 1})
			w.asks(t, "window-change", sizes{Width: 1<<32 - 1, Height: s})
			w.CloseWrite()
			w.ends(t)
		}
	})
}

func hasNoScreen(t *testing.T, addr string) {
	c := client(t, addr)
	w := open(t, c)
	if w.asks(t, "subsystem", struct{ Name string }{"sftp"}) {
		t.Error("there is sftp")
	}
	w.Close()
	for _, command := range []string{"", "scp -t /tmp", "\x00\xff'\"", strings.Repeat("x", maxCommand)} {
		w := open(t, c)
		if !w.asks(t, "exec", struct{ Command string }{command}) {
			t.Errorf("a command of %d bytes was not heard", len(command))
		}
		w.CloseWrite()
		w.ends(t)
	}
	w = open(t, c)
	if w.asks(t, "exec", struct{ Command string }{strings.Repeat("x", maxCommand+1)}) {
		t.Error("a command beyond the bound was heard")
	}
	w.Close()
	w = open(t, c)
	w.asks(t, "shell", nil)
	w.CloseWrite()
	w.ends(t)
}

// floods types text and then ends its input, which the session notices when it
// has read it all. It may as well be made to wait.
func floods(text string) func(t *testing.T, addr string) {
	return func(t *testing.T, addr string) {
		w := shell(t, client(t, addr))
		costs(t, 2*time.Second, 256<<20, func() {
			typed := make(chan struct{})
			go func() {
				defer close(typed)
				w.types(text)
				w.CloseWrite()
			}()
			select {
			case <-w.ended:
			case <-time.After(2 * time.Second):
				w.Close()
			}
			<-typed
		})
	}
}

func floodsResizes(t *testing.T, addr string) {
	w := shell(t, client(t, addr))
	costs(t, 8*time.Second, 1<<30, func() {
		for i := range uint32(20000) {
			w.SendRequest("window-change", false, gossh.Marshal(sizes{Width: 60 + i%40, Height: 24}))
		}
		w.CloseWrite()
		w.ends(t)
	})
}

func floodsEnvironment(t *testing.T, addr string) {
	c := client(t, addr)
	w := open(t, c)
	type variable struct{ Name, Value string }
	for _, v := range []variable{
		{"LC_ALL", strings.Repeat("x", maxEnvSize)}, {"LD_PRELOAD", "x"}, {"LANG", "a\x1bb"}, {"LC_\n", "x"}, {"", ""},
	} {
		if w.asks(t, "env", v) {
			t.Errorf("%.8q was taken", v.Name)
		}
	}
	taken := 0
	for i := range 2 * standard.MaxEnv {
		if w.asks(t, "env", variable{fmt.Sprintf("LC_%d", i), "C.UTF-8"}) {
			taken++
		}
	}
	if taken != standard.MaxEnv {
		t.Errorf("%d variables were taken", taken)
	}
	for range 2 * standard.MaxRequests {
		w.SendRequest("env", false, gossh.Marshal(variable{"X", strings.Repeat("x", 30000)}))
	}
	w.ends(t)
	c.Wait()
}

func floodsChannels(t *testing.T, addr string) {
	c := client(t, addr)
	for range standard.MaxChannels {
		shell(t, c)
	}
	refused := 0
	for {
		_, _, err := c.OpenChannel("session", nil)
		if e, ok := err.(*gossh.OpenChannelError); !ok {
			break
		} else if refused++; e.Reason != gossh.ResourceShortage || refused > standard.MaxRequests {
			t.Fatalf("one more session, after %d: %v", refused, err)
		}
	}
	if refused < standard.MaxRequests/2 {
		t.Errorf("the connection was cut after %d refusals", refused)
	}
}

func floodsStandardError(t *testing.T, addr string) {
	w := shell(t, client(t, addr))
	done := make(chan error, 1)
	go func() {
		// More than the window: it is taken only if somebody reads it.
		_, err := w.Stderr().Write(make([]byte, 5<<20))
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("nobody reads it")
	}
}

func saysNothing(t *testing.T, addr string) {
	var conns []net.Conn
	for _, said := range []string{"", "SSH-2.0-x\r\n", "hello\r\nSSH-2.0-x", "SSH-2.0-x\r\n\x00\x00"} {
		for range 5 {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, said)
			conns = append(conns, conn)
		}
	}
	for _, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the connection goes on")
		}
	}
}

func logsInAndDoesNothing(t *testing.T, addr string) {
	c := client(t, addr)
	if ok, _, err := c.SendRequest(keepAlive, true, nil); !ok || err != nil {
		t.Errorf("no sign of life: %v, %v", ok, err)
	}
	isCut(t, c)
}

func opensAndDoesNothing(t *testing.T, addr string) {
	c := client(t, addr)
	shell(t, c) // a session beside it does not make it welcome
	open(t, c)
	isCut(t, c)
}

func isCut(t *testing.T, c *gossh.Client) {
	t.Helper()
	cut := make(chan struct{})
	go func() {
		c.Wait()
		close(cut)
	}()
	select {
	case <-cut:
	case <-time.After(patience):
		t.Error("the connection goes on")
	}
}

// stopsReading takes bytes off the network, but opens no window and gives no
// answer, like a client that was stopped behind a proxy.
func stopsReading(t *testing.T, addr string) { freezes(t, addr, "new") }

type freezer struct {
	net.Conn
	frozen atomic.Bool
	cut    chan struct{}
}

func (f *freezer) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if f.frozen.Load() {
		io.Copy(io.Discard, f.Conn)
		close(f.cut)
		return 0, io.EOF
	}
	return n, err
}

func asksForEverythingElse(t *testing.T, addr string) {
	c := client(t, addr)
	for _, name := range []string{"direct-tcpip", "forwarded-tcpip", "x11", "auth-agent@openssh.com", "tun@openssh.com", ""} {
		_, _, err := c.OpenChannel(name, gossh.Marshal(struct {
			Host  string
			Port  uint32
			From  string
			FPort uint32
		}{"127.0.0.1", 22, "127.0.0.1", 22}))
		if err == nil {
			t.Errorf("a channel %q was opened", name)
		}
	}
	for _, name := range []string{"tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "hostkeys-prove-00@openssh.com"} {
		if ok, _, err := c.SendRequest(name, true, []byte("x")); ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	w := shell(t, c)
	for _, name := range []string{"subsystem", "signal", "break", "x11-req", "xon-xoff", "auth-agent-req@openssh.com", "shell", "exec", "env", "pty-req", "?"} {
		if w.asks(t, name, struct{ S string }{"x"}) {
			t.Errorf("%s was granted", name)
		}
	}
}
