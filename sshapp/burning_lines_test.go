package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Lines stay where they are written, so none has a text that burns: neither for its
// sender, nor for another session of the sender's key, nor for somebody who has seen it.
func TestNoLineHasATextThatBurns(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	key, _ := sshtest.NewKey(t)
	ann := join(t, addr, "new", 80, 24, key)
	room := ann.room()
	lines := readLines(t, addr, room, "", key)
	dumb := readLines(t, addr, room, "dumb", key)
	texts := []*sshtest.Session{lines.Session, dumb.Session}
	for _, command := range []string{"follow", "follow --json"} {
		s, err := sshtest.Start(sshtest.Dial(t, addr, room, key), sshtest.Options{Command: command})
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, s)
	}
	bob := join(t, addr, room, 80, 24)
	ann.says("/burn 5s swordfish")
	bob.shows("▒▒▒ burns 5s after the first look: Ctrl-R shows it")
	bob.types("\x12") // Ctrl-R
	bob.shows("swordfish (burns at")
	bob.shows("▒▒▒ burned")
	dumb.says("/burn 5s halibut")
	bob.shows("▒▒▒ burns 5s after the first look: Ctrl-R shows it")
	bob.says("that is all")
	for _, s := range texts {
		sshtest.Eventually(t, "the last message", func() bool { return strings.Contains(s.Out.String(), "that is all") })
		if out := s.Out.String(); strings.Contains(out, "swordfish") || s != dumb.Session && strings.Contains(out, "halibut") {
			t.Errorf("what burns was written: %q", out)
		}
	}
}
