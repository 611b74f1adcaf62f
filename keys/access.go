package keys

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	maxAccess   = 1 << 20     // bytes of a file of authorized keys; it has some hundred per key
	accessPause = time.Second // between two looks at it
)

// Access is the file that says whose keys are let in, in the format of
// OpenSSH's authorized_keys. It is read again when somebody logs in, so that a
// change counts a second later at most. A file that is empty, missing, open to
// be written by anybody, or cannot be read lets nobody in, and the log says so;
// it never shows a key. Safe from any goroutine.
type Access struct {
	path string
	log  *slog.Logger

	turn   sync.Mutex // held by the one who reads the file
	looked time.Time
	was    [sha256.Size]byte // of what the file said
	lets   atomic.Pointer[map[string]struct{}]
}

// OpenAccess reads the file for the first time.
func OpenAccess(path string, log *slog.Logger) *Access {
	a := &Access{path: path, log: log}
	a.read()
	return a
}

// Admits tells whether the key is one of the file's. It may read the file.
func (a *Access) Admits(key ssh.PublicKey) bool {
	// Whoever comes while another reads is judged by what was read before.
	if a.turn.TryLock() {
		if time.Since(a.looked) >= accessPause {
			a.read()
		}
		a.turn.Unlock()
	}
	_, ok := (*a.lets.Load())[string(key.Marshal())]
	return ok
}

// read takes the file as it is now. What has not changed is not told again.
func (a *Access) read() {
	a.looked = time.Now()
	b, err := readAccess(a.path)
	sum := sha256.Sum256(b)
	if err != nil {
		sum = sha256.Sum256([]byte(err.Error()))
	}
	if a.lets.Load() != nil && sum == a.was {
		return
	}
	a.was = sum
	lets, refused := parseAccess(b)
	a.lets.Store(&lets)
	for _, why := range refused {
		a.log.Warn("a line of the authorized keys lets nobody in", "file", a.path, "why", why)
	}
	switch {
	case err != nil:
		a.log.Error("nobody gets in: the authorized keys cannot be read", "file", a.path, "err", err)
	case len(lets) == 0:
		a.log.Error("nobody gets in: there are no authorized keys", "file", a.path)
	default:
		a.log.Info("only authorized keys get in", "file", a.path, "keys", len(lets))
	}
}

// readAccess returns what is in the file, or nothing and an error.
func readAccess(path string) ([]byte, error) {
	// Without O_NONBLOCK, opening a named pipe waits for a writer.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Mode().Perm()&0o002 != 0:
		return nil, fmt.Errorf("anybody can add a key to it; run: chmod o-w %s", quote(path))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxAccess+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxAccess:
		return nil, fmt.Errorf("it is larger than %d bytes", maxAccess)
	}
	return b, nil
}

// parseAccess returns the keys that are let in, by their wire format, and why
// some lines are not heard.
func parseAccess(b []byte) (lets map[string]struct{}, refused []string) {
	lets = make(map[string]struct{})
	n := 0
	for line := range bytes.Lines(b) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, _, options, _, err := ssh.ParseAuthorizedKey(line)
		why := ""
		switch {
		case err != nil:
			why = "it is no public key"
		case hasCertificate(key):
			why = "it is a certificate, not a key"
		default:
			why = unheeded(options)
		}
		if why != "" {
			refused = append(refused, fmt.Sprintf("line %d: %s", n, why))
			continue
		}
		lets[string(key.Marshal())] = struct{}{}
	}
	return lets, refused
}

func hasCertificate(key ssh.PublicKey) bool {
	_, ok := key.(*ssh.Certificate)
	return ok
}

// unheeded names the first option that asks for something which wick does not
// do: a line that was to let in under a condition would let in without it.
func unheeded(options []string) string {
	for _, option := range options {
		name, _, _ := strings.Cut(strings.ToLower(option), "=")
		switch name {
		case "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-user-rc":
			// Nobody here gets any of these.
		case "from", "expiry-time", "command", "environment", "permitopen", "permitlisten", "principals", "tunnel",
			"restrict", "no-pty", "no-touch-required", "verify-required", "cert-authority":
			return "its option " + name + " is not supported"
		default:
			return "it has an option that is not supported"
		}
	}
	return ""
}
