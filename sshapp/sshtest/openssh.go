package sshtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// Tool returns the path of a program that tests need.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: run .ci/peers", name)
	}
	return path
}

// OpenSSH runs a command on the server with the OpenSSH client, as the user "plans".
// The command is the last of args, behind the client's own. The client has no
// terminal, no agent and no file of its user, so whatever it would ask for fails.
func OpenSSH(t testing.TB, addr string, stdin io.Reader, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	return OpenSSHAs(t, addr, "plans", stdin, args...)
}

// OpenSSHAs is OpenSSH as another user.
func OpenSSHAs(t testing.TB, addr, user string, stdin io.Reader, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ssh", slices.Concat([]string{"-F", "none", "-p", port,
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"},
		args[:len(args)-1], []string{user + "@" + host, args[len(args)-1]})...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SSH_ASKPASS_REQUIRE=never"}
	var out, bad bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &bad
	err = cmd.Run()
	return out.String(), bad.String(), err
}
