// Package keys holds everything made of keys: the host key and the secret that
// a server keeps in its data folder, who a public key is in a room, and the
// sealing of what leaves the process.
//
// [Open] reads the folder, and fills it the first time. Servers that share a
// store need the same secret, servers behind one name the same host key: copy
// the folder.
package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// What lies in a data folder.
const (
	hostFile   = "host_ed25519" // OpenSSH format, without a passphrase
	secretFile = "secret"       // one line of text
)

// Ring is what a server keeps in its data folder. A value, for any goroutine.
type Ring struct {
	Host   ssh.Signer // proves to clients which server this is
	Secret Secret
}

// Open reads the data folder, making the folder (0700) and the files in it
// (0600) where they are missing. Processes that open one folder at once agree
// on what is in it. What is there already is never changed: where a file is
// open to others than its owner, or not what it should be, the error says
// which, and the command that mends it.
func Open(dir string) (Ring, error) {
	if err := makeFolder(dir); err != nil {
		return Ring{}, err
	}
	hostPath, secretPath := filepath.Join(dir, hostFile), filepath.Join(dir, secretFile)
	b, err := load(hostPath, newHost)
	if err != nil {
		return Ring{}, err
	}
	host, err := parseHost(hostPath, b)
	if err != nil {
		return Ring{}, err
	}
	b, err = load(secretPath, func() ([]byte, error) { return NewSecret().encode(), nil })
	if err != nil {
		return Ring{}, err
	}
	secret, err := parseSecret(b)
	if err != nil {
		return Ring{}, fmt.Errorf("%s %w; restore it from a copy, or, to have a new one made, run: rm %s",
			secretPath, err, quote(secretPath))
	}
	return Ring{host, secret}, nil
}

// OpenHost reads only the host key of a folder that Open has filled, and makes
// nothing: for who tells others what the key is. Without one the error is
// fs.ErrNotExist. The Ring has no Secret.
func OpenHost(dir string) (Ring, error) {
	path := filepath.Join(dir, hostFile)
	b, err := read(path)
	if err != nil {
		return Ring{}, err
	}
	host, err := parseHost(path, b)
	return Ring{Host: host}, err
}

// Fingerprint is the host key's as ssh shows it: "SHA256:…".
func (r Ring) Fingerprint() string { return ssh.FingerprintSHA256(r.Host.PublicKey()) }

// KnownHosts is the line for a known_hosts file that makes a client trust the
// host key at the addresses, each host or host:port.
func (r Ring) KnownHosts(addresses ...string) string {
	return knownhosts.Line(addresses, r.Host.PublicKey())
}

// SSHFP is the DNS record for a host name by which clients can check the host
// key, in the format of zone files: algorithm 4, Ed25519 (RFC 7479), and
// fingerprint type 2, SHA-256 (RFC 6594).
func (r Ring) SSHFP(host string) string {
	return fmt.Sprintf("%s. IN SSHFP 4 2 %x", strings.TrimSuffix(host, "."), sha256.Sum256(r.Host.PublicKey().Marshal()))
}

func newHost() ([]byte, error) {
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

func parseHost(path string, b []byte) (ssh.Signer, error) {
	host, err := ssh.ParsePrivateKey(b)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, fmt.Errorf("%s is locked with a passphrase, which a server cannot type; to take it off, run: ssh-keygen -p -f %s",
			path, quote(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or no private key: %w; restore it from a copy, or, to have a new one made, run: rm %s",
			path, err, quote(path))
	}
	if kind := host.PublicKey().Type(); kind != ssh.KeyAlgoED25519 {
		return nil, fmt.Errorf("%s is a key of type %s, where only %s will do; to have one made, run: mv %s %s",
			path, kind, ssh.KeyAlgoED25519, quote(path), quote(path+".old"))
	}
	return host, nil
}
