package sshapp

import (
	"strings"
	"testing"
	"unicode/utf8"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// A terminal without UTF-8 gets nothing but ASCII, on a screen and in plain lines.
func TestTerminalsWithoutUTF8GetASCII(t *testing.T) {
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	old := func(user, term string, env ...sshtest.Variable) *person {
		p := sit(t, sshtest.Dial(t, addr, user), sshtest.PtyRequest{Term: term, Width: 80, Height: 24}, env...)
		p.sees("Others join with")
		return p
	}
	all := []*person{
		old(room, "vt100"),
		old(room, "xterm-256color", sshtest.Variable{Name: "LANG", Value: "C"}),
		old(room+"+plain", "xterm", sshtest.Variable{Name: "LC_ALL", Value: "de_DE.ISO-8859-1"}),
	}
	asked := old(room, "xterm-256color", sshtest.Variable{Name: "WICK_THEME", Value: "ascii"})
	utf8Old := old(room, "vt220", sshtest.Variable{Name: "LANG", Value: "en_US.UTF-8"})
	plain := old(room+"+plain", "xterm", sshtest.Variable{Name: "WICK_THEME", Value: "ascii"})
	ann.says("déjà vu → 漢字")
	for i, p := range all {
		p.sees("deja vu > ????")
		if text := p.Out.String(); strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			t.Errorf("terminal %d got %q", i, text)
		}
	}
	for _, p := range []*person{asked, utf8Old, plain} {
		p.sees("déjà vu → 漢字")
		if strings.ContainsAny(p.screen.Text(), "━●│❯") {
			t.Errorf("the screen is\n%s", p.screen.Text())
		}
	}
}
