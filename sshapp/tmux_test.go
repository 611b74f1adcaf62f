package sshapp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wick/keys"
	"wick/rooms"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// pane is a pane of tmux in which OpenSSH runs. tmux is a terminal with widths of its own.
type pane struct {
	*uitest.Program
	t    *testing.T
	tmux func(args ...string) *exec.Cmd
}

// joinInTmux joins a room in a pane of that size.
func joinInTmux(t *testing.T, addr, room string, width, height int) *pane {
	t.Helper()
	host, port := hostPort(t, addr)
	home, err := os.MkdirTemp("", "tmux") // t.TempDir would be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	conf := filepath.Join(home, "conf")
	if err := os.WriteFile(conf, []byte("set -g status off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := sshtest.Tool(t, "tmux")
	tmux := func(args ...string) *exec.Cmd {
		cmd := exec.Command(name, append([]string{"-u", "-S", filepath.Join(home, "socket"), "-f", conf}, args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "LC_ALL=C.UTF-8"}
		return cmd
	}
	t.Cleanup(func() { tmux("kill-server").Run() })
	return &pane{uitest.Run(t, tmux("new-session", sshtest.Tool(t, "ssh"), "-F", "none", "-p", port, "-o", "StrictHostKeyChecking=no",
		"-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", room+"@"+host), width, height), t, tmux}
}

// asks returns what a command of tmux prints; nothing as long as tmux is starting.
func (p *pane) asks(args ...string) string {
	out, _ := p.tmux(args...).Output()
	return string(out)
}

// shows waits until tmux shows a text, whatever blanks and breaks are in it.
func (p *pane) shows(text string) {
	p.t.Helper()
	want := withoutBlanks(text)
	captured := ""
	defer func() {
		if p.t.Failed() {
			p.t.Logf("tmux shows\n%s", captured)
		}
	}()
	p.Screen.WaitFor(p.t, sshtest.Patience, func(string) bool {
		captured = p.asks("capture-pane", "-p")
		return strings.Contains(withoutBlanks(captured), want)
	})
}

func withoutBlanks(text string) string { return strings.Join(strings.Fields(text), "") }

// Nothing is lost of texts that tmux measures in its own way, and the cursor of the
// composer stands where they end.
func TestTextsThatTmuxMeasuresDifferently(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	for _, size := range [][2]int{{80, 24}, {40, 12}} {
		t.Run(strconv.Itoa(size[0]), func(t *testing.T) {
			t.Parallel()
			ann := join(t, addr, "new", 80, 24)
			p := joinInTmux(t, addr, ann.room(), size[0], size[1])
			p.shows("Others join with")
			for language, text := range uitest.Sentences {
				ann.says(text)
				p.shows(rooms.CleanText(text))
				if size[0] < 80 { // else the composer does not show all of it
					words := strings.Fields(text)
					text = strings.Join(words[:min(4, len(words))], " ")
				}

				p.Type(text)
				p.shows("❯ " + text)
				x, y, _ := strings.Cut(strings.TrimSpace(p.asks("display-message", "-p", "#{cursor_x},#{cursor_y}")), ",")
				row := strings.TrimRight(strings.TrimSuffix(p.asks("capture-pane", "-p", "-S", y, "-E", y), "\n"), " ")
				end := 0
				for _, r := range row {
					end += uitest.RuneWidth(r)
				}
				// In these, tmux joins what other terminals do not: there the text may end earlier.
				if language != "emoji" && language != "Korean" && x != strconv.Itoa(end) {
					t.Errorf("%s: the cursor is in column %s, and the text ends in %d: %q", language, x, end, row)
				}
				p.Type("\x15") // Ctrl-U
				p.Screen.WaitFor(t, sshtest.Patience, func(string) bool {
					return !strings.Contains(withoutBlanks(p.asks("capture-pane", "-p")), withoutBlanks("❯ "+text[:strings.IndexByte(text, ' ')]))
				})
			}
		})
	}
}
