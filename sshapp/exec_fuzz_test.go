package sshapp

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"log/slog"
	"net"
	"strings"
	"testing"
	"unicode"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/rooms"
	"wick/rooms/memory"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// FuzzExec asks an app for a terminal, for variables and for a command with
// any bytes. A malformed request is refused, an unknown command ends with a
// sentence, and the connection serves the next session.
func FuzzExec(f *testing.F) {
	exec := func(command string) []byte { return gossh.Marshal(struct{ Command string }{command}) }
	pty := gossh.Marshal(sshtest.Pty(80, 24))
	f.Add([]byte("\x00\x00\x00\x00"), []byte{}, "", "")
	f.Add(exec("scp -t /tmp"), pty, "LANG", "de_DE.UTF-8")
	for _, command := range []string{"light --ttl 10s --seats 2", "light --json", "post hello", "post --whole", "follow --since 1 --json", "who", "destroy --yes", "help", "post --help", "light --ttl=1e9h", "follow --since -1", " "} {
		f.Add(exec(command), pty, "TERM", "dumb")
	}
	f.Add(exec("\x1b]0;title\x07\x1b[2J\r\n"), pty[:7], "LC_\x00", "\x1b[2J")
	f.Add(exec("'\"\\\x00\xff\u202e"), gossh.Marshal(sshtest.PtyRequest{Term: "\x1b[c", Width: 1 << 31, Height: 0, Modes: "\xff"}), "TZ", "../../etc/passwd")
	f.Add(append(exec("x"), 'y'), append(pty, 0), "TERM", "\xff")
	f.Add([]byte("\xff\xff\xff\xffx"), []byte("\x00\x00\x00\x05xterm"), strings.Repeat("LC_", 200), "")
	f.Add(exec(strings.Repeat("x", 200<<10)), pty, "COLORTERM", "truecolor")

	c, log := execClient(f)
	f.Fuzz(func(t *testing.T, command, terminal []byte, name, value string) {
		const maxPacket = 255 << 10 // for the SSH library, a longer one than 256 KiB ends the connection
		if max(len(command), len(terminal), len(name)+len(value)) > maxPacket {
			return
		}
		w := sshtest.Open(t, c)
		defer w.Close()
		sends(t, w, "env", gossh.Marshal(struct{ Name, Value string }{name, value}))
		sends(t, w, "pty-req", terminal)
		var asked struct{ Command string }
		valid := gossh.Unmarshal(command, &asked) == nil
		if heard := sends(t, w, "exec", command); heard != valid {
			t.Fatalf("the command %q was heard: %v", command, heard)
		}
		if valid {
			w.CloseWrite()
			w.Ends(t)
			if asked.Command == "" { // as without a command: the screen or the lines, which end with their input
				if status := w.Status.Load(); status != 0 {
					t.Fatalf("it ended with status %d", status)
				}
			} else {
				endsInPlainWords(t, w, asked.Command)
			}
		}
		if _, _, err := c.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			t.Fatalf("the connection broke: %v", err)
		}
		if s := log.String(); strings.Contains(s, "panic") {
			t.Fatal(s)
		}
	})
}

// endsInPlainWords checks that a command was done, or that its user was told in
// a sentence what is wrong, and that nothing came that moves a terminal.
func endsInPlainWords(t *testing.T, w *sshtest.Session, command string) {
	t.Helper()
	switch status := w.Status.Load(); {
	case status == wording.ExitUsage:
		w.Shows(t, "wick: ")
	case status != 0:
		t.Fatalf("the command %q ended with status %d and %q", command, status, w.Text())
	}
	text := strings.ReplaceAll(w.Text(), "\r\n", "\n")
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
		t.Fatalf("the command %q was answered %q", command, text)
	}
}

// sends sends a request with a payload of any bytes, and returns the reply.
func sends(t *testing.T, w *sshtest.Session, name string, payload []byte) bool {
	t.Helper()
	ok, err := w.SendRequest(name, true, payload)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return ok
}

// execClient is a connection to an app of its own, and what the app logs.
func execClient(f *testing.F) (*gossh.Client, *sshtest.Buffer) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(key)
	if err != nil {
		f.Fatal(err)
	}
	store := memory.New(memory.Config{})
	hub := rooms.NewHub(store, rooms.HubConfig{})
	log := &sshtest.Buffer{}
	a, err := New(Config{
		Hub: hub, Keys: keys.Ring{Host: signer, Secret: keys.NewSecret()},
		Limits: rooms.Limits{TTL: rooms.MinTTL, MaxTTL: rooms.MinTTL, Seats: 2, MaxSeats: 2, History: 1},
		SSH:    sshd.Limits{ReadRate: 1 << 30, ReadBurst: 1 << 30, MaxRequests: -1}, // for one client that never rests
		Log:    slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		f.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ln) }()
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), sshtest.Patience)
		defer cancel()
		a.Drain(ctx)
		store.Close()
		if err := <-served; err != nil {
			f.Errorf("Serve: %v", err)
		}
	})
	c, err := gossh.Dial("tcp", ln.Addr().String(), &gossh.ClientConfig{
		User: NewWord, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: sshtest.Patience,
		Auth: []gossh.AuthMethod{gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) {
			return make([]string, len(q)), nil
		})},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { c.Close() })
	return c, log
}
