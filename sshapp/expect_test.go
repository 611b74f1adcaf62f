package sshapp

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
)

// Programs that imitate a person send a line feed for Enter. In plain lines it is that; on
// a screen they are told so.
func TestProgramsThatImitateAPerson(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	for name, program := range map[string][]string{
		"expect":  {"expect", "testdata/login.exp"},
		"pexpect": {"/usr/bin/python3", "testdata/pexpect_chat.py"}, // Debian's, which has the module
	} {
		chat := func(user string) (string, error) {
			args := append(program[1:len(program):len(program)], room, sshtest.Tool(t, "ssh"))
			return runPeer(t, t.TempDir(), []string{"TERM=xterm"}, program[0], append(args, openSSHTo(host, port, user)...)...)
		}
		if out, err := chat(room + "+plain"); err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		ann.sees("said by " + name)
		out, err := chat(room)
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != 3 {
			t.Errorf("%s on a screen: %v: %s", name, err, out)
		}
		if n := strings.Count(ann.screen.Text(), "said by "+name); n != 1 {
			t.Errorf("%s: said %d times", name, n)
		}
	}
}
