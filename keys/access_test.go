package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"wick/keys"
)

// publicKey returns a new key and its line of authorized keys.
func publicKey(t *testing.T) (ssh.PublicKey, string) {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(ssh.MarshalAuthorizedKey(key))
}

// certificate returns a certificate of a new key, and its line.
func certificate(t *testing.T) (ssh.PublicKey, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert := &ssh.Certificate{Key: signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"anybody"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	return cert, string(ssh.MarshalAuthorizedKey(cert))
}

// accessFile writes a file of authorized keys by rename, as editors do.
type accessFile struct {
	t    *testing.T
	path string
}

func newAccessFile(t *testing.T, text string) accessFile {
	f := accessFile{t, filepath.Join(t.TempDir(), "authorized_keys")}
	f.write(text)
	return f
}

func (f accessFile) write(text string) {
	f.t.Helper()
	err := os.WriteFile(f.path+".new", []byte(text), 0o644)
	if err == nil {
		err = os.Rename(f.path+".new", f.path)
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestOnlyKeysInTheFileAreAdmitted(t *testing.T) {
	mine, line := publicKey(t)
	stranger, other := publicKey(t)
	cert, certLine := certificate(t)
	for _, tt := range []struct {
		name   string
		file   string
		admits bool
		logs   string
	}{
		{"one key", line, true, "keys=1"},
		{"comments and blank lines", "# people\r\n\n  " + strings.TrimSpace(line) + " me@home\r\n#" + other, true, "keys=1"},
		{"several", other + line, true, "keys=2"},
		{"a byte order mark", "\ufeff" + line, true, "keys=1"},
		{"options without effect", "no-port-forwarding,no-X11-forwarding,No-Agent-Forwarding,no-user-rc " + line, true, "keys=1"},
		{"an address", `from="192.0.2.0/24" ` + line, false, "line 1: its option from"},
		{"an expiry", `expiry-time="20200101" ` + line, false, "option expiry-time"},
		{"a command", `no-port-forwarding,command="x" ` + line, false, "option command"},
		{"a restriction", "restrict " + line, false, "option restrict"},
		{"an authority", "cert-authority " + line, false, "option cert-authority"},
		{"a certificate", certLine, false, "certificate"},
		{"an unknown option", "\n\nno-secret-word=\"sesame\" " + line, false, "line 3: it has an option"},
		{"a damaged line", "ssh-ed25519 AAAA\n" + line[:40] + "\n", false, "not a public key"},
		{"a good line after a damaged one", "nonsense\n" + line, true, "line 1: it is not a public key"},
		{"nothing", "", false, "nobody gets in"},
		{"comments alone", "# nobody\n", false, "nobody gets in"},
		{"too much", strings.Repeat("#", 1<<20) + "\n" + line, false, "nobody gets in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			a := keys.OpenAccess(newAccessFile(t, tt.file).path, slog.New(slog.NewTextHandler(&log, nil)))
			if got := a.Admits(mine); got != tt.admits {
				t.Errorf("Admits reports %v, want %v", got, tt.admits)
			}
			if tt.name != "several" && a.Admits(stranger) || a.Admits(cert) {
				t.Error("a stranger is admitted")
			}
			if !strings.Contains(log.String(), tt.logs) {
				t.Errorf("the log lacks %q:\n%s", tt.logs, &log)
			}
			for _, secret := range []string{strings.Fields(line)[1], "sesame", "192.0.2"} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log contains %q:\n%s", secret, &log)
				}
			}
		})
	}
}

// A wrong file, such as a word list, does not fill the log.
func TestTheLogNamesFewIgnoredLines(t *testing.T) {
	f := newAccessFile(t, strings.Repeat("nonsense\n", 1000))
	for _, tt := range []struct {
		name string
		open func(*slog.Logger)
		more string
	}{
		{"authorized keys", func(log *slog.Logger) { keys.OpenAccess(f.path, log) }, "990 more lines"},
		{"bans", func(log *slog.Logger) { keys.OpenBans(f.path, log) }, "lines=990"},
	} {
		var log bytes.Buffer
		tt.open(slog.New(slog.NewTextHandler(&log, nil)))
		if n := strings.Count(log.String(), "\n"); n != 12 || !strings.Contains(log.String(), tt.more) {
			t.Errorf("%s: %d lines, want 12 and %q in them:\n%.2000s", tt.name, n, tt.more, &log)
		}
	}
}

func TestAnUnreadableFileAdmitsNobody(t *testing.T) {
	mine, line := publicKey(t)
	for _, tt := range []struct {
		name  string
		spoil func(path string) error
	}{
		{"missing", os.Remove},
		{"a folder", func(path string) error { os.Remove(path); return os.Mkdir(path, 0o755) }},
		{"a pipe", func(path string) error { os.Remove(path); return syscall.Mkfifo(path, 0o644) }},
		{"writable by everybody", func(path string) error { return os.Chmod(path, 0o646) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newAccessFile(t, line)
			if err := tt.spoil(f.path); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			a := keys.OpenAccess(f.path, slog.New(slog.NewTextHandler(&log, nil)))
			if a.Admits(mine) {
				t.Error("somebody is admitted")
			}
			if !strings.Contains(log.String(), "nobody gets in") {
				t.Errorf("the log does not say so:\n%s", &log)
			}
		})
	}
}

func TestAChangeTakesEffectWithinASecond(t *testing.T) {
	mine, line := publicKey(t)
	friend, added := publicKey(t)
	f := newAccessFile(t, line)
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := keys.OpenAccess(f.path, slog.New(slog.NewTextHandler(&log, nil)))
		for i, tt := range []struct {
			change       func()
			mine, friend bool
		}{
			{func() {}, true, false},
			{func() { f.write(line + added) }, true, true},
			{func() { f.write(added) }, false, true},
			{func() { // in place, with the same size and time as before
				info, err := os.Stat(f.path)
				if err == nil {
					err = os.WriteFile(f.path, []byte(line), 0o644)
				}
				if err == nil {
					err = os.Chtimes(f.path, info.ModTime(), info.ModTime())
				}
				if err != nil {
					t.Fatal(err)
				}
			}, true, false},
			{func() { os.Remove(f.path) }, false, false},
			{func() { f.write(line + added) }, true, true},
		} {
			before := a.Admits(mine)
			tt.change()
			time.Sleep(time.Second - time.Nanosecond)
			if got := a.Admits(mine); got != before {
				t.Errorf("%d: the file was read twice in a second", i)
			}
			time.Sleep(time.Nanosecond)
			if got := a.Admits(mine); got != tt.mine {
				t.Errorf("%d: the first key: Admits reports %v", i, got)
			}
			if got := a.Admits(friend); got != tt.friend {
				t.Errorf("%d: the second key: Admits reports %v", i, got)
			}
		}
		if n := strings.Count(log.String(), "\n"); n != 6 {
			t.Errorf("%d lines were logged, want 6:\n%s", n, &log)
		}
	})
}

func TestAdmitsIsSafeForConcurrentUse(t *testing.T) {
	mine, line := publicKey(t)
	a := keys.OpenAccess(newAccessFile(t, line).path, slog.New(slog.DiscardHandler))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 1000 {
				if !a.Admits(mine) {
					t.Error("not admitted")
					return
				}
			}
		})
	}
	all.Wait()
}
