package sshtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// What a server with its default limits grants.
const (
	maxChannels = 4      // at once, on one connection
	maxRefused  = 8 * 64 // at once, on one connection
	maxWaiting  = 16     // sessions of a connection that wait for a place
	maxEnv      = 16     // variables of a session
	maxEnvSize  = 512
	maxCommand  = 32 << 10
)

const keepAlive = "keepalive@openssh.com"

// hostileClients attack the server at addr, and check that it bounds what they do.
// The server has the default limits of channels, requests and variables, times of a
// second or two, a high ReadRate, and a handler of full-screen sessions that end with
// their input.
var hostileClients = []struct {
	name   string
	attack func(t *testing.T, addr string)
	busy   bool // the attack takes the processor, or measures it; else it waits
}{
	{"closes only its channels", closesOnlyChannels, true},
	{"ends its input", endsItsInput, false},
	{"resizes before the shell", resizesBeforeShell, true},
	{"has an enormous screen", hasEnormousScreen, true},
	{"has no screen", hasNoScreen, true},
	{"floods letters", floods(strings.Repeat("a", 1<<17)), true},
	{"floods keys", floods(strings.Repeat(" \x1b[A", 1<<15)), true},
	{"floods a paste without an end", floods("\x1b[200~" + strings.Repeat("lorem ipsum\r", 1<<16)), true},
	{"floods escapes", floods(strings.Repeat("\x1b", 1<<16) + "[" + strings.Repeat("1;", 1<<16)), true},
	{"floods resizes", floodsResizes, true},
	{"floods the environment", floodsEnvironment, true},
	{"floods channels", floodsChannels, true},
	{"floods standard error", floodsStandardError, true},
	{"says nothing", saysNothing, false},
	{"logs in and does nothing", logsInAndDoesNothing, false},
	{"opens a channel and does nothing", opensAndDoesNothing, false},
	{"stops reading", stopsReading, false},
	{"asks for everything else", asksForEverythingElse, true},
}

func closesOnlyChannels(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	again := time.NewTicker(100 * time.Millisecond) // each attempt is a request
	defer again.Stop()
	// A place is free again only after the session that had it has ended.
	for range 2 * maxChannels {
		var w *Session
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
			w = &Session{Channel: ch}
		}
		if !w.Asks(t, "pty-req", Pty(80, 24)) || !w.Asks(t, "shell", nil) {
			t.Fatal("no shell")
		}
		w.Close()
	}
}

func endsItsInput(t *testing.T, addr string) {
	w := Shell(t, Dial(t, addr, "new"))
	w.CloseWrite()
	w.Ends(t)
}

func resizesBeforeShell(t *testing.T, addr string) {
	w := Open(t, Dial(t, addr, "new"))
	for i := range uint32(100) {
		w.SendRequest("window-change", false, gossh.Marshal(WindowSize{Width: 40 + i, Height: 20}))
	}
	if !w.Asks(t, "pty-req", Pty(80, 24)) {
		t.Error("no terminal")
	}
	for i := range uint32(100) {
		w.SendRequest("window-change", false, gossh.Marshal(WindowSize{Width: 40 + i, Height: 20}))
	}
	if !w.Asks(t, "shell", nil) {
		t.Error("no shell")
	}
}

func hasEnormousScreen(t *testing.T, addr string) {
	Costs(t, 5*time.Second, 512<<20, func() {
		for _, s := range []uint32{0, 1, 20000, 1 << 31, 1<<32 - 1} {
			w := Open(t, Dial(t, addr, "new"))
			if !w.Asks(t, "pty-req", Pty(s, s)) || !w.Asks(t, "shell", nil) {
				t.Errorf("no session at %d × %d", s, s)
			}
			w.Asks(t, "window-change", WindowSize{Width: s, Height: 1<<32 - 1})
			w.Asks(t, "window-change", WindowSize{Width: 1<<32 - 1, Height: s})
			w.CloseWrite()
			w.Ends(t)
		}
	})
}

func hasNoScreen(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	w := Open(t, c)
	for _, name := range []string{"", "s\x1bftp", strings.Repeat("x", 100)} {
		if w.Asks(t, "subsystem", struct{ Name string }{name}) {
			t.Errorf("the subsystem %q was heard", name)
		}
	}
	w.Close()
	for _, command := range []string{"", "scp -t /tmp", "\x00\xff'\"", strings.Repeat("x", maxCommand), strings.Repeat("x", 6*maxCommand)} {
		w := Open(t, c)
		if !w.Asks(t, "exec", Command{command}) {
			t.Errorf("a command of %d bytes was not heard", len(command))
		}
		w.CloseWrite()
		w.Ends(t)
	}
	w = Open(t, c)
	w.Asks(t, "shell", nil)
	w.CloseWrite()
	w.Ends(t)
}

// floods types text and then ends its input, which ends the session when it has read
// everything. A server may also make the client wait.
func floods(text string) func(t *testing.T, addr string) {
	return func(t *testing.T, addr string) {
		w := Shell(t, Dial(t, addr, "new"))
		Costs(t, 2*time.Second, 256<<20, func() {
			typed := make(chan struct{})
			go func() {
				defer close(typed)
				w.Types(text)
				w.CloseWrite()
			}()
			select {
			case <-w.Ended:
			case <-time.After(2 * time.Second):
				w.Close()
			}
			<-typed
		})
	}
}

func floodsResizes(t *testing.T, addr string) {
	w := Shell(t, Dial(t, addr, "new"))
	Costs(t, 8*time.Second, 1<<30, func() {
		for i := range uint32(20000) {
			w.SendRequest("window-change", false, gossh.Marshal(WindowSize{Width: 60 + i%40, Height: 24}))
		}
		w.CloseWrite()
		w.Ends(t)
	})
}

func floodsEnvironment(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	w := Open(t, c)
	for _, v := range []Variable{
		{"LC_ALL", strings.Repeat("x", maxEnvSize)}, {"LD_PRELOAD", "x"}, {"LANG", "a\x1bb"}, {"LC_\n", "x"}, {"", ""},
	} {
		if w.Asks(t, "env", v) {
			t.Errorf("%.8q was taken", v.Name)
		}
	}
	taken := 0
	for i := range 2 * maxEnv {
		if w.Asks(t, "env", Variable{fmt.Sprintf("LC_%d", i), "C.UTF-8"}) {
			taken++
		}
	}
	if taken != maxEnv {
		t.Errorf("%d variables were taken", taken)
	}
	for range 128 {
		w.SendRequest("env", false, gossh.Marshal(Variable{"X", strings.Repeat("x", 30000)}))
	}
	if !w.Asks(t, "shell", nil) {
		t.Error("no shell after that")
	}
}

func floodsChannels(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	for range maxChannels {
		Shell(t, c)
	}
	var refused atomic.Int64
	var flood sync.WaitGroup
	for range 2 * maxWaiting { // those that wait hold up none of the others
		flood.Go(func() {
			for {
				_, _, err := c.OpenChannel("session", nil)
				if e, ok := err.(*gossh.OpenChannelError); !ok {
					return
				} else if refused.Add(1); e.Reason != gossh.ResourceShortage {
					t.Errorf("one more session: %v", err)
				}
			}
		})
	}
	flood.Wait()
	if n := refused.Load(); n < maxRefused/2 || n > 2*maxRefused {
		t.Errorf("the connection was cut after %d refusals", n)
	}
}

func floodsStandardError(t *testing.T, addr string) {
	w := Shell(t, Dial(t, addr, "new"))
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
	case <-time.After(Patience):
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
		conn.SetReadDeadline(time.Now().Add(Patience))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the connection goes on")
		}
	}
}

func logsInAndDoesNothing(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	if ok, _, err := c.SendRequest(keepAlive, true, nil); !ok || err != nil {
		t.Errorf("no sign of life: %v, %v", ok, err)
	}
	IsCut(t, c)
}

func opensAndDoesNothing(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
	other := Shell(t, c)
	Open(t, c).Ends(t)
	if other.Types("still here\r") != nil {
		t.Error("another session of the connection ended too")
	}
	c = Dial(t, addr, "new")
	Open(t, c)
	IsCut(t, c)
}

// IsCut waits until the server has closed the connection.
func IsCut(t testing.TB, c *gossh.Client) {
	t.Helper()
	cut := make(chan struct{})
	go func() {
		c.Wait()
		close(cut)
	}()
	select {
	case <-cut:
	case <-time.After(Patience):
		t.Error("the connection goes on")
	}
}

func stopsReading(t *testing.T, addr string) { StopReading(t, addr, "new") }

func asksForEverythingElse(t *testing.T, addr string) {
	c := Dial(t, addr, "new")
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
	w := Shell(t, c)
	for _, name := range []string{"subsystem", "signal", "break", "x11-req", "xon-xoff", "auth-agent-req@openssh.com", "shell", "exec", "env", "pty-req", "?"} {
		if w.Asks(t, name, struct{ S string }{"x"}) {
			t.Errorf("%s was granted", name)
		}
	}
}
