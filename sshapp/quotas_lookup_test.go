package sshapp

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Every way to find out whether a name burns takes from one budget.
func TestEveryWayToGuessANameCountsAgainstTheQuota(t *testing.T) {
	t.Parallel()
	const tries = 2
	const sorry = "Too many names were tried from your address: wait a minute."
	exec := func(user, command string) func(*testing.T, string) {
		return func(t *testing.T, addr string) { run(t, sshtest.Dial(t, addr, user), command, "") }
	}
	lobby := func(name string) func(*testing.T, string) {
		return func(t *testing.T, addr string) {
			p := join(t, addr, "root", 80, 24)
			p.sees("login name")
			p.types(name + "\r")
			p.screen.WaitFor(t, sshtest.Patience, func(s string) bool { // entering is one more try, if there is none left
				return strings.Contains(s, "/8") || strings.Contains(s, "Too many")
			})
		}
	}
	for _, row := range []struct {
		name  string
		guess func(t *testing.T, addr string)
		free  bool
	}{
		{"entering what does not burn", exec("nothing", "post hi"), false},
		{"asking about what does not burn", exec("nothing", "info"), false},
		{"lighting what burns", exec("burning", "light"), false},
		{"lighting what burns, by its address", exec("burning+10m", "light"), false},
		{"lighting what does not burn", func(t *testing.T, addr string) {
			run(t, sshtest.Dial(t, addr, rooms.NewName().String()), "light", "")
		}, false},
		{"lighting what burns, in the lobby", lobby("burning"), false},
		{"knocking at a locked door", exec("locked", "post hi"), false},
		{"sharing what is locked", exec("locked", "share"), false},
		{"an invitation that does not hold", exec("locked+i-"+rooms.NewToken(), "post hi"), false},
		{"entering what burns", exec("burning", "post hi"), true},
		{"sharing what burns", exec("burning", "share"), true},
		{"lighting a generated name", exec("new", "light"), true},
		{"lighting a generated name in the lobby", lobby(""), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{Quotas: Quotas{Tries: tries}})
			for _, name := range []string{"burning", "locked"} {
				burn(t, app, name)
			}
			times := tries
			if row.free {
				times *= 2
			}
			for range times {
				row.guess(t, addr)
			}
			status, _, says := run(t, sshtest.Dial(t, addr, "another"), "info", "")
			if refused := status == wording.ExitRefused && strings.Contains(says, sorry); refused == row.free || !refused && status != wording.ExitNoRoom {
				t.Errorf("the next guess: status %d, %q", status, says)
			}
		})
	}
}

// burn lights a room with a member in it, who locks it if its name is "locked".
func burn(t *testing.T, app *App, name string) {
	t.Helper()
	n, err := rooms.ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	owner := rooms.Guest{Identity: keys.NewIdentity(), Alias: "owner"}
	l := app.cfg.Limits
	if _, err := app.cfg.Hub.Light(t.Context(), rooms.Lighting{Name: n, TTL: l.TTL, Seats: l.Seats, History: l.History, Owner: owner.Identity}); err != nil {
		t.Fatal(err)
	}
	m, err := app.cfg.Hub.Enter(t.Context(), n, owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Leave)
	if name == "locked" {
		if err := m.Lock(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConcurrentGuessesStayWithinTheQuota(t *testing.T) {
	t.Parallel()
	const tries = 3
	_, app := startApp(t, embedded(t), keys.NewSecret(), Config{Quotas: Quotas{Tries: tries}})
	s := &session{app: app, source: netip.MustParsePrefix("192.0.2.1/32")}
	looking, done := make(chan struct{}, 100), make(chan struct{})
	var group sync.WaitGroup
	refused := make(chan error, 100)
	for i := range 100 {
		group.Go(func() {
			err := s.lookUp(func() error {
				looking <- struct{}{}
				<-done
				return fmt.Errorf("guess %d: %w", i, rooms.ErrNoRoom)
			})
			if errors.Is(err, errTooManyTries) {
				refused <- err
			}
		})
	}
	sshtest.Eventually(t, "all but the first few are refused", func() bool { return len(refused) == 100-tries })
	close(done)
	group.Wait()
	if n := len(looking); n != tries {
		t.Errorf("%d looked at once", n)
	}
}
