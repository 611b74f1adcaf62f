package sshapp

import (
	"strings"
	"sync/atomic"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// What the operator has to say is read by people, and by no script that did not ask.
func TestTheOperatorsWords(t *testing.T) {
	t.Parallel()
	var words atomic.Value
	words.Store("Terms of use:\nhttps://example.org/\x1b]0;x\a\n")
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{PublicHost: "chat.example.org:2222", Notice: func() string { return words.Load().(string) }})
	const first, second = "Terms of use:", "https://example.org/]0;x"

	lobby := join(t, addr, "kali", 80, 24)
	lobby.sees(first)
	lobby.sees(second)
	lobby.types("plans\r")
	lobby.sees(wording.OperatorsWords)
	lobby.sees(second)
	ann := readLines(t, addr, "plans", wide)
	ann.line(`\* The operator of this server says:`)
	ann.says("hello")
	pipe := readLines(t, addr, "plans", "")
	pipe.line(`\d\d:\d\d .*: hello`)
	c := sshtest.Dial(t, addr, "plans")
	if status, out, errs := run(t, c, "follow --for 1s", ""); status != 0 || strings.Contains(out+errs, "Terms") {
		t.Errorf("follow: status %d, %q, %q", status, out, errs)
	}
	if strings.Contains(pipe.Out.String()+pipe.Err.String(), "Terms") {
		t.Errorf("a pipe reads %q", pipe.Out.String())
	}
	for _, user := range []string{"plans", "nobody-lit-it", "kali", "jo", "new"} {
		status, out, errs := run(t, sshtest.Dial(t, addr, user), "about", "")
		for _, wanted := range []string{"ssh -p 2222 new@chat.example.org\n", "ssh -p 2222 NAME@chat.example.org\n", "whoever runs this server", wording.OperatorsWords + "\n" + first + "\n" + second + "\n"} {
			if status != 0 || !strings.Contains(out, wanted) || errs != "" {
				t.Errorf("%s, about: status %d, %q, without %q, %q", user, status, out, wanted, errs)
			}
		}
	}
	words.Store("")
	if _, out, _ := run(t, c, "about", ""); strings.Contains(out, wording.OperatorsWords) {
		t.Errorf("about, without a notice: %q", out)
	}
}
