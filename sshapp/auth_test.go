package sshapp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// whoami tells the client what it is known by.
func whoami(sess ssh.Session) {
	if k := sess.PublicKey(); k != nil {
		fmt.Fprintln(sess, "key", gossh.FingerprintSHA256(k), "of", sess.User())
	} else {
		fmt.Fprintln(sess, "no key of", sess.User())
	}
}

// newKey makes a key, and files of it as OpenSSH keeps them.
func newKey(t *testing.T) (signer gossh.Signer, path string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err = gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "id")
	for name, data := range map[string][]byte{
		path:          pem.EncodeToMemory(block),
		path + ".pub": gossh.MarshalAuthorizedKey(signer.PublicKey()),
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return signer, path
}

// openSSH runs the OpenSSH client without a terminal, an agent or a file of
// its user's, so that whatever it would have to ask for fails.
func openSSH(t *testing.T, addr string, stdin io.Reader, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ssh", slices.Concat([]string{"-F", "none", "-p", port,
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"},
		args[:len(args)-1], []string{"plans@" + host, args[len(args)-1]})...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SSH_ASKPASS_REQUIRE=never"}
	var out, bad bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &bad
	err = cmd.Run()
	return out.String(), bad.String(), err
}

func TestOpenSSHGetsInWithAndWithoutAKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Guards{})
	signer, path := newKey(t)
	_, lost := newKey(t)
	if err := os.Remove(lost); err != nil { // the public half is left, and is offered
		t.Fatal(err)
	}
	known := "key " + gossh.FingerprintSHA256(signer.PublicKey()) + " of plans\n"
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"with a key", []string{"-o", "IdentitiesOnly=yes", "-i", path}, known},
		{"with a key that it cannot prove", []string{"-o", "IdentitiesOnly=yes", "-i", lost}, "no key of plans\n"},
		{"with both", []string{"-o", "IdentitiesOnly=yes", "-i", lost, "-i", path}, known},
		{"without a key", nil, "no key of plans\n"},
		{"with a key file that is not there", []string{"-o", "IdentitiesOnly=yes", "-i", path + ".none"}, "no key of plans\n"},
		{"without public keys at all", []string{"-o", "PubkeyAuthentication=no"}, "no key of plans\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			stdout, stderr, err := openSSH(t, addr, nil, append(row.args, "whoami")...)
			if err != nil || stdout != row.want {
				t.Errorf("%q, %v, not %q", stdout, err, row.want)
			}
			for _, word := range []string{"password", "Password", "denied", "prompt"} {
				if strings.Contains(stderr, word) {
					t.Errorf("it says %q", stderr)
				}
			}
		})
	}
}

func TestOpenSSHUsesASession(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Guards{})
	for _, row := range []struct {
		name string
		args []string
		in   string
		want string
	}{
		{"a pipe", []string{"post"}, "build is green\n", "build is green\n"},
		{"a terminal that is a pipe", []string{"-tt", "x"}, "hello\r\x04", "said \"hello\"\r\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			stdout, stderr, err := openSSH(t, addr, strings.NewReader(row.in), row.args...)
			if err != nil || !strings.Contains(stdout, row.want) {
				t.Errorf("%q, %q, %v", stdout, stderr, err)
			}
		})
	}
}

func TestOpenSSHGetsNothingElse(t *testing.T) {
	addr, _ := startServer(t, whoami, Guards{})
	for _, args := range [][]string{
		{"-s", "sftp"},
		{"-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "whoami"},
	} {
		if stdout, _, err := openSSH(t, addr, nil, args...); err == nil {
			t.Errorf("%v: %q", args, stdout)
		}
	}
	if stdout, _, err := openSSH(t, addr, nil, "whoami"); err != nil || stdout != "no key of plans\n" {
		t.Errorf("after that: %q, %v", stdout, err)
	}
}

func TestOldAlgorithmsAreRefused(t *testing.T) {
	addr, _ := startServer(t, whoami, Guards{})
	for _, option := range []string{
		"KexAlgorithms=diffie-hellman-group14-sha1,diffie-hellman-group14-sha256,ecdh-sha2-nistp256",
		"Ciphers=aes128-cbc,aes192-ctr",
		// MACs matter to ciphers without their own only.
		"Ciphers=aes256-ctr -o MACs=hmac-sha1,hmac-sha2-256,umac-128-etm@openssh.com",
	} {
		args := strings.Fields("-o " + option)
		if _, stderr, err := openSSH(t, addr, nil, append(args, "whoami")...); err == nil || !strings.Contains(stderr, "no matching") {
			t.Errorf("%s: %v, %q", option, err, stderr)
		}
	}
	for _, option := range []string{
		"KexAlgorithms=curve25519-sha256", "KexAlgorithms=curve25519-sha256@libssh.org",
		"Ciphers=aes256-ctr -o MACs=hmac-sha2-512-etm@openssh.com", "Ciphers=aes128-gcm@openssh.com",
	} {
		args := strings.Fields("-o " + option)
		if _, stderr, err := openSSH(t, addr, nil, append(args, "whoami")...); err != nil {
			t.Errorf("%s: %v, %q", option, err, stderr)
		}
	}
}

func TestAForgedProofEndsTheConnection(t *testing.T) {
	ran := make(chan struct{}, 1)
	addr, _ := startServer(t, func(ssh.Session) { ran <- struct{}{} }, Guards{})
	mine, _ := newKey(t)
	other, _ := newKey(t)
	c, err := gossh.Dial("tcp", addr, clientConfig(gossh.PublicKeys(wrongAnswer{other, mine})))
	if err == nil {
		c.Close()
		t.Error("it was let in")
	}
	if len(ran) > 0 {
		t.Error("it got a session")
	}
}

// wrongAnswer offers one key and signs with another.
type wrongAnswer struct{ offer, sign gossh.Signer }

func (w wrongAnswer) PublicKey() gossh.PublicKey { return w.offer.PublicKey() }
func (w wrongAnswer) Sign(r io.Reader, data []byte) (*gossh.Signature, error) {
	return w.sign.Sign(r, data)
}

func clientConfig(auth ...gossh.AuthMethod) *gossh.ClientConfig {
	return &gossh.ClientConfig{User: "plans", Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience}
}

func TestAPrivateServerLetsInWhomItAdmits(t *testing.T) {
	mine, path := newKey(t)
	_, stranger := newKey(t)
	addr, _ := startServer(t, whoami, Guards{Admit: func(key gossh.PublicKey) bool {
		return bytes.Equal(key.Marshal(), mine.PublicKey().Marshal())
	}})
	only := []string{"-o", "IdentitiesOnly=yes", "-i"}
	if stdout, stderr, err := openSSH(t, addr, nil, append(only, path, "whoami")...); err != nil || !strings.HasPrefix(stdout, "key ") {
		t.Errorf("the owner: %q, %q, %v", stdout, stderr, err)
	}
	for name, args := range map[string][]string{"a stranger": append(only, stranger, "whoami"), "somebody without a key": {"whoami"}} {
		if stdout, _, err := openSSH(t, addr, nil, args...); err == nil {
			t.Errorf("%s got in: %q", name, stdout)
		}
	}
}

// CVE-2024-45337: who a session's person is rests on the key that was proved,
// not on one that was offered before or after it.
func TestAKeyThatIsOnlyOfferedLetsNobodyIn(t *testing.T) {
	owner, offered := newKey(t)
	if err := os.Remove(offered); err != nil { // the public half is left, and is offered
		t.Fatal(err)
	}
	member, proved := newKey(t)
	for _, row := range []struct {
		name string
		lets []gossh.Signer
		want string
	}{
		{"both are let in", []gossh.Signer{owner, member}, "key " + gossh.FingerprintSHA256(member.PublicKey()) + " of plans\n"},
		{"only the one that is offered", []gossh.Signer{owner}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, _ := startServer(t, whoami, Guards{Admit: func(key gossh.PublicKey) bool {
				return slices.ContainsFunc(row.lets, func(s gossh.Signer) bool { return bytes.Equal(key.Marshal(), s.PublicKey().Marshal()) })
			}})
			stdout, stderr, err := openSSH(t, addr, nil, "-o", "IdentitiesOnly=yes", "-i", offered, "-i", proved, "whoami")
			if stdout != row.want || (err == nil) != (row.want != "") {
				t.Errorf("%q, %q, %v", stdout, stderr, err)
			}
			if row.want == "" && !strings.Contains(stderr, "Permission denied (publickey).") {
				t.Errorf("it says %q", stderr)
			}
		})
	}
}

func TestAKeyThatIsLetInNoMoreOpensNoSession(t *testing.T) {
	mine, _ := newKey(t)
	var out atomic.Bool
	addr, _ := startServer(t, echoScreen, Guards{Admit: func(gossh.PublicKey) bool { return !out.Load() }})
	c, err := gossh.Dial("tcp", addr, clientConfig(gossh.PublicKeys(mine)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stays := shell(t, c)
	out.Store(true)
	_, _, err = c.OpenChannel("session", nil)
	if e, ok := err.(*gossh.OpenChannelError); !ok || e.Reason != gossh.Prohibited {
		t.Errorf("one more session: %v", err)
	}
	stays.types("still here\r")
	stays.shows(t, `"stillhere"`)
	if c, err := gossh.Dial("tcp", addr, clientConfig(gossh.PublicKeys(mine))); err == nil {
		c.Close()
		t.Error("it logs in again")
	}
}

func TestAPanicInAdmitRefusesTheKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Guards{Admit: func(gossh.PublicKey) bool { panic("no") }})
	_, path := newKey(t)
	if stdout, _, err := openSSH(t, addr, nil, "-o", "IdentitiesOnly=yes", "-i", path, "whoami"); err == nil {
		t.Errorf("%q", stdout)
	}
}

func TestACertificateIsNoKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Guards{})
	mine, _ := newKey(t)
	cert := &gossh.Certificate{Key: mine.PublicKey(), CertType: gossh.UserCert, ValidPrincipals: []string{"anybody"}, ValidBefore: gossh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, mine); err != nil {
		t.Fatal(err)
	}
	certified, err := gossh.NewCertSigner(cert, mine)
	if err != nil {
		t.Fatal(err)
	}
	want := "key " + gossh.FingerprintSHA256(mine.PublicKey()) + " of plans\n"
	c, err := gossh.Dial("tcp", addr, clientConfig(gossh.PublicKeys(certified, mine)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.Output("whoami"); err != nil || string(out) != want {
		t.Errorf("%q, %v, not %q", out, err, want)
	}
}

func TestAServerNeedsAHostKey(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := newServer(Guards{}, nil, whoami); err == nil {
		t.Error("it was made without")
	}
	if files, _ := os.ReadDir("."); len(files) != 0 {
		t.Errorf("it wrote %v", files)
	}
}
