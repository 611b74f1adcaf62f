package main

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wick/sshapp/sshtest"
)

// pictures is the folder for the pictures of TestPictures; see make pictures.
var pictures = flag.String("pictures", "", "save the pictures of sessions in this folder")

// draw saves a picture of the session's screen.
func draw(t *testing.T, dir, name, title string, s *seat) {
	t.Helper()
	picture := svg(s.Screen, title)
	if err := os.WriteFile(filepath.Join(dir, name+".svg"), []byte(picture), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestPictures makes the README's pictures from real sessions with ssh.
func TestPictures(t *testing.T) {
	t.Parallel()
	dir := *pictures
	if dir == "" {
		dir = t.TempDir()
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	serve(t, t.TempDir(), "--listen", "127.0.0.1:"+port, "--public-host", "chat.example.org:22")

	lobby := sit(t, port, "plans", 80, 18)
	lobby.sees("not burning")
	draw(t, dir, "lobby", "The lobby, where a room is lit", lobby)

	ann := sit(t, port, "new+20m+8p", 80, 18)
	room := ann.room()
	bob := sit(t, port, room, 80, 18)
	narrow := sit(t, port, room, 40, 14)
	ann.sees("3/8")
	plain := sit(t, port, room+"+plain", 80, 18)
	ann.sees("4/8")
	for _, line := range []struct {
		who  *seat
		text string
	}{
		{bob, "got your mail, what is it?"},
		{ann, "the root password of the old box. ready?"},
		{bob, "ready, the vault is open"},
		{ann, "correct horse battery staple"},
		{narrow, "on the phone, one moment"},
	} {
		line.who.Type(line.text + "\r")
		for _, s := range []*seat{ann, bob, plain} {
			s.sees(line.text)
		}
	}
	// The position of the line break depends on the alias; the composer is empty
	// again.
	narrow.Screen.WaitFor(t, sshtest.Patience, regexp.MustCompile(`one\s+moment\s+─+\s+❯\s*$`).MatchString)
	draw(t, dir, "plain", "The same room in plain lines", plain)
	draw(t, dir, "chat", "A room with four people, seen by one of them", ann)
	draw(t, dir, "narrow", "The same room on a narrow screen", narrow)

	ann.Type("/ttl 10s\r")
	ann.Screen.WaitFor(t, sshtest.Patience, regexp.MustCompile(`00:0[1-6]`).MatchString)
	draw(t, dir, "seconds", "The last ten seconds", ann)
	status, left := ann.leaves()
	if status != exitFine || !strings.Contains(left, room+" burned out: 5 messages wiped") {
		t.Fatalf("status %d, on the screen:\n%s", status, left)
	}
	draw(t, dir, "end", "What is left on the screen when the room has burned out", ann)
}
