package sshapp

import (
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Programs that take this server for one with a shell or files are told in a sentence
// what it is, whatever they ask for.
func TestProgramsThatMeanAnotherServerAreToldSo(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	_, port := hostPort(t, addr)
	for _, user := range []string{"plans", "root", "jo"} {
		c := sshtest.Dial(t, addr, user)
		for _, command := range []string{
			"rsync --server -vlogDtpre.iLsfxCIvu . /tmp", "git-upload-pack 'wick.git'", "git-receive-pack '/it's'",
			"mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=C.UTF-8'", "/bin/sh -c 'echo ~ && sleep 0'", "exec sh -c 'cd ; umask 077 ; mkdir -p .ssh'",
			"sh -s", "bash", "uname -a", "pwd", "echo ~", "true", "exit", "LC_ALL=C ls", "(cd /; ls)", "internal-sftp", "tmux -CC attach", "follw", "\x1b[2J\x00\xff",
			"exec sh -c '" + strings.Repeat("printf %s \"$HOME\"; ", 5_000) + "'", strings.Repeat("x", 64<<10),
			"who " + strings.Repeat("-", 5<<10),
		} {
			status, out, errs := run(t, c, command, "")
			if status != wording.ExitUsage || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "chat server") || !strings.Contains(errs, `"ssh -p `+port+` new@localhost"`) {
				t.Errorf("%s, %.40q: status %d, %q, %q", user, command, status, out, errs)
			}
		}
	}
	// A terminal with a program of its own in place of the shell.
	w, err := sshtest.Start(sshtest.Dial(t, addr, "plans"), sshtest.Options{Pty: sshtest.Pty(80, 24), Command: "exec sh -c 'eval \"$(...)\"'"})
	if err != nil {
		t.Fatal(err)
	}
	w.Ends(t)
	if got := w.Err.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"command ssh -p `+port+` plans@localhost"`) || w.Status.Load() != wording.ExitUsage {
		t.Errorf("with a terminal: status %d, %q", w.Status.Load(), got)
	}
	if status, _, errs := run(t, sshtest.Dial(t, addr, "plans"), "post "+strings.Repeat("x", 40<<10), ""); status != wording.ExitUsage || !strings.Contains(errs, "standard input") {
		t.Errorf("a long text: status %d, %q", status, errs)
	}
}

// What mistaken knows as commands is what the parser knows.
func TestEveryCommandIsKnown(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	c := sshtest.Dial(t, addr, "plans")
	for _, name := range commandNames[1:] {
		status, out, errs := run(t, c, name+" --help", "")
		if status != 0 || !strings.Contains(out, "Usage") {
			t.Errorf("%s: status %d, %q, %q", name, status, out, errs)
		}
		if status, same, errs := run(t, c, "help "+name, ""); name != "help" && (status != 0 || same != out) {
			t.Errorf("help %s: status %d, %q, %q", name, status, same, errs)
		}
	}
	for _, command := range []string{"help", "--help", "-h", "'who' --help", `"post" --help`} {
		if status, out, errs := run(t, c, command, ""); status != 0 || !strings.Contains(out, "Usage") {
			t.Errorf("%s: status %d, %q, %q", command, status, out, errs)
		}
	}
}
