package sshapp

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// longToken is as long as tokens are, and has what wrapping and markup could change.
var longToken = func() string {
	var b strings.Builder
	for b.Len() < 400 {
		b.WriteString("ey-J_*9fK#*-`x;y`--Zx9/+**q**-_a_")
	}
	return b.String()[:400]
}()

// tabbed is a text with all kinds of blanks.
const tabbed = "all:\n\tgo build ./...\n\n\n\ttabs\tand  two   blanks\n    four"

// copied returns what the last OSC 52 held.
func (p *person) copied() string {
	p.t.Helper()
	osc52 := regexp.MustCompile(`\x1b\]52;c;([0-9A-Za-z+/=]*)\x07`)
	var last string
	sshtest.Eventually(p.t, "OSC 52", func() bool {
		all := osc52.FindAllStringSubmatch(p.Out.String(), -1)
		if len(all) > 0 {
			last = all[len(all)-1][1]
		}
		return len(all) > 0
	})
	text, err := base64.StdEncoding.DecodeString(last)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// posts says a text exactly, by the command for scripts.
func posts(t *testing.T, addr, room, text string) {
	t.Helper()
	if status, _, errs := run(t, sshtest.Dial(t, addr, room), "post --whole", text); status != 0 {
		t.Fatalf("post: status %d, %s", status, errs)
	}
}

func TestCopyCopiesExactlyWhatWasSaid(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for name, text := range map[string]string{"token": longToken, "tabs": tabbed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ann := join(t, addr, "new", 80, 24)
			posts(t, addr, ann.room(), text)
			ann.sees(" came in")
			ann.says("and after")
			ann.sees("  and after")
			ann.says("/copy 2")
			ann.shows("Copied, if your terminal allows it")
			if got := ann.copied(); got != text {
				t.Errorf("copied %q, want %q", got, text)
			}
		})
	}
}

func TestTheMouseIsLeftAlone(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for value, want := range map[string]bool{"off": false, "OFF": false, "on": true} {
		p := sit(t, sshtest.Dial(t, addr, "new"), sshtest.Pty(80, 24), sshtest.Variable{Name: "WICK_MOUSE", Value: value})
		p.room()
		if got := strings.Contains(p.Out.String(), "\x1b[?1000h"); got != want {
			t.Errorf("WICK_MOUSE=%s: mouse reports are on: %t", value, got)
		}
	}
}

// Where there is no clipboard, /copy shows the message alone, and so does Alt-L anywhere.
func TestOneMessageIsShownAlone(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for term, opens := range map[string]string{"xterm-256color": "\x1bl", "linux": "/copy\r", "vt100": "/copy\r"} {
		t.Run(term, func(t *testing.T) {
			t.Parallel()
			terminal := sshtest.Pty(80, 24)
			terminal.Term = term
			ann := sit(t, sshtest.Dial(t, addr, "new"), terminal)
			posts(t, addr, ann.room(), longToken)
			ann.sees(longToken[:20])
			ann.types(strings.TrimSuffix(opens, "\r"))
			if strings.HasSuffix(opens, "\r") {
				ann.sees("/copy")
				ann.types("\r")
			}
			ann.screen.WaitFor(t, sshtest.Patience, func(s string) bool {
				rows := strings.Split(s, "\n")
				return strings.Join(rows[:5], "") == longToken && strings.TrimSpace(strings.Join(rows[5:23], "")) == ""
			})
			ann.types("q")
			ann.sees("Ctrl-C leaves")
		})
	}
}
