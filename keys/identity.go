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

// Identity stands for a public key within one room, in 22 characters of
// base64url: the same whenever its owner comes back, and not to be linked with
// the key or with the same key's in another room by anyone without the secret.
// A certificate counts as the key that it certifies.
func (s Secret) Identity(room string, key ssh.PublicKey) string {
	if c, ok := key.(*ssh.Certificate); ok {
		key = c.Key
	}
	return s.derive("wick identity v1").tag(pack(room, string(key.Marshal())))
}

// Network stands for a network within one room, as Identity does for a key.
func (s Secret) Network(room string, network netip.Prefix) string {
	return s.derive("wick network v1").tag(pack(room, network.String()))
}

// NewIdentity is for a person without a key: random, of the same form.
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

// Alias is a name to call an identity by until its owner chooses one:
// "amber-otter", one of 65,536, at most 24 lower-case letters and a hyphen.
func Alias(identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return adjectives[sum[0]] + "-" + nouns[sum[1]]
}
