package sshapp

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wick/keys"
	"wick/sshapp/sshd"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// runPeer runs a client without a terminal in a home folder, and returns what it printed.
func runPeer(t *testing.T, home string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, sshtest.Tool(t, name), args...)
	cmd.Env = slices.Concat([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "SSH_ASKPASS_REQUIRE=never"}, env)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// A client that waits for no reply takes the first one for that to its first request.
func TestRepliesComeInTheOrderOfTheRequests(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	room := join(t, addr, "new", 80, 24).room()
	t.Run("paramiko", func(t *testing.T) {
		t.Parallel()
		out, err := runPeer(t, t.TempDir(), []string{"PYTHONWARNINGS=ignore"}, "/usr/bin/python3", "testdata/order.py", host, port, room)
		if want := strings.Repeat("-++--+\n", 20); err != nil || out != want {
			t.Errorf("%v, %q, not %q", err, out, want)
		}
	})
	t.Run("PuTTY", func(t *testing.T) {
		t.Parallel()
		home := t.TempDir()
		sessions := filepath.Join(home, ".putty", "sessions")
		if err := os.MkdirAll(sessions, 0o700); err != nil {
			t.Fatal(err)
		}
		saved := fmt.Sprintf("HostName=%s\nPortNumber=%s\nUserName=%s\nProtocol=ssh\nEnvironment=EDITOR=vi,LANG=C.UTF-8,\n", host, port, room)
		if err := os.WriteFile(filepath.Join(sessions, "wick"), []byte(saved), 0o600); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				out, err := runPeer(t, home, nil, "plink", "-batch", "-load", "wick", "-t", "-no-antispoof", "-hostkey", app.cfg.Keys.Fingerprint(), "info")
				if err != nil || strings.Contains(out, "refused to allocate") || !strings.Contains(out, "\r\n") {
					t.Errorf("%v, %q", err, out)
				}
			})
		}
		all.Wait()
	})
}

func TestProgramsLogInWithoutAKey(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	ann := join(t, addr, "new+20p", 80, 60)
	out, err := runPeer(t, t.TempDir(), []string{"PYTHONWARNINGS=ignore"}, "/usr/bin/python3", "testdata/logins.py", host, port, ann.room())
	ways := 0
	for line := range strings.Lines(out) {
		if ways++; !strings.HasSuffix(line, " 0\n") {
			t.Error(line)
		}
	}
	if err != nil || ways != 7 {
		t.Errorf("%v: %s", err, out)
	}
	for i := range 10 {
		ann.sees(fmt.Sprint("shared ", i))
	}
}

// hostPort splits an address for clients that want its port apart.
func hostPort(t *testing.T, addr string) (host, port string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// openSSHTo returns the arguments with which OpenSSH connects without questions.
func openSSHTo(host, port, user string, options ...string) []string {
	return slices.Concat([]string{"-F", "none", "-p", port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"},
		options, []string{user + "@" + host})
}

func TestFollowEndsWithItsReader(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	ann := join(t, addr, "new", 80, 24)
	type result struct {
		out string
		err error
	}
	ended := make(chan result, 1)
	go func() {
		script := `set -o pipefail; ssh "$@" | grep -o -m1 done`
		out, err := runPeer(t, t.TempDir(), nil, "bash", append([]string{"-c", script, "bash"}, append(openSSHTo(host, port, ann.room()), "follow")...)...)
		ended <- result{out, err}
	}()
	ann.sees("2/8")
	ann.says("not yet")
	ann.says("done")
	ann.says("one more line, which nobody reads")
	ann.sees("1/8")
	if r := <-ended; r.err != nil || r.out != "done\n" {
		t.Errorf("%q, %v", r.out, r.err)
	}
}

// Scripts that share the connection of a chat do not cut it, and none of them is lost.
func TestScriptsShareTheConnectionOfAChat(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	ann := join(t, addr, "new+20p", 80, 60)
	socket := filepath.Join(t.TempDir(), "s")
	bob := startPeer(t, "ssh", openSSHTo(host, port, ann.room(), "-M", "-S", socket)...)
	bob.sees("Others join with")
	var env []string
	for i := range 9 {
		env = append(env, fmt.Sprintf("LC_%d=C.UTF-8", i))
	}
	var scripts sync.WaitGroup
	for i := range 10 {
		scripts.Go(func() {
			args := append(openSSHTo("nowhere.invalid", port, ann.room(), "-S", socket, "-o", "SendEnv=LC_*"), fmt.Sprint("post shared ", i))
			if out, err := runPeer(t, t.TempDir(), env, "ssh", args...); err != nil || out != "" {
				t.Errorf("%v, %q", err, out)
			}
		})
	}
	scripts.Wait()
	for i := range 10 {
		ann.sees(fmt.Sprint("shared ", i))
	}
	bob.says("still here")
	ann.sees("still here")
}

// A session that asks for too much gives the screen back, and costs the others on its
// connection nothing.
func TestASessionEndedForItsRequestsGivesTheScreenBack(t *testing.T) {
	t.Parallel()
	addr, _ := startApp(t, embedded(t), keys.NewSecret(), Config{})
	ann := join(t, addr, "new", 80, 24)
	ann.room()
	bob := sit(t, ann.Client, sshtest.Pty(80, 24))
	bob.room()
	for range 3000 {
		ann.SendRequest("signal", false, nil)
	}
	if status := ann.leaves(); status != wording.ExitFailed {
		t.Errorf("status %d", status)
	}
	out := ann.Out.String()
	_, last, _ := strings.Cut(out, "\x1b[?1049l")
	if !strings.Contains(last, sshd.ErrFlood.Error()) || !strings.Contains(out, "\x1b[?25h") {
		t.Errorf("it is left with %q", last)
	}
	bob.says("still here")
	bob.sees("still here")
}
