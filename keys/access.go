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
	maxAccessFile  = 1 << 20     // bytes; a key takes a few hundred
	accessInterval = time.Second // between two reads of the file, at least
	maxIgnored     = 10          // ignored lines of a file that the log names
)

// Access is a list of admitted keys: a file in the format of OpenSSH's
// authorized_keys. It is read again when somebody logs in, at most once a
// second, so a change takes effect within a second. If the file is missing,
// empty, unreadable or writable by everybody, nobody is admitted, and the log
// says so. No key is ever logged. Access is safe for concurrent use.
type Access struct {
	path string
	log  *slog.Logger
	says accessMessages

	mu       sync.Mutex // held while the file is read; guards lastRead and sum
	lastRead time.Time
	sum      [sha256.Size]byte                   // of the contents, or of the error
	admitted atomic.Pointer[map[string]struct{}] // public keys in wire format
}

// OpenAccess returns the list in the file at path. A file that cannot be read
// is logged, not returned as an error: it may be mended later.
func OpenAccess(path string, log *slog.Logger) *Access {
	return openAccess(path, log, accessMessages{
		ignored:    "ignoring a line of the authorized keys",
		unreadable: "nobody gets in: cannot read the authorized keys",
		none:       "nobody gets in: there are no authorized keys",
		some:       "only authorized keys get in",
	})
}

// OpenOperators returns the list of the operators' keys in the file at path. It is as
// OpenAccess, but the log says what it is for.
func OpenOperators(path string, log *slog.Logger) *Access {
	return openAccess(path, log, accessMessages{
		ignored:    "ignoring a line of the operators' keys",
		unreadable: "no operator gets in: cannot read the operators' keys",
		none:       "no operator gets in: there are no operators' keys",
		some:       "operators get in as op",
	})
}

// accessMessages are what the log says of a list.
type accessMessages struct{ ignored, unreadable, none, some string }

func openAccess(path string, log *slog.Logger, says accessMessages) *Access {
	a := &Access{path: path, log: log, says: says}
	a.read()
	return a
}

// Admits reports whether key is in the file. It may read the file.
func (a *Access) Admits(key ssh.PublicKey) bool {
	// While another goroutine reads the file, the previous list applies.
	if a.mu.TryLock() {
		if time.Since(a.lastRead) >= accessInterval {
			a.read()
		}
		a.mu.Unlock()
	}
	_, ok := (*a.admitted.Load())[string(key.Marshal())]
	return ok
}

// read replaces the list with what is in the file, and logs the result if it
// changed. The caller holds mu.
func (a *Access) read() {
	a.lastRead = time.Now()
	b, err := readAccess(a.path)
	sum := sha256.Sum256(b)
	if err != nil {
		sum = sha256.Sum256([]byte(err.Error()))
	}
	if a.admitted.Load() != nil && sum == a.sum {
		return
	}
	a.sum = sum
	admitted, ignored := parseAccess(b)
	a.admitted.Store(&admitted)
	for i, reason := range ignored {
		if i == maxIgnored {
			a.log.Warn(a.says.ignored, "file", a.path, "reason", fmt.Sprintf("%d more lines like these", len(ignored)-i))
			break
		}
		a.log.Warn(a.says.ignored, "file", a.path, "reason", reason)
	}
	switch {
	case err != nil:
		a.log.Error(a.says.unreadable, "file", a.path, "err", err)
	case len(admitted) == 0:
		a.log.Error(a.says.none, "file", a.path)
	default:
		a.log.Info(a.says.some, "file", a.path, "keys", len(admitted))
	}
}

// byteOrderMark is what some editors write before the first line.
var byteOrderMark = []byte("\ufeff")

// readAccess returns the contents of the file at path, without a byte order mark.
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
		return nil, fmt.Errorf("everybody can write to it; run: chmod o-w %s", shellQuote(path))
	}
	b, err := io.ReadAll(io.LimitReader(f, maxAccessFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxAccessFile:
		return nil, fmt.Errorf("it is larger than %d bytes", maxAccessFile)
	}
	return bytes.TrimPrefix(b, byteOrderMark), nil
}

// parseAccess returns the admitted keys in wire format, and for each ignored
// line the reason.
func parseAccess(b []byte) (admitted map[string]struct{}, ignored []string) {
	admitted = make(map[string]struct{})
	n := 0
	for line := range bytes.Lines(b) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, _, options, _, err := ssh.ParseAuthorizedKey(line)
		reason := ""
		switch {
		case err != nil:
			reason = "it is not a public key"
		case isCertificate(key):
			reason = "it is a certificate, not a key"
		default:
			reason = unsupportedOption(options)
		}
		if reason != "" {
			ignored = append(ignored, fmt.Sprintf("line %d: %s", n, reason))
			continue
		}
		admitted[string(key.Marshal())] = struct{}{}
	}
	return admitted, ignored
}

func isCertificate(key ssh.PublicKey) bool {
	_, ok := key.(*ssh.Certificate)
	return ok
}

// unsupportedOption returns a sentence about the first option that wick does
// not support, or "". Ignoring such an option would admit the key without the
// condition that the option sets.
func unsupportedOption(options []string) string {
	for _, option := range options {
		name, _, _ := strings.Cut(strings.ToLower(option), "=")
		switch name {
		case "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-user-rc":
			// The server offers none of these to anybody.
		case "from", "expiry-time", "command", "environment", "permitopen", "permitlisten", "principals", "tunnel",
			"restrict", "no-pty", "no-touch-required", "verify-required", "cert-authority":
			return "its option " + name + " is not supported"
		default:
			return "it has an option that is not supported"
		}
	}
	return ""
}
