package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// pictures is the folder for the pictures of TestPictures; see make pictures.
var pictures = flag.String("pictures", "", "save the pictures of sessions in this folder")

// TestPictures makes the pages' pictures from real sessions with ssh, each for
// dark and for light pages.
func TestPictures(t *testing.T) {
	t.Parallel()
	themes := []studio{{c: dark, theme: "dark"}, {c: light, theme: "light", suffix: "-light"}}
	dir := *pictures
	if dir == "" {
		dir, themes = t.TempDir(), themes[:1]
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	serve(t, t.TempDir(), "--listen", "127.0.0.1:"+port, "--public-host", "chat.example.org:22")
	for _, s := range themes {
		s.dir, s.port = dir, port
		for _, picture := range []struct {
			name string
			draw func(*testing.T, studio)
		}{{"demo", drawDemo}, {"chat", drawChat}, {"burn", drawBurn}, {"knock", drawKnock}, {"drop", drawDrop}, {"follow", drawFollow}} {
			t.Run(s.theme+"/"+picture.name, func(t *testing.T) {
				t.Parallel()
				picture.draw(t, s)
			})
		}
	}
}

// studio makes pictures of sessions on one server, in one theme.
type studio struct {
	dir, port     string
	theme, suffix string
	c             palette
}

func (s studio) save(t *testing.T, name, title string, frames ...frame) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name+s.suffix+".svg"), []byte(film(title, s.c, frames...)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// still saves a picture of programs below each other.
func (s studio) still(t *testing.T, name, title string, programs ...*prompt) {
	t.Helper()
	s.save(t, name, title, shot(0, programs...))
}

// shot is what the programs show now.
func shot(hold time.Duration, programs ...*prompt) frame {
	f := frame{hold: hold}
	for _, p := range programs {
		f.panels = append(f.panels, panelOf(p.Screen))
	}
	return f
}

// prompt is a shell in a terminal, in which ssh reaches the server as
// chat.example.org and has a key of its own.
type prompt struct {
	t *testing.T
	*uitest.Program
}

func (s studio) prompt(t *testing.T, width, height int) *prompt {
	t.Helper()
	home := t.TempDir()
	files := map[string]string{
		"bin/ssh": "#!/bin/sh\nPATH=${PATH#*:} exec ssh -F '" + home + "/config' \"$@\"\n",
		"config": "Host chat.example.org\n  HostName 127.0.0.1\n  Port " + s.port + "\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n" +
			"  LogLevel ERROR\n  IdentityAgent none\n  IdentityFile " + home + "/id_ed25519\n  SetEnv WICK_THEME=" + s.theme + " TZ=UTC\n",
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home+"/id_ed25519").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command("bash", "--norc", "--noprofile", "-i")
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "PATH="+home+"/bin:"+os.Getenv("PATH"), "HOME="+home, "PS1=$ ", "TERM=xterm-256color", "BASH_SILENCE_DEPRECATION_WARNING=1", "HISTFILE=")
	p := &prompt{t, uitest.Run(t, cmd, width, height)}
	p.sees("$")
	return p
}

func (p *prompt) sees(text string) string {
	p.t.Helper()
	return p.Screen.WaitForText(p.t, sshtest.Patience, text)
}

func (p *prompt) matches(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	return re.FindString(p.Screen.WaitFor(p.t, sshtest.Patience, re.MatchString))
}

// returns waits until the shell asks for the next command.
func (p *prompt) returns() {
	p.t.Helper()
	p.matches(`\n\$\s*$`)
}

// types presses the keys of text and waits until they are shown.
func (p *prompt) types(text string) {
	p.t.Helper()
	p.Type(text)
	p.sees(text)
}

// enters types a line that the screen wipes when it is said.
func (p *prompt) enters(line string) {
	p.t.Helper()
	p.types(line)
	p.Type("\r")
}

func (p *prompt) lights(options string) (room string) {
	p.t.Helper()
	p.enters("ssh new" + options + "@chat.example.org")
	room = p.matches(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)
	p.sees("❯")
	return room
}

func (p *prompt) joins(room string) {
	p.t.Helper()
	p.enters("ssh " + room + "@chat.example.org")
	p.sees("❯")
}

// A film of ten seconds: light, join, say, burn, wiped.
func drawDemo(t *testing.T, s studio) {
	const wide, high = 76, 12
	ann, bob := s.prompt(t, wide, high), s.prompt(t, wide, high)
	var frames []frame
	take := func(hold time.Duration) { frames = append(frames, shot(hold, ann, bob)) }

	ann.types("ssh new@chat.example.org")
	take(900 * time.Millisecond)
	ann.Type("\r")
	room := ann.matches(`[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}`)
	ann.sees("❯")
	bob.types("ssh " + room + "@chat.example.org")
	take(1100 * time.Millisecond)
	bob.Type("\r")
	bob.sees("❯")
	ann.sees("2/16")
	take(700 * time.Millisecond)
	bob.types("ready, what is the password?")
	take(700 * time.Millisecond)
	bob.Type("\r")
	ann.sees("the password?")
	ann.types("/burn 5s correct horse battery staple")
	take(900 * time.Millisecond)
	ann.Type("\r")
	bob.sees("Ctrl-R")
	take(900 * time.Millisecond)
	bob.Type("\x12") // Ctrl-R
	bob.sees("battery staple")
	ann.sees("looked")
	take(1300 * time.Millisecond)
	bob.Screen.WaitFor(t, sshtest.Patience, func(screen string) bool { return !strings.Contains(screen, "battery staple") })
	ann.types("/ttl 10s")
	take(800 * time.Millisecond)
	ann.Type("\r")
	for _, second := range []int{8, 6, 4, 2} {
		ann.sees(fmt.Sprintf("00:%02d", second))
		take(350 * time.Millisecond)
	}
	ann.sees("burned out")
	bob.sees("burned out")
	ann.returns()
	bob.returns()
	take(2500 * time.Millisecond)
	s.save(t, "demo", "A room is lit, joined, talked in, and burns out; both screens are wiped", frames...)
}

// The lobby, a room with four people on a screen, a narrow one and in plain lines,
// its last seconds and its end.
func drawChat(t *testing.T, s studio) {
	lobby := s.prompt(t, 80, 18)
	lobby.enters("ssh plans@chat.example.org")
	lobby.sees("not burning")
	s.still(t, "lobby", "The lobby, where a room is lit", lobby)

	ann := s.prompt(t, 80, 18)
	room := ann.lights("+20m+8p")
	bob, narrow, plain := s.prompt(t, 80, 18), s.prompt(t, 40, 14), s.prompt(t, 80, 18)
	bob.joins(room)
	ann.sees("2/8")
	narrow.enters("ssh " + room + "@chat.example.org")
	ann.sees("3/8")
	plain.enters("ssh " + room + "+plain@chat.example.org")
	ann.sees("4/8")
	for _, line := range []struct {
		who  *prompt
		text string
	}{
		{bob, "got your mail, what is it?"},
		{ann, "the root password of the old box. ready?"},
		{bob, "ready, the vault is open"},
		{ann, "correct horse battery staple"},
		{narrow, "on the phone, one moment"},
	} {
		line.who.Type(line.text + "\r")
		for _, p := range []*prompt{ann, bob, plain} {
			p.sees(line.text)
		}
	}
	// The position of the line break depends on the alias; the composer is empty
	// again.
	narrow.matches(`one\s+moment\s+─+\s+❯\s*$`)
	s.still(t, "plain", "The same room in plain lines", plain)
	s.still(t, "chat", "A room with four people, seen by one of them", ann)
	s.still(t, "narrow", "The same room on a narrow screen", narrow)

	ann.enters("/ttl 10s")
	ann.matches(`00:0[1-6]`)
	s.still(t, "seconds", "The last ten seconds", ann)
	ann.sees(room + " burned out: 5 messages wiped")
	ann.returns()
	s.save(t, "end", "What is left on the screen when the room has burned out", frame{panels: []panel{panelOf(ann.Screen).trimmed(ann.Screen)}})
}

// What burns, as its reader sees it: before, and after a look.
func drawBurn(t *testing.T, s studio) {
	ann, bob := s.prompt(t, 76, 9), s.prompt(t, 76, 9)
	room := ann.lights("")
	bob.joins(room)
	ann.sees("2/16")
	ann.enters("/burn 10s correct horse battery staple")
	bob.sees("Ctrl-R")
	before := panelOf(bob.Screen)
	bob.Type("\x12")
	bob.sees("battery staple")
	s.save(t, "burn", "A message that burns, before and after a look", frame{panels: []panel{before, panelOf(bob.Screen)}})
}

// A knock at a locked room, from both sides of the door.
func drawKnock(t *testing.T, s studio) {
	ann, bob := s.prompt(t, 76, 10), s.prompt(t, 76, 10)
	room := ann.lights("")
	ann.enters("/lock")
	ann.sees("locked")
	bob.enters("ssh " + room + "@chat.example.org")
	bob.sees("locked")
	bob.Type("\r")
	ann.sees("knocks")
	s.still(t, "knock", "A knock at a locked room: inside, and outside", ann, bob)
}

// A secret that one person leaves and another takes.
func drawDrop(t *testing.T, s studio) {
	ann, bob := s.prompt(t, 76, 6), s.prompt(t, 76, 6)
	ann.enters("ssh new+1h@chat.example.org drop --wait <id_ed25519")
	room := strings.Fields(ann.matches(`ssh \S+@chat.example.org take`))[1]
	bob.enters("ssh " + room + " take >key; wc -c key")
	bob.matches(`\d+ key\s+\$`)
	ann.sees("taken by")
	bob.enters("ssh " + room + " take")
	bob.sees("that was taken")
	bob.returns()
	s.still(t, "drop", "drop on one side, take on the other", ann, bob)
}

// A chat, and what a script reads of it.
func drawFollow(t *testing.T, s studio) {
	ann, script := s.prompt(t, 96, 10), s.prompt(t, 96, 9)
	room := ann.lights("")
	script.enters("ssh " + room + "@chat.example.org follow --json | jq -cM 'del(.time, .key)'")
	ann.sees("2/16")
	ann.enters("deploy of 4.2 is out")
	script.sees("4.2 is out")
	ann.enters("error rate is flat")
	script.sees("rate is flat")
	ann.matches(`flat\s+─+\s+❯\s*$`)
	s.still(t, "follow", "A chat, and below it what a script reads of it", ann, script)
}
