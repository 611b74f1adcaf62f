package keys

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/netip"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Identity returns a pseudonym of a public key within one room: 22 characters
// of base64url. It is the same whenever the key's owner comes back. Without the
// secret, nobody can link it to the key or to the same key's identity in
// another room. A certificate counts as the key that it certifies.
func (s Secret) Identity(room string, key ssh.PublicKey) string {
	return s.derive("wick identity v1").tag(lengthPrefixed(room, publicKey(key)))
}

// Lighter returns a pseudonym of a public key in all rooms, by which the server
// remembers the rooms that its owner lit. It must not leave the process.
func (s Secret) Lighter(key ssh.PublicKey) string {
	return s.derive("wick lighter v1").tag(lengthPrefixed(publicKey(key)))
}

// publicKey returns a public key, or the one that a certificate certifies, as bytes.
func publicKey(key ssh.PublicKey) string {
	if c, ok := key.(*ssh.Certificate); ok {
		key = c.Key
	}
	return string(key.Marshal())
}

// Recipient returns a pseudonym of a key's fingerprint, as ssh.FingerprintSHA256 returns
// it, within one room, as Identity does for the key.
func (s Secret) Recipient(room, fingerprint string) string {
	return s.derive("wick recipient v1").tag(lengthPrefixed(room, fingerprint))
}

// Fingerprint returns the fingerprint of a public key, or of the key that a certificate
// certifies.
func Fingerprint(key ssh.PublicKey) string {
	if c, ok := key.(*ssh.Certificate); ok {
		key = c.Key
	}
	return ssh.FingerprintSHA256(key)
}

// Network returns a pseudonym of a network within one room, as Identity does
// for a key.
func (s Secret) Network(room string, network netip.Prefix) string {
	return s.derive("wick network v1").tag(lengthPrefixed(room, network.String()))
}

// NewIdentity returns a random identity, for a person without a key.
func NewIdentity() string {
	var b [tagSize]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Each list has 256 words, one for each value of a byte.
var (
	//go:embed adjectives.txt
	adjectiveText string
	//go:embed nouns.txt
	nounText string

	adjectives = strings.Fields(adjectiveText)
	nouns      = strings.Fields(nounText)
)

// Alias returns the default name of an identity, such as "amber-otter". It is
// one of 65,536, and at most 24 characters long: lower-case letters and a
// hyphen.
func Alias(identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return adjectives[sum[0]] + "-" + nouns[sum[1]]
}
