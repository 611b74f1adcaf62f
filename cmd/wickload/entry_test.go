package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// foreignChat is a server that is nothing like wick: it has one room, asks for a
// name, greets, and decorates what it shows.
type foreignChat struct {
	mu      sync.Mutex
	members map[string]ssh.Channel // by login and name
}

// serveForeignChat runs a foreign chat until the test ends.
func serveForeignChat(t *testing.T) (c *foreignChat, addr string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &ssh.ServerConfig{NoClientAuth: true}
	cfg.AddHostKey(signer)
	c = &foreignChat{members: map[string]ssh.Channel{}}
	ln := listen(t)
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { c.serve(conn, cfg) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		conns.Wait() // the clients have left
	})
	return c, ln.Addr().String()
}

func (c *foreignChat) serve(raw net.Conn, cfg *ssh.ServerConfig) {
	conn, channels, requests, err := ssh.NewServerConn(raw, cfg)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	wanted, ok := <-channels
	if !ok {
		return
	}
	ch, requests, err := wanted.Accept()
	if err != nil {
		return
	}
	go func() {
		for req := range requests {
			req.Reply(true, nil)
		}
	}()
	c.talk(ch, conn.User())
}

func (c *foreignChat) talk(ch ssh.Channel, login string) {
	fmt.Fprint(ch, "Welcome! abcd-efgh-jkmn\r\nYour name: ")
	lines := bufio.NewReader(ch)
	name, err := lines.ReadString('\r')
	if err != nil {
		return
	}
	name = login + "/" + strings.TrimSuffix(name, "\r")
	c.mu.Lock()
	c.members[name] = ch
	fmt.Fprintf(ch, "\x1b[1m* %s joined\x1b[m\r\n> ", name)
	c.mu.Unlock()
	for {
		line, err := lines.ReadString('\r')
		if err != nil {
			return
		}
		c.mu.Lock()
		for _, member := range c.members {
			fmt.Fprintf(member, "\r\x1b[K\x1b[32m%s:\x1b[m %s\r\n> ", name, strings.TrimSuffix(line, "\r"))
		}
		c.mu.Unlock()
	}
}

func TestAnyChatCanBeLoaded(t *testing.T) {
	chat, addr := serveForeignChat(t)
	status, rep := runJSON(t, addr, "--sessions", "3", "--rate", "60",
		"--login", "u{session}", "--enter", "guest {member} of {seats}", "--ready", `u{session}/guest {member} of \d joined`,
		"--settle", "0s", "--idle", "0s", "--warmup", "0s", "--duration", "200ms")
	if status != exitFine || rep.Connected != 3 {
		t.Fatalf("status %d, %+v", status, rep)
	}
	if l := rep.Load; l == nil || l.Sent != 12 || l.Delivered != 24 || l.Strays != 0 {
		t.Errorf("%+v", rep.Load)
	}
	var names []string
	for name := range chat.members {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"u0/guest 0 of 3", "u1/guest 1 of 3", "u2/guest 2 of 3"}; !slices.Equal(names, want) {
		t.Errorf("members are %q", names)
	}
}

func TestASessionThatIsNeverReadyFails(t *testing.T) {
	_, addr := serveForeignChat(t)
	status, rep := runJSON(t, addr, "--sessions", "1", "--login", "ann", "--ready", "joined", "--timeout", "50ms")
	if status != exitFailed || rep.Reasons["timed out"] != 1 {
		t.Errorf("status %d, %+v", status, rep)
	}
}

func TestLoginNamesDivideSessionsIntoRooms(t *testing.T) {
	// The floor server takes the login name for the room.
	status, rep := runJSON(t, serveFloor(t), "--sessions", "6", "--rooms", "2", "--rate", "40", "--login", "den{room}", "--ready", "den{room}",
		"--settle", "0s", "--idle", "0s", "--warmup", "0s", "--duration", "200ms")
	if l := rep.Load; status != exitFine || l == nil || l.Delivered != 8*2 {
		t.Errorf("status %d, %+v, %+v", status, rep, l)
	}
}

func TestRoomsAreLitAtEvenDistances(t *testing.T) {
	p := plan{Rooms: 4, Sessions: 8, Spread: 10 * time.Second}
	for room, want := range []time.Duration{0, 2500 * time.Millisecond, 5 * time.Second, 7500 * time.Millisecond} {
		if got := p.lightAt(room); got != want {
			t.Errorf("room %d is lit at %v, want %v", room, got, want)
		}
	}
	const spread = 200 * time.Millisecond
	begin := time.Now()
	status, rep := runJSON(t, serveFloor(t), "--sessions", "4", "--rooms", "4", "--rate", "0", "--spread", spread.String(),
		"--settle", "0s", "--idle", "0s")
	if took := time.Since(begin); status != exitFine || took < spread*3/4 {
		t.Errorf("status %d after %v, %+v", status, took, rep)
	}
}
