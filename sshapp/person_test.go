package sshapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/rooms/redis"
	"wick/rooms/redis/redistest"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// wicks starts n servers that share their rooms, and answers where they listen
// and what is left of rooms in the store.
type wicks func(t *testing.T, n int) (addrs []string, remains func() []string)

// onStores runs a test with servers on the embedded store, and on Redis with
// a store of its own for each server, as separate processes have.
func onStores(t *testing.T, test func(t *testing.T, start wicks)) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T, n int) ([]string, func() []string) {
			store := memory.New(memory.Config{})
			t.Cleanup(func() { store.Close() })
			addrs := make([]string, n)
			for i := range addrs {
				addrs[i], _ = startApp(t, store, keys.NewSecret(), Config{})
			}
			return addrs, func() []string { return nil }
		})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T, n int) ([]string, func() []string) {
			server, secret := redistest.Start(t), keys.NewSecret()
			addrs := make([]string, n)
			for i := range addrs {
				addrs[i], _ = startApp(t, openRedis(t, server, secret), secret, Config{})
			}
			return addrs, server.Keys
		})
	})
}

func openRedis(t *testing.T, server *redistest.Server, secret keys.Secret) rooms.Store {
	t.Helper()
	store, err := redis.Open(t.Context(), redis.Config{URLs: server.URL(), Sealer: keys.NewSealer(secret)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// startApp serves on a free port until the test ends. It calls prepare before.
func startApp(t *testing.T, store rooms.Store, secret keys.Secret, cfg Config, prepare ...func(*App)) (addr string, a *App) {
	t.Helper()
	hub := rooms.NewHub(store, rooms.HubConfig{Rate: rate.Inf, LivesOn: true})
	t.Cleanup(hub.Close)
	signer, _ := newKey(t)
	cfg.Hub, cfg.Keys = hub, keys.Ring{Host: signer, Secret: secret}
	cfg.Limits = rooms.Limits{TTL: 600e9, MaxTTL: 3600e9, Seats: 8, MaxSeats: 20, History: 50}
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range prepare {
		f(a)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		a.Drain(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String(), a
}

// person sits at a terminal with an SSH client.
type person struct {
	t       *testing.T
	client  *gossh.Client
	session *gossh.Session
	screen  *uitest.Terminal
	keys    io.Writer
	errors  strings.Builder // what came as standard error, for after the end
	raw     *transcript     // every byte that came
	ended   chan error
}

// dial connects as user, with the keys given, or without any.
func dial(t *testing.T, addr, user string, signers ...gossh.Signer) *gossh.Client {
	t.Helper()
	return sshtest.Dial(t, addr, user, signers...)
}

// loginFrom is dial from another address of this machine.
func loginFrom(t *testing.T, source, addr, user string, signers ...gossh.Signer) *gossh.Client {
	t.Helper()
	return sshtest.DialFrom(t, source, addr, user, signers...)
}

// join opens a shell in a terminal of the size.
func join(t *testing.T, addr, user string, width, height int, signers ...gossh.Signer) *person {
	t.Helper()
	return joinFrom(t, "xterm-256color", addr, user, width, height, signers...)
}

// joinFrom is join from a terminal of that kind.
func joinFrom(t *testing.T, term, addr, user string, width, height int, signers ...gossh.Signer) *person {
	t.Helper()
	return attach(t, dial(t, addr, user, signers...), width, height, term, nil)
}

// attach opens a shell in a terminal that calls itself so, with an environment.
func attach(t *testing.T, c *gossh.Client, width, height int, term string, env map[string]string) *person {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, client: c, session: s, screen: uitest.New(width, height), raw: &transcript{}, ended: make(chan error, 1)}
	t.Cleanup(func() { p.screen.Close() })
	s.Stdout = io.MultiWriter(p.raw, p.screen) // what is on the screen has been noted
	s.Stderr = &p.errors
	if p.keys, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	for name, value := range env {
		if err := s.Setenv(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.RequestPty(term, height, width, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	go func() { p.ended <- s.Wait() }()
	return p
}

func (p *person) types(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keys, s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) says(s string) {
	p.t.Helper()
	p.types(s + "\r")
}

// sees waits for a text. One like "m7" is a message: names may hold it, too.
func (p *person) sees(text string) string {
	p.t.Helper()
	if spoken.MatchString(text) {
		return p.screen.WaitFor(p.t, patience, func(string) bool { return slices.Contains(p.spoken(), text) })
	}
	return p.screen.WaitForText(p.t, patience, text)
}

func (p *person) seesNoMore(text string) {
	p.t.Helper()
	p.screen.WaitFor(p.t, patience, func(s string) bool { return !strings.Contains(s, text) })
}

// leaves waits for the end of the session and answers its exit status.
func (p *person) leaves() int {
	p.t.Helper()
	var exit *gossh.ExitError
	switch err := <-p.ended; {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitStatus()
	default:
		p.t.Fatalf("the session ended without a status: %v", err)
		return -1
	}
}

// wiped checks that nothing but the last line is left on the screen.
func (p *person) wiped(last string) {
	p.t.Helper()
	if status := p.leaves(); status != 0 {
		p.t.Errorf("exit status %d", status)
	}
	// A narrow screen breaks the line anywhere.
	if got := p.screen.Text(); unspaced(got) != unspaced(last) {
		p.t.Errorf("left on the screen:\n%s\nwant only %q", got, last)
	}
	if lines := p.screen.Scrollback(); len(lines) != 0 {
		p.t.Errorf("left in the scrollback: %q", lines)
	}
	if p.screen.AltScreen() {
		p.t.Error("the alternate screen is left on")
	}
	if raw := p.raw.String(); !strings.Contains(raw, "\x1b[3J") {
		p.t.Error("the scrollback was not erased")
	}
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }

var generated = regexp.MustCompile(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)

// room is the generated name on the screen.
func (p *person) room() string {
	p.t.Helper()
	return generated.FindString(p.screen.WaitFor(p.t, patience, generated.MatchString))
}

var you = regexp.MustCompile(`(\S+) \(you\)`)

// alias is what the person is called.
func (p *person) alias() string {
	p.t.Helper()
	return you.FindStringSubmatch(p.screen.WaitFor(p.t, patience, you.MatchString))[1]
}

// spoken are the messages on the screen that look like "m7", in their order.
func (p *person) spoken() []string {
	return slices.DeleteFunc(strings.Fields(p.screen.Text()), func(word string) bool { return !spoken.MatchString(word) })
}

// A room's name has such a word, too, but between others.
var spoken = regexp.MustCompile(`^m\d+$`)

func message(n int) string { return fmt.Sprintf("m%d", n) }
