package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/slash"
)

func TestEveryCommandRunsInPlainLines(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := readLines(t, addr, "plans+10m", wide)
	ann.room()
	screensOnly := 0
	for _, name := range slash.Names(slash.Screen | slash.Lines) {
		switch name {
		case "/leave", "/destroy":
			continue
		case "/bell", "/clear", "/clock", "/copy", "/mouse", "/plain", "/reveal", "/theme":
			screensOnly++
		}
		ann.says(name)
	}
	ann.says("that is all")
	ann.line(`\d\d:\d\d \S+: that is all`)
	out := strings.Join(strings.Fields(ann.Out.String()), " ")
	if strings.Contains(out, "There is no such command") {
		t.Errorf("a command is not known: %s", out)
	}
	if n := strings.Count(out, "works on screens only"); n != screensOnly {
		t.Errorf("%d commands are for screens only, want %d: %s", n, screensOnly, out)
	}
	ann.says("/quit")
	if status := ann.leaves(); status != 0 || !strings.HasPrefix(ann.last(), "You left plans") {
		t.Errorf("status %d, the last line is %q", status, ann.last())
	}
}
