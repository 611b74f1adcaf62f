package sshapp

import (
	"bufio"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// onTerminal is how each client runs a command on a terminal.
var onTerminal = map[string]func(t *testing.T, host, port, room, fingerprint, command string) *peer{
	"OpenSSH": func(t *testing.T, host, port, room, _, command string) *peer {
		return startPeer(t, "ssh", append(openSSHTo(host, port, room, "-t"), command)...)
	},
	"dropbear": func(t *testing.T, host, port, room, _, command string) *peer {
		return startPeer(t, "dbclient", "-y", "-y", "-t", "-p", port, room+"@"+host, command)
	},
	"PuTTY": func(t *testing.T, host, port, room, fingerprint, command string) *peer {
		return startPeer(t, "plink", "-ssh", "-t", "-no-antispoof", "-hostkey", fingerprint, "-P", port, room+"@"+host, command)
	},
}

// status waits for the end of the client, and returns its exit status.
func (p *peer) status() int {
	p.t.Helper()
	err := p.Wait(sshtest.Patience)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return 0
}

// On a terminal, post and follow behave as programs do at a shell.
func TestCommandsOnATerminal(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	for name, start := range onTerminal {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ann := join(t, addr, "new", 80, 24)
			room := ann.room()
			command := func(command string) *peer { return start(t, host, port, room, app.cfg.Keys.Fingerprint(), command) }

			follow := command("follow")
			ann.sees("2/8")
			ann.says("is it green?")
			follow.sees("is it green?")
			follow.says("typed ahead")
			follow.sees("typed ahead")
			follow.Type("\x04")
			ann.says("yes")
			follow.sees(": yes")

			post := command("post")
			ann.sees("3/8")
			post.says("ready") // then its own terminal is raw
			ann.sees("ready")
			post.Type("not this\x15built in 3 secs\x17\x7fminuten\x7fs\x1b[A é")
			post.sees("minutes[A é")
			if n := strings.Count(ann.screen.Text(), "minutes"); n != 0 {
				t.Error("a line was said before Enter")
			}
			post.Type("\r")
			ann.sees("built in 3minutes é")
			post.says("")
			post.says("the second line")
			follow.sees("the second line")
			post.Type("\x04")
			if status := post.status(); status != 0 {
				t.Errorf("post: status %d after Ctrl-D", status)
			}
			ann.seesNoMore("3/8")

			follow.Type("\x03")
			if status := follow.status(); status != wording.ExitInterrupted {
				t.Errorf("follow: status %d after Ctrl-C", status)
			}
			follow.sees("^C")
			ann.sees("1/8")
			for _, p := range []*peer{follow, post} {
				if bare := bareFeed.FindString(p.Written(0)); bare != "" {
					t.Errorf("a line feed without a carriage return: %q", bare)
				}
			}
		})
	}
}

// Ctrl-D ends all that is one message, and Ctrl-C takes back what is not said yet.
func TestInputOfATerminalEnds(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	for _, tt := range []struct {
		command, typed string
		status         int
		said           string
	}{
		{"post --whole", "one\rtwo\x04\r\x04", 0, "two"},
		{"post", "three\r\nfour\n\x04", 0, "four"},
		{"post", "first\rforget it\x03", wording.ExitInterrupted, ""},
		{"post --whole", "forget it\r\x03", wording.ExitInterrupted, ""},
	} {
		s, err := sshtest.Start(sshtest.Dial(t, addr, ann.room()), sshtest.Options{Pty: sshtest.Pty(80, 24), Command: tt.command})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Types(tt.typed); err != nil {
			t.Fatal(err)
		}
		if status := leave(t, s); status != tt.status {
			t.Errorf("%s: status %d after %q", tt.command, status, tt.typed)
		}
		if tt.status == wording.ExitInterrupted && !strings.HasSuffix(s.Out.String(), "^C\r\n") {
			t.Errorf("%s: printed %q", tt.command, s.Out.String())
		}
		if tt.said != "" {
			ann.sees(tt.said)
		}
	}
	if text := ann.screen.Text(); strings.Contains(text, "forget") || !regexp.MustCompile(`one\n +two`).MatchString(text) {
		t.Errorf("said:\n%s", text)
	}
}

var bareFeed = regexp.MustCompile(`[^\r]\n.*`)

// However much comes without Enter, little of it is kept, and no control character is echoed.
func TestLinesOfATerminalAreBoundedAndEchoedClean(t *testing.T) {
	const limit = 50
	flood := strings.Repeat("\x1b[2J\u009b\x00\x07\u202e", 10_000)
	var echoed strings.Builder
	c := &cookedInput{
		in:   bufio.NewReader(strings.NewReader(flood + "\r\nnext\x08\x7f\x15one\x04\n\x04")),
		line: echoEditor{limit: limit}, width: func() int { return 80 },
		echo: func(text string) { echoed.WriteString(text) },
	}
	if line, err := c.readLine(); err != nil || !line.long || len(line.text) > 4*limit {
		t.Errorf("%d bytes, %v, %v", len(line.text), line.long, err)
	}
	if line, err := c.readLine(); err != nil || line.long || line.text != "one" {
		t.Errorf("then %+v, %v", line, err)
	}
	if line, err := c.readLine(); !errors.Is(err, errEndOfFile) || line.text != "" {
		t.Errorf("at the end %+v, %v", line, err)
	}
	if out := echoed.String(); strings.ContainsAny(out, "\x1b\u009b\x00\x07\u202e") || !strings.HasSuffix(out, "\b \bone\n") {
		t.Errorf("echoed %q", out)
	}
}
