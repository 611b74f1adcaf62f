package sshapp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// gnuScreen is GNU screen in which a shell runs OpenSSH. It keeps what scrolls out, and its
// alternate screen is off by default.
type gnuScreen struct {
	*uitest.Program
	t    *testing.T
	home string
	tell func(args ...string) *exec.Cmd
}

// joinInScreen joins a room in GNU screen, from a shell that has printed "mine" before, and
// that goes on after the session.
func joinInScreen(t *testing.T, addr, room string) *gnuScreen {
	t.Helper()
	host, port := hostPort(t, addr)
	home, err := os.MkdirTemp("", "screen") // t.TempDir would be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	conf := filepath.Join(home, "conf")
	if err := os.WriteFile(conf, []byte("startup_message off\ndefscrollback 1000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := sshtest.Tool(t, "screen")
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command(name, append([]string{"-U", "-c", conf, "-S", "wick"}, args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "SCREENDIR=" + home, "TERM=xterm-256color", "LC_ALL=C.UTF-8"}
		return cmd
	}
	const script = `echo mine; ssh "$@"; echo "left with $?"; read -r forever`
	args := append([]string{"sh", "-c", script, "sh"}, openSSHTo(host, port, room)...)
	s := &gnuScreen{uitest.Run(t, command(args...), 80, 24), t, home, nil}
	s.tell = func(args ...string) *exec.Cmd { return command(append([]string{"-X"}, args...)...) }
	t.Cleanup(func() { s.tell("quit").Run() })
	return s
}

func (s *gnuScreen) sees(text string) {
	s.t.Helper()
	s.Screen.WaitForText(s.t, sshtest.Patience, text)
}

// scrollback returns all rows that GNU screen has, those on the screen included.
func (s *gnuScreen) scrollback() string {
	s.t.Helper()
	file := filepath.Join(s.home, "copy")
	if out, err := s.tell("hardcopy", "-h", file).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	var copied []byte
	sshtest.Eventually(s.t, "the hardcopy", func() bool {
		copied, _ = os.ReadFile(file)
		return strings.Contains(string(copied), "left with")
	})
	return string(copied)
}

// GNU screen keeps nothing of a room, and what stood there before.
func TestAWipeLeavesNothingInGNUScreen(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	room := ann.room()
	s := joinInScreen(t, addr, room)
	s.sees("Others join with")
	posted := func(text string) {
		ann.says(text)
		s.sees(text)
	}
	for i := range 25 {
		posted("secret " + message(i))
	}
	s.Type("\x1b[5~\x1b[6~\x0c") // PgUp, PgDn, Ctrl-L
	ann.says("secret and long: " + strings.Repeat("swordfish ", 30) + "end")
	s.sees("swordfish end")
	s.Type("/help\r")
	s.sees("More: /help")
	posted("secret at last")
	ann.says("/destroy")
	ann.sees("Type y")
	ann.types("y")
	s.sees("left with 0")
	all := s.scrollback()
	for _, said := range []string{"secret", "swordfish", "❯", "Others join"} {
		if strings.Contains(all, said) {
			t.Errorf("GNU screen keeps %q:\n%s", said, all)
		}
	}
	if !strings.Contains(all, "mine") {
		t.Errorf("what stood there before is gone:\n%s", all)
	}
}
