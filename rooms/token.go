package rooms

import (
	"crypto/rand"
	"errors"
	"strings"
)

// ErrBadToken is returned for text that cannot be an invitation.
var ErrBadToken = errors.New("type an invitation as it was shown, such as k7f3-q9xm-2tdw")

// alphabet is Crockford's base 32 in lower case: without i, l, o and u, so that
// no two characters of a name read aloud or copied by hand look alike.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// codeLength is how many characters of the alphabet cannot be guessed: 60 bits.
const codeLength = 12

// NewToken returns a new secret of an invitation, of the form of NewName.
func NewToken() string { return newCode() }

func newCode() string {
	var raw [codeLength]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	return encodeCode(raw[:])
}

// encodeCode writes five bits of each byte, in groups of four.
func encodeCode(raw []byte) string {
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%32])
	}
	return b.String()
}

// ParseToken reads the token of an invitation as people type it: in upper or
// lower case, with or without its hyphens. The error is ErrBadToken.
func ParseToken(s string) (string, error) {
	var raw []byte
	for _, c := range []byte(strings.ReplaceAll(s, "-", "")) {
		i := strings.IndexByte(alphabet, lowerASCII(c))
		if i < 0 {
			return "", ErrBadToken
		}
		raw = append(raw, byte(i))
	}
	if len(raw) != codeLength {
		return "", ErrBadToken
	}
	return encodeCode(raw), nil
}

// lowerASCII lowers A to Z alone: strings.ToLower lowers other letters to ASCII
// ones, too.
func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
