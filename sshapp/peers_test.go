package sshapp

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/ui/uitest"
)

// peer is a client that people have, in a terminal of its own.
type peer struct {
	t    *testing.T
	name string
	*uitest.Program
}

// startPeer starts a client in a terminal of 80 × 24 and a home folder of its own.
func startPeer(t *testing.T, name string, args ...string) *peer {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), sshtest.Tool(t, name), args...)
	home := t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm-256color", "SSH_ASKPASS_REQUIRE=never"}
	return &peer{t, name, uitest.Run(t, cmd, 80, 24)}
}

func (p *peer) says(text string) {
	p.t.Helper()
	p.Type(text + "\r")
}

func (p *peer) sees(text string) {
	p.t.Helper()
	p.Screen.WaitForText(p.t, sshtest.Patience, text)
}

// leaves waits for the end of the client, which left with status 0.
func (p *peer) leaves(last string) {
	p.t.Helper()
	if err := p.Wait(sshtest.Patience); err != nil || !strings.Contains(p.Screen.Text(), last) {
		p.t.Errorf("%s: %v, screen:\n%s", p.name, err, p.Screen.Text())
	}
}

// peers are how each client joins a room so that it has nothing to ask: with the
// key in a file of OpenSSH's format, or without if there is none.
var peers = []struct {
	name string
	join func(t *testing.T, host, port, room, fingerprint, key string) *peer
}{
	{"OpenSSH", func(t *testing.T, host, port, room, _, key string) *peer {
		args := []string{"-F", "none", "-p", port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"}
		if key != "" {
			args = append(args, "-o", "IdentitiesOnly=yes", "-i", key)
		}
		return startPeer(t, "ssh", append(args, room+"@"+host)...)
	}},
	{"dropbear", func(t *testing.T, host, port, room, _, key string) *peer {
		args := []string{"-y", "-y", "-p", port, "-t"}
		if key != "" {
			native := filepath.Join(t.TempDir(), "dropbear")
			if out, err := exec.CommandContext(t.Context(), sshtest.Tool(t, "dropbearconvert"), "openssh", "dropbear", key, native).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			args = append(args, "-i", native)
		}
		return startPeer(t, "dbclient", append(args, room+"@"+host)...)
	}},
	{"PuTTY", func(t *testing.T, host, port, room, fingerprint, key string) *peer {
		args := []string{"-ssh", "-t", "-no-antispoof", "-hostkey", fingerprint, "-P", port, "-l", room}
		if key != "" {
			native := filepath.Join(t.TempDir(), "key.ppk")
			if out, err := exec.CommandContext(t.Context(), sshtest.Tool(t, "puttygen"), key, "-O", "private", "-o", native).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			args = append(args, "-i", native)
		}
		return startPeer(t, "plink", append(args, host)...)
	}},
	{"paramiko", func(t *testing.T, host, port, room, fingerprint, key string) *peer {
		args := []string{"testdata/join.py", host, port, room, fingerprint}
		if key != "" {
			args = append(args, key)
		}
		return startPeer(t, "/usr/bin/python3", args...) // Debian's, which has the module
	}},
}

// Each client joins and hears what each other says, without a key and with one.
func TestCommonSSHClientsChat(t *testing.T) {
	t.Parallel()
	for _, keyed := range []bool{false, true} {
		t.Run(map[bool]string{false: "without keys", true: "with keys"}[keyed], func(t *testing.T) {
			t.Parallel()
			var cfg Config
			if keyed {
				cfg.Admit = func(gossh.PublicKey) bool { return true } // nobody without a key
			}
			addr, app := startApp(t, embedded(t), keys.NewSecret(), cfg)
			host, port := hostPort(t, addr)
			signer, _ := sshtest.NewKey(t)
			ann := join(t, addr, "new", 80, 24, signer)
			room := ann.room()
			all := make([]*peer, len(peers))
			for i, p := range peers {
				mine := ""
				if keyed {
					_, mine = sshtest.NewKey(t)
				}
				all[i] = p.join(t, host, port, room, app.cfg.Keys.Fingerprint(), mine)
				all[i].name = p.name
				all[i].sees("Others join with")
			}
			for i, p := range all {
				p.says(message(i) + " from " + p.name)
				for _, q := range all {
					q.sees(message(i) + " from " + p.name)
				}
				ann.sees(message(i) + " from " + p.name)
			}
			ann.says("/destroy")
			ann.sees("Type y")
			ann.types("y")
			for _, p := range all {
				p.leaves(room + " was destroyed by")
			}
		})
	}
}
