package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// openEnv names an environment variable. If it is set, the test binary opens
// the data folder that it names and prints the digest of the keys.
const openEnv = "WICK_TEST_OPEN"

// quiet is a log that nobody reads.
var quiet = slog.New(slog.DiscardHandler)

func TestMain(m *testing.M) {
	dir := os.Getenv(openEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	ring, err := Open(dir, quiet)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Print(digest(ring))
}

// digest returns a text that is equal for equal rings only.
func digest(r Ring) string { return r.Fingerprint() + " " + r.Secret.tag([]byte("digest")) }

func mustOpen(t *testing.T, dir string) Ring {
	t.Helper()
	ring, err := Open(dir, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestTheFirstOpenFillsTheFolderAndLaterOnesKeepIt(t *testing.T) {
	parent := t.TempDir()
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "state", "wick")
	first := mustOpen(t, dir)
	files := []struct {
		path string
		mode os.FileMode
		was  []byte
	}{
		{path: parent, mode: 0o755},
		{path: filepath.Dir(dir), mode: 0o700},
		{path: dir, mode: 0o700},
		{path: filepath.Join(dir, hostFile), mode: 0o600},
		{path: filepath.Join(dir, secretFile), mode: 0o600},
	}
	for i, f := range files {
		info, err := os.Stat(f.path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != f.mode {
			t.Errorf("%s has mode %v, want %v", f.path, info.Mode(), f.mode)
		}
		files[i].was, _ = os.ReadFile(f.path)
	}
	if again := mustOpen(t, dir); digest(again) != digest(first) {
		t.Errorf("first %s, then %s", digest(first), digest(again))
	}
	for _, f := range files {
		if after, _ := os.ReadFile(f.path); !bytes.Equal(after, f.was) {
			t.Errorf("%s was changed", f.path)
		}
	}
	if entries, err := os.ReadDir(dir); len(entries) != 2 || err != nil {
		t.Errorf("the folder contains %v, %v", entries, err)
	}
	if other := mustOpen(t, t.TempDir()); other.Fingerprint() == first.Fingerprint() || bytes.Equal(other.Secret.key(), first.Secret.key()) {
		t.Error("another folder has the same keys")
	}
}

func TestAnExistingFolderKeepsItsPermissions(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o751); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o751 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFilesMayBeReadOnlyOrLinks(t *testing.T) {
	elsewhere, dir := t.TempDir(), t.TempDir()
	first := mustOpen(t, elsewhere)
	for _, name := range []string{hostFile, secretFile} {
		if err := os.Chmod(filepath.Join(elsewhere, name), 0o400); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(elsewhere, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if ring := mustOpen(t, dir); digest(ring) != digest(first) {
		t.Errorf("%s through the links, want %s", digest(ring), digest(first))
	}
}

func TestConcurrentOpensReturnTheSameKeys(t *testing.T) {
	for range 40 {
		dir := filepath.Join(t.TempDir(), "wick")
		rings := make([]string, 16)
		var all sync.WaitGroup
		for i := range rings {
			all.Go(func() {
				ring, err := Open(dir, quiet)
				if err != nil {
					t.Error(err)
					return
				}
				rings[i] = digest(ring)
			})
		}
		all.Wait()
		for _, r := range rings {
			if r != rings[0] {
				t.Fatalf("opened %s and %s", rings[0], r)
			}
		}
		if entries, err := os.ReadDir(dir); len(entries) != 2 || err != nil {
			t.Fatalf("the folder contains %v, %v", entries, err)
		}
	}
}

func TestConcurrentProcessesOpenTheSameKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "wick")
	out := make([]bytes.Buffer, 6)
	cmds := make([]*exec.Cmd, len(out))
	for i := range cmds {
		cmds[i] = exec.CommandContext(t.Context(), os.Args[0])
		cmds[i].Env = append(os.Environ(), openEnv+"="+dir)
		cmds[i].Stdout = &out[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, &out[i])
		}
	}
	want := digest(mustOpen(t, dir))
	for i := range out {
		if out[i].String() != want {
			t.Errorf("a process opened %q, want %q", &out[i], want)
		}
	}
}

// marshal returns a private key in OpenSSH format.
func marshal(t *testing.T, key any, passphrase string) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func TestOpenRefusesABadFileAndNamesTheRemedy(t *testing.T) {
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	write := func(b []byte) func(string) error {
		return func(path string) error { return os.WriteFile(path, b, 0o600) }
	}
	chmod := func(mode os.FileMode) func(string) error {
		return func(path string) error { return os.Chmod(path, mode) }
	}
	change := func(f func([]byte) []byte) func(string) error {
		return func(path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, f(bytes.Clone(b)), 0o600)
		}
	}
	half := change(func(b []byte) []byte { return b[:len(b)/2] })
	replace := func(make func(path string) error) func(string) error {
		return func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return make(path)
		}
	}
	for _, c := range []struct {
		name, file string
		spoil      func(path string) error
		want, mend string // mend: before the quoted path
	}{
		{"host key writable by everybody", hostFile, chmod(0o602), "others can read or write", "chmod 600 "},
		{"secret readable by everybody", secretFile, chmod(0o644), "others can read or write", "chmod 600 "},
		{"host key is a folder", hostFile, replace(func(p string) error { return os.Mkdir(p, 0o700) }), "not a regular file", "mv "},
		{"secret is a pipe", secretFile, replace(func(p string) error { return syscall.Mkfifo(p, 0o600) }), "not a regular file", "mv "},
		{"secret is a link to nothing", secretFile, replace(func(p string) error { return os.Symlink("nowhere", p) }), "no such file", ""},
		{"host key is empty", hostFile, write(nil), "not a private key", "rm "},
		{"host key is cut short", hostFile, half, "not a private key", "rm "},
		{"host key is a public key", hostFile, write([]byte("ssh-ed25519 AAAA")), "not a private key", "rm "},
		{"host key has a passphrase", hostFile, write(marshal(t, edKey, "x")), "passphrase", "ssh-keygen -p -f "},
		{"host key is of another type", hostFile, write(marshal(t, ecKey, "")), "ecdsa-sha2-nistp256", "mv "},
		{"host key is huge", hostFile, write(make([]byte, maxKeyFile+1)), "too large", "mv "},
		{"secret is empty", secretFile, write(nil), "not a wick secret", "rm "},
		{"secret is cut short", secretFile, half, "damaged", "rm "},
		{"secret has another letter", secretFile, change(func(b []byte) []byte { b[20] ^= 1; return b }), "damaged", "rm "},
		{"secret is something else", secretFile, write([]byte("hunter2\n")), "not a wick secret", "rm "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "it's wick")
			mustOpen(t, dir)
			path := filepath.Join(dir, c.file)
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			spoiled, _ := os.Lstat(path)
			_, err := Open(dir, quiet)
			if err == nil {
				t.Fatal("opened")
			}
			for _, want := range []string{path, c.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
			if after, err := os.Lstat(path); err != nil || !os.SameFile(spoiled, after) || after.Mode() != spoiled.Mode() ||
				after.Size() != spoiled.Size() || !after.ModTime().Equal(spoiled.ModTime()) {
				t.Errorf("Open changed the file: %v, then %v, %v", spoiled, after, err)
			}
			_, mend, _ := strings.Cut(err.Error(), "run: ")
			if !strings.HasPrefix(mend, c.mend) {
				t.Fatalf("the error does not advise %q: %v", c.mend, err)
			}
			if c.mend == "" || c.mend == "ssh-keygen -p -f " {
				return
			}
			if out, err := exec.CommandContext(t.Context(), "sh", "-c", mend).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", mend, err, out)
			}
			mustOpen(t, dir)
		})
	}
}

func TestOpenRefusesUnusableFolders(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dir, want string }{{"", "no name"}, {file, file}} {
		if _, err := Open(c.dir, quiet); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%q): %v", c.dir, err)
		}
	}
}

func TestKnownHostsLineMakesAClientTrustTheServer(t *testing.T) {
	dir := t.TempDir()
	ring := mustOpen(t, dir)
	line := ring.KnownHosts("chat.example.org:2222", "192.0.2.7")
	file := filepath.Join(dir, "known_hosts")
	if err := os.WriteFile(file, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check, err := knownhosts.New(file)
	if err != nil {
		t.Fatal(err)
	}
	addr := addrString("192.0.2.7:22")
	if err := check("chat.example.org:2222", addr, ring.Host.PublicKey()); err != nil {
		t.Errorf("%s: %v", line, err)
	}
	if err := check("chat.example.org:2222", addr, mustOpen(t, t.TempDir()).Host.PublicKey()); err == nil {
		t.Error("another server is trusted")
	}
	if f := ring.Fingerprint(); !strings.HasPrefix(f, "SHA256:") || len(f) != 50 {
		t.Errorf("fingerprint %q", f)
	}
}

type addrString string

func (addrString) Network() string  { return "tcp" }
func (a addrString) String() string { return string(a) }
