package sshd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"wick/sshapp/sshtest"
)

func TestOpenSSHLogsInWithAndWithoutAKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{})
	signer, path := sshtest.NewKey(t)
	_, lost := sshtest.NewKey(t)
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
			stdout, stderr, err := sshtest.OpenSSH(t, addr, nil, append(row.args, "whoami")...)
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

func TestAnOpenServerTakesWhateverIsOffered(t *testing.T) {
	keyless := func(user string) bool { return user == "plans+nokey" }
	mine, _ := sshtest.NewKey(t)
	key := gossh.PublicKeys(mine)
	known := "key " + gossh.FingerprintSHA256(mine.PublicKey())
	for _, server := range []struct {
		name string
		cfg  Config
	}{
		{"open", Config{Keyless: keyless}},
		{"private", Config{Keyless: keyless, Admit: func(gossh.PublicKey) bool { return false }}},
	} {
		t.Run(server.name, func(t *testing.T) {
			addr, _ := startServer(t, whoami, server.cfg)
			for _, row := range []struct {
				name, user string
				auth       []gossh.AuthMethod
				want       string // on the open server; empty: refused
			}{
				{"a password", "plans", []gossh.AuthMethod{gossh.Password("swordfish")}, "no key"},
				{"an empty password", "plans", []gossh.AuthMethod{gossh.Password("")}, "no key"},
				{"answers to no question", "plans", []gossh.AuthMethod{sshtest.NoKey}, "no key"},
				{"a key before a password", "plans", []gossh.AuthMethod{key, gossh.Password("x")}, known},
				{"nothing", "plans", nil, ""},
				{"nothing, and it says so", "plans+nokey", nil, "no key"},
				{"a key that it wants to keep to itself", "plans+nokey", []gossh.AuthMethod{key}, "no key"},
			} {
				if server.cfg.Admit != nil {
					row.want = ""
				}
				got, err := output(addr, row.user, row.auth)
				if (err == nil) != (row.want != "") || !strings.HasPrefix(got, row.want) {
					t.Errorf("%s: %q, %v; want %q", row.name, got, err, row.want)
				}
			}
		})
	}
}

// output logs in by the methods and returns the output of a command.
func output(addr, user string, auth []gossh.AuthMethod) (string, error) {
	cfg := sshtest.ClientConfig(auth...)
	cfg.User = user
	c, err := gossh.Dial("tcp", addr, cfg)
	if err != nil {
		return "", err
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		return "", err
	}
	out, err := s.Output("whoami")
	return string(out), err
}

// A script that may not ask, and that has no key, says so in its user name.
func TestOpenSSHLogsInWithNothingAtAll(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{Keyless: func(user string) bool { return user == "plans" }})
	if stdout, stderr, err := sshtest.OpenSSH(t, addr, nil, "-o", "BatchMode=yes", "whoami"); err != nil || stdout != "no key of plans\n" {
		t.Errorf("%q, %q, %v", stdout, stderr, err)
	}
}

func TestAPrivateServerSaysWhoGetsIn(t *testing.T) {
	mine, path := sshtest.NewKey(t)
	addr, _ := startServer(t, whoami, Config{Limits: Limits{MaxAuthTries: 3}, Admit: func(key gossh.PublicKey) bool {
		return bytes.Equal(key.Marshal(), mine.PublicKey().Marshal())
	}})
	var others []string // options
	for range 3 {
		_, other := sshtest.NewKey(t)
		others = append(others, "-i", other)
	}
	for _, row := range []struct {
		name string
		args []string
		says []string
	}{
		{"without a key", nil, []string{"This server is private", "offered none", "Permission denied"}},
		{"with another key", others[:2], []string{"This server is private", "not among them", "Permission denied"}},
		{"with too many keys", others, []string{"Too many keys were refused", "IdentitiesOnly=yes"}},
		{"with another key and the right one", append(slices.Clone(others[:2]), "-i", path), nil},
	} {
		_, stderr, err := sshtest.OpenSSH(t, addr, nil, append(append([]string{"-o", "IdentitiesOnly=yes"}, row.args...), "whoami")...)
		if (err == nil) != (row.says == nil) {
			t.Errorf("%s: %v, %q", row.name, err, stderr)
		}
		for _, text := range row.says {
			if strings.Count(stderr, text) != 1 {
				t.Errorf("%s, it says %q, not %q once", row.name, stderr, text)
			}
		}
		if row.says == nil && strings.Contains(stderr, "private") {
			t.Errorf("%s, it says %q", row.name, stderr)
		}
	}
}

func TestOpenSSHUsesASession(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Config{})
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
			stdout, stderr, err := sshtest.OpenSSH(t, addr, strings.NewReader(row.in), row.args...)
			if err != nil || !strings.Contains(stdout, row.want) {
				t.Errorf("%q, %q, %v", stdout, stderr, err)
			}
		})
	}
}

func TestOpenSSHGetsNothingElse(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{})
	if stdout, _, err := sshtest.OpenSSH(t, addr, nil, "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "whoami"); err == nil {
		t.Errorf("a port is forwarded: %q", stdout)
	}
	if stdout, _, err := sshtest.OpenSSH(t, addr, nil, "whoami"); err != nil || stdout != "no key of plans\n" {
		t.Errorf("after that: %q, %v", stdout, err)
	}
}

func TestOldAlgorithmsAreRefused(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{})
	for _, option := range []string{
		"KexAlgorithms=diffie-hellman-group14-sha1,diffie-hellman-group14-sha256,ecdh-sha2-nistp256",
		"Ciphers=aes128-cbc,aes192-ctr",
		// MACs matter to ciphers without their own only.
		"Ciphers=aes256-ctr -o MACs=hmac-sha1,hmac-sha2-256,umac-128-etm@openssh.com",
	} {
		args := strings.Fields("-o " + option)
		if _, stderr, err := sshtest.OpenSSH(t, addr, nil, append(args, "whoami")...); err == nil || !strings.Contains(stderr, "no matching") {
			t.Errorf("%s: %v, %q", option, err, stderr)
		}
	}
	for _, option := range []string{
		"KexAlgorithms=curve25519-sha256", "KexAlgorithms=curve25519-sha256@libssh.org",
		"Ciphers=aes256-ctr -o MACs=hmac-sha2-512-etm@openssh.com", "Ciphers=aes128-gcm@openssh.com",
	} {
		args := strings.Fields("-o " + option)
		if _, stderr, err := sshtest.OpenSSH(t, addr, nil, append(args, "whoami")...); err != nil {
			t.Errorf("%s: %v, %q", option, err, stderr)
		}
	}
}

func TestAForgedProofEndsTheConnection(t *testing.T) {
	ran := make(chan struct{}, 1)
	addr, _ := startServer(t, func(ssh.Session, *Terminal) { ran <- struct{}{} }, Config{})
	mine, _ := sshtest.NewKey(t)
	other, _ := sshtest.NewKey(t)
	c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(gossh.PublicKeys(wrongAnswer{other, mine})))
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

func TestAPrivateServerAdmitsItsKeysOnly(t *testing.T) {
	mine, path := sshtest.NewKey(t)
	_, stranger := sshtest.NewKey(t)
	addr, _ := startServer(t, whoami, Config{Admit: func(key gossh.PublicKey) bool {
		return bytes.Equal(key.Marshal(), mine.PublicKey().Marshal())
	}})
	only := []string{"-o", "IdentitiesOnly=yes", "-i"}
	if stdout, stderr, err := sshtest.OpenSSH(t, addr, nil, append(only, path, "whoami")...); err != nil || !strings.HasPrefix(stdout, "key ") {
		t.Errorf("the owner: %q, %q, %v", stdout, stderr, err)
	}
	for name, args := range map[string][]string{"a stranger": append(only, stranger, "whoami"), "somebody without a key": {"whoami"}} {
		if stdout, _, err := sshtest.OpenSSH(t, addr, nil, args...); err == nil {
			t.Errorf("%s got in: %q", name, stdout)
		}
	}
}

// CVE-2024-45337: who a session's person is rests on the key that was proved,
// not on one that was offered before or after it.
func TestAKeyThatIsOnlyOfferedLetsNobodyIn(t *testing.T) {
	owner, offered := sshtest.NewKey(t)
	if err := os.Remove(offered); err != nil { // the public half is left, and is offered
		t.Fatal(err)
	}
	member, proved := sshtest.NewKey(t)
	for _, row := range []struct {
		name string
		lets []gossh.Signer
		want string
	}{
		{"both are let in", []gossh.Signer{owner, member}, "key " + gossh.FingerprintSHA256(member.PublicKey()) + " of plans\n"},
		{"only the one that is offered", []gossh.Signer{owner}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr, _ := startServer(t, whoami, Config{Admit: func(key gossh.PublicKey) bool {
				return slices.ContainsFunc(row.lets, func(s gossh.Signer) bool { return bytes.Equal(key.Marshal(), s.PublicKey().Marshal()) })
			}})
			stdout, stderr, err := sshtest.OpenSSH(t, addr, nil, "-o", "IdentitiesOnly=yes", "-i", offered, "-i", proved, "whoami")
			if stdout != row.want || (err == nil) != (row.want != "") {
				t.Errorf("%q, %q, %v", stdout, stderr, err)
			}
			if row.want == "" && !strings.Contains(stderr, "Permission denied (publickey,keyboard-interactive).") {
				t.Errorf("it says %q", stderr)
			}
		})
	}
}

func TestAKeyThatIsNoLongerAdmittedOpensNoSession(t *testing.T) {
	mine, _ := sshtest.NewKey(t)
	var out atomic.Bool
	addr, _ := startServer(t, echoScreen, Config{Admit: func(gossh.PublicKey) bool { return !out.Load() }})
	c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(gossh.PublicKeys(mine)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stays := sshtest.Shell(t, c)
	out.Store(true)
	_, _, err = c.OpenChannel("session", nil)
	if e, ok := err.(*gossh.OpenChannelError); !ok || e.Reason != gossh.Prohibited {
		t.Errorf("one more session: %v", err)
	}
	stays.Types("still here\r")
	stays.Shows(t, `"stillhere"`)
	if c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(gossh.PublicKeys(mine))); err == nil {
		c.Close()
		t.Error("it logs in again")
	}
}

func TestAPanicInAdmitRefusesTheKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{Admit: func(gossh.PublicKey) bool { panic("no") }})
	_, path := sshtest.NewKey(t)
	if stdout, _, err := sshtest.OpenSSH(t, addr, nil, "-o", "IdentitiesOnly=yes", "-i", path, "whoami"); err == nil {
		t.Errorf("%q", stdout)
	}
}

func TestACertificateIsNoKey(t *testing.T) {
	addr, _ := startServer(t, whoami, Config{})
	mine, _ := sshtest.NewKey(t)
	cert := &gossh.Certificate{Key: mine.PublicKey(), CertType: gossh.UserCert, ValidPrincipals: []string{"sshtest.NoKey"}, ValidBefore: gossh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, mine); err != nil {
		t.Fatal(err)
	}
	certified, err := gossh.NewCertSigner(cert, mine)
	if err != nil {
		t.Fatal(err)
	}
	want := "key " + gossh.FingerprintSHA256(mine.PublicKey()) + " of plans\n"
	c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(gossh.PublicKeys(certified, mine)))
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

func TestRefusedKeysOfAConnectionAreLimited(t *testing.T) {
	mine, _ := sshtest.NewKey(t)
	strangers := make([]gossh.Signer, 20)
	for i := range strangers {
		strangers[i], _ = sshtest.NewKey(t)
	}
	for limit, refused := range map[int]int{0: 5, 3: 2, -1: 20} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			addr, _ := startServer(t, whoami, Config{Limits: Limits{MaxAuthTries: limit}, Admit: func(key gossh.PublicKey) bool {
				return bytes.Equal(key.Marshal(), mine.PublicKey().Marshal())
			}})
			for _, more := range []int{0, 1} {
				if refused+more > len(strangers) {
					break
				}
				offered := append(slices.Clone(strangers[:refused+more]), mine)
				c, err := gossh.Dial("tcp", addr, sshtest.ClientConfig(gossh.PublicKeys(offered...)))
				if err == nil {
					c.Close()
				}
				if in := err == nil; in != (more == 0) {
					t.Errorf("with a limit of %d, after %d keys that were refused: %v", limit, refused+more, err)
				}
			}
		})
	}
}

// youngerThanTheAuditor are algorithms that the ssh-audit of Debian 12 does not know.
var youngerThanTheAuditor = []string{"mlkem768x25519-sha256", "kex-strict-s-v00@openssh.com"}

func TestSSHAuditFindsNothing(t *testing.T) {
	addr, _ := startServer(t, echoScreen, Config{})
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), sshtest.Tool(t, "ssh-audit"), "--no-colors", "--port", port, host).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) { // its exit status counts what it does not know, too
		t.Fatal(err)
	}
	report := string(out)
	for _, section := range []string{"(kex) curve25519-sha256 ", "(key) ssh-ed25519 ", "(enc) chacha20-poly1305@openssh.com ", "(mac) hmac-sha2-256-etm@openssh.com "} {
		if !strings.Contains(report, section) {
			t.Fatalf("the audit does not get so far as %q:\n%s", section, report)
		}
	}
	for line := range strings.Lines(report) {
		line = strings.TrimSpace(line)
		known := true
		for _, name := range youngerThanTheAuditor {
			if fields := strings.Fields(line); len(fields) > 1 && fields[1] == name && strings.HasSuffix(line, "[warn] unknown algorithm") {
				known = false
			}
		}
		if known && (strings.Contains(line, "[fail]") || strings.Contains(line, "[warn]") || strings.HasPrefix(line, "(rec)")) {
			t.Error(line)
		}
	}
}
