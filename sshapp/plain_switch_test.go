package sshapp

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Who goes over to plain lines keeps their seat and their place in the conversation: every
// message is shown, and none twice.
func TestAScreenIsLeftForPlainLines(t *testing.T) {
	onStores(t, func(t *testing.T, start wicks) {
		addrs, _ := start(t, 2)
		ann := join(t, addrs[0], "new", 80, 24)
		room := ann.room()
		ann.sees("Screen reader: NAME+plain@host")
		bob := readLines(t, addrs[1], room, "")
		bob.room()
		me := ann.alias()

		const total = 12
		var talk sync.WaitGroup
		said := make(chan struct{}, total)
		talk.Go(func() {
			for i := range total {
				bob.says(message(i))
				bob.hears(": " + message(i) + "\n")
				said <- struct{}{}
			}
		})
		<-said
		<-said
		ann.types("/plain\r")
		talk.Wait()
		var screen, lines string
		sshtest.Eventually(t, "the last line", func() bool {
			screen, lines, _ = strings.Cut(ann.Out.String(), "\x1b[?1049l")
			return strings.Contains(lines, ": "+message(total-1)+"\r\n")
		})
		first := -1
		for i := range total {
			inLines := strings.Count(lines, ": "+message(i)+"\r\n")
			if first < 0 && inLines > 0 {
				first = i
			}
			switch {
			case first < 0 && !regexp.MustCompile(message(i)+`\b`).MatchString(screen):
				t.Errorf("%s is lost", message(i))
			case first >= 0 && inLines != 1:
				t.Errorf("%s is in the lines %d times", message(i), inLines)
			}
		}
		if strings.Contains(lines, "\x1b") {
			t.Errorf("there is an escape in the lines: %q", lines)
		}
		if text := ann.screen.Text(); ann.screen.AltScreen() || strings.Contains(text, "❯") {
			t.Errorf("the screen is left:\n%s", text)
		}

		ann.types("still here\r")
		bob.line(`\d\d:\d\d ` + me + `: still here`)
		ann.types("/who\r")
		ann.sees("2 of 8 here: " + me + " (you)")
		ann.types("\x03")
		if status := ann.leaves(); status != 0 || !strings.Contains(ann.screen.Text(), "You left "+room) {
			t.Errorf("status %d", status)
		}
		bob.line(`\d\d:\d\d \* ` + me + ` left`)
		if n := strings.Count(bob.Out.String(), me+" left"); n != 1 {
			t.Errorf("%s left %d times", me, n)
		}
	})
}

func TestAProgramAsksForPlainLines(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for value, plain := range map[string]bool{"1": true, "yes": true, "0": false, "False": false, "no": false, "off": false, "": false} {
		p := sit(t, sshtest.Dial(t, addr, "new"), sshtest.Pty(80, 24), sshtest.Variable{Name: "ACCESSIBLE", Value: value})
		p.sees("Others join with")
		if got := !p.screen.AltScreen(); got != plain { // of Out there may be less than of the screen
			t.Errorf("ACCESSIBLE=%s: plain lines: %t", value, got)
		}
		p.types("\x03")
		p.leaves()
	}
}
