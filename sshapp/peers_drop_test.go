package sshapp

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wick/keys"
	"wick/sshapp/sshtest"
	"wick/sshapp/wording"
)

// Each client drops and takes any bytes, and confirms that it has read the last one.
func TestCommonClientsDropAndTake(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	for name, args := range map[string]func(user string) []string{
		"OpenSSH":  func(user string) []string { return append([]string{"ssh"}, openSSHTo(host, port, user)...) },
		"dropbear": func(user string) []string { return []string{"dbclient", "-y", "-y", "-p", port, user + "@" + host} },
		"PuTTY": func(user string) []string {
			return []string{"plink", "-ssh", "-batch", "-no-antispoof", "-hostkey", app.cfg.Keys.Fingerprint(), "-P", port, user + "@" + host}
		},
		"paramiko": func(user string) []string {
			return []string{"/usr/bin/python3", "testdata/exec.py", "paramiko", host, port, user}
		},
		"asyncssh": func(user string) []string {
			return []string{"/usr/bin/python3", "testdata/exec.py", "asyncssh", host, port, user}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := func(user, command, input string) (out string, status int) {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), sshtest.Patience)
				defer cancel()
				all := append(args(user), command)
				cmd := exec.CommandContext(ctx, sshtest.Tool(t, all[0]), all[1:]...)
				cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONWARNINGS=ignore", "SSH_ASKPASS_REQUIRE=never"}
				var stdout, stderr bytes.Buffer
				cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
				if err := cmd.Run(); err != nil && exitOf(err) == 0 {
					t.Fatalf("%v, %q", err, stderr.String())
				}
				t.Logf("%s: %q", command, stderr.String())
				return stdout.String(), cmd.ProcessState.ExitCode()
			}
			secret := anyBytes(100_000)
			out, status := runs("new+10m", "drop", secret)
			named := droppedAs.FindStringSubmatch(out)
			if status != 0 || named == nil {
				t.Fatalf("drop: status %d, %q", status, out)
			}
			if out, status = runs(named[1], "take", ""); status != 0 || out != secret {
				t.Errorf("take: status %d, %d bytes", status, len(out))
			}
			if out, status = runs(named[1], "take", ""); status != wording.ExitNoRoom || out != "" {
				t.Errorf("take again: status %d, %d bytes", status, len(out))
			}
		})
	}
}

// The recipe of docs/scripts.md: what the server hands on, it cannot read.
func TestADropSealedWithAgeIsOpenedByItsRecipient(t *testing.T) {
	t.Parallel()
	addr, app := startApp(t, embedded(t), keys.NewSecret(), Config{})
	host, port := hostPort(t, addr)
	_, colleague := sshtest.NewKey(t)
	home := t.TempDir()
	const secret = "correct horse battery staple\n"
	if err := os.WriteFile(filepath.Join(home, "secret"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	sshtest.Tool(t, "age")
	pipe := func(user, script string) string {
		t.Helper()
		args := append([]string{"-c", "set -o pipefail; cd ~; " + script, "bash"}, openSSHTo(host, port, user)...)
		out, err := runPeer(t, home, nil, "bash", args...)
		if err != nil {
			t.Fatalf("%s: %v, %q", script, err, out)
		}
		return out
	}
	out := pipe("new+1h", "age -R "+colleague+`.pub secret | ssh "$@" drop`)
	room := droppedAs.FindStringSubmatch(out)
	if room == nil {
		t.Fatalf("drop: %q", out)
	}
	name, err := ParseAddress(room[1])
	if err != nil {
		t.Fatal(err)
	}
	if found, err := app.cfg.Hub.Find(t.Context(), name.Name); err != nil || found.Drop == nil || found.Drop.Size <= int64(len(secret)) {
		t.Errorf("the server has %+v, %v", found.Drop, err)
	}
	pipe(room[1], `ssh "$@" take | age -d -i `+colleague+" >opened")
	if opened, err := os.ReadFile(filepath.Join(home, "opened")); err != nil || string(opened) != secret {
		t.Errorf("opened: %q, %v", opened, err)
	}
}
