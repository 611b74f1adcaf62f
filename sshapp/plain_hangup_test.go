package sshapp

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
)

// A client that hangs up after the end of its input said all of it; one that hangs up
// before, as when a script is interrupted, says no more.
func TestTheEndOfTheInputOutlastsTheClient(t *testing.T) {
	key, _ := sshtest.NewKey(t)
	for name, tt := range map[string]struct {
		options sshtest.Options
		input   string
		ends    bool // the input does, before the client hangs up
		said    []string
	}{
		"a pipe":                  {sshtest.Options{}, "one\n/leave\nthree\n", true, []string{"one", "/leave", "three"}},
		"a pipe on a screen":      {sshtest.Options{Pty: sshtest.Pty(80, 24)}, "one\n/leave\nthree\n", true, []string{"one", "/leave"}}, // no further line was read
		"a pipe in plain lines":   {sshtest.Options{Pty: sshtest.PtyRequest{Term: "dumb", Width: 80, Height: 24}}, "one\n/leave\nthree\n", true, []string{"one", "/leave", "three"}},
		"keys in plain lines":     {sshtest.Options{Lines: true}, "one\r", true, []string{"one"}},
		"a pipe that was cut off": {sshtest.Options{}, "one\ntwo\nthree\n", false, []string{"one"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := memory.New(memory.Config{})
				defer store.Close()
				hub := rooms.NewHub(store, rooms.HubConfig{Rate: 1, Burst: 1})
				defer hub.Close()
				a, err := New(Config{
					Hub: hub, Keys: keys.Ring{Host: key, Secret: keys.NewSecret()},
					SSH: sshd.Limits{KeepAliveInterval: -1},
				})
				if err != nil {
					t.Fatal(err)
				}
				plans, err := rooms.ParseName("plans")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := hub.Light(t.Context(), rooms.Lighting{Name: plans, TTL: time.Hour, Seats: 2, History: 10}); err != nil {
					t.Fatal(err)
				}
				bob, err := hub.Enter(t.Context(), plans, rooms.Guest{Identity: keys.NewIdentity(), Alias: "bob"})
				if err != nil {
					t.Fatal(err)
				}
				defer bob.Leave()

				listener, conn := sshtest.Pipe()
				served := make(chan error, 1)
				go func() { served <- a.Serve(listener) }()
				defer func() {
					a.Drain(context.Background())
					<-served
				}()
				hangsUp(t, sshtest.Client(t, conn, "plans"), tt.options, tt.input, tt.ends)
				<-time.After(time.Minute)
				synctest.Wait()
				var said []string
				for _, e := range bob.Since(0).Events {
					if e.Kind == rooms.Message {
						said = append(said, string(e.Text))
					}
				}
				if !slices.Equal(said, tt.said) {
					t.Errorf("said %q, want %q", said, tt.said)
				}
				if n := len(bob.State().Roster); n != 1 {
					t.Errorf("%d are here afterwards", n)
				}
			})
		})
	}
}

// hangsUp opens a session, types, and closes the connection when the server has read what
// it reads at once.
func hangsUp(t *testing.T, client *gossh.Client, o sshtest.Options, input string, ends bool) {
	t.Helper()
	defer client.Close()
	s, err := sshtest.Start(client, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Types(input)
	if ends {
		s.CloseWrite()
	}
	synctest.Wait()
}
