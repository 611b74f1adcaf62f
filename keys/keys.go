// Package keys manages the server's keys and what is derived from them: the
// host key and the secret in the data folder, people's identities within a
// room, the list of authorized keys, and the encryption of what leaves the
// process.
//
// [Open] reads the data folder and fills it the first time. Servers that share
// a store need the same secret; servers behind one name need the same host key.
// Copy the folder.
package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// The files in a data folder.
const (
	hostFile   = "host_ed25519" // OpenSSH format, without a passphrase
	secretFile = "secret"       // one line of text
)

// Ring holds the keys in a server's data folder. It is a value and safe for
// concurrent use.
type Ring struct {
	Host   ssh.Signer // the host key
	Secret Secret
}

// Open reads the data folder. It creates the folder (0700) and the files in it
// (0600) if they are missing. Processes that open one folder at the same time
// get the same keys. Open never changes a file that exists: if others can read
// it, or it is not what it should be, the error names the file and the command
// that repairs it. Open only logs a warning about a file that the group of this
// process can read, or a folder that everybody can write to. In such a
// folder only files of this user or root count.
func Open(dir string, log *slog.Logger) (Ring, error) {
	f, err := makeFolder(dir, log)
	if err != nil {
		return Ring{}, err
	}
	hostPath, secretPath := filepath.Join(dir, hostFile), filepath.Join(dir, secretFile)
	b, err := f.loadOrCreate(hostPath, newHostKey)
	if err != nil {
		return Ring{}, err
	}
	host, err := parseHostKey(hostPath, b)
	if err != nil {
		return Ring{}, err
	}
	b, err = f.loadOrCreate(secretPath, func() ([]byte, error) { return NewSecret().encode(), nil })
	if err != nil {
		return Ring{}, err
	}
	secret, err := parseSecret(b)
	if err != nil {
		return Ring{}, fmt.Errorf("%s %w; restore it from a copy, or, to get a new one, run: rm %s",
			secretPath, err, shellQuote(secretPath))
	}
	return Ring{host, secret}, nil
}

// OpenExisting is Open, but creates nothing: if the folder or a file is missing, the error
// is fs.ErrNotExist.
func OpenExisting(dir string, log *slog.Logger) (Ring, error) {
	for _, file := range []string{hostFile, secretFile} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return Ring{}, err
		}
	}
	return Open(dir, log)
}

// OpenHost reads only the host key of a folder that Open has filled. It creates
// nothing: a caller that publishes the key must not publish a new one. If there
// is no host key, the error is fs.ErrNotExist. The Ring has no Secret.
func OpenHost(dir string) (Ring, error) {
	f, err := openFolder(dir, slog.New(slog.DiscardHandler)) // Open warns
	if err != nil {
		return Ring{}, err
	}
	path := filepath.Join(dir, hostFile)
	b, err := f.readPrivate(path)
	if err != nil {
		return Ring{}, err
	}
	host, err := parseHostKey(path, b)
	return Ring{Host: host}, err
}

// Fingerprint returns the host key's fingerprint as ssh shows it: "SHA256:…".
func (r Ring) Fingerprint() string { return ssh.FingerprintSHA256(r.Host.PublicKey()) }

// KnownHosts returns the line of a known_hosts file that makes a client trust
// the host key at the addresses, each host or host:port.
func (r Ring) KnownHosts(addresses ...string) string {
	return knownhosts.Line(addresses, r.Host.PublicKey())
}

// SSHFP returns the DNS record by which clients can check the host key of a
// host name, in the format of zone files: algorithm 4, Ed25519 (RFC 7479), and
// fingerprint type 2, SHA-256 (RFC 6594).
func (r Ring) SSHFP(host string) string {
	return fmt.Sprintf("%s. IN SSHFP 4 2 %x", strings.TrimSuffix(host, "."), sha256.Sum256(r.Host.PublicKey().Marshal()))
}

func newHostKey() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "wick")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

// parseHostKey returns the host key in b. path is for its errors.
func parseHostKey(path string, b []byte) (ssh.Signer, error) {
	host, err := ssh.ParsePrivateKey(b)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, fmt.Errorf("%s has a passphrase, which a server cannot type; to remove it, run: ssh-keygen -p -f %s",
			path, shellQuote(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or not a private key: %w; restore it from a copy, or, to get a new one, run: rm %s",
			path, err, shellQuote(path))
	}
	if kind := host.PublicKey().Type(); kind != ssh.KeyAlgoED25519 {
		return nil, fmt.Errorf("%s is a key of type %s, not %s; to get a new one, run: mv %s %s",
			path, kind, ssh.KeyAlgoED25519, shellQuote(path), shellQuote(path+".old"))
	}
	return host, nil
}
