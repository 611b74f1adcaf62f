package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

const (
	secretSize = 32 // bytes
	checkSize  = 4  // bytes of checksum after the secret in its file
	tagSize    = 16 // bytes of an HMAC that stand for a value

	// secretPrefix starts the file of a secret and tells its format.
	secretPrefix = "wick-secret-1:"
)

// Secret is what a server knows and nobody else. It never prints. The zero
// value is none, and using it panics. A value, for any goroutine.
type Secret struct {
	// A function: fmt calls no methods on the unexported fields of other
	// types and looks behind pointers, but not into functions.
	key func() []byte
}

func secretOf(key [secretSize]byte) Secret {
	return Secret{func() []byte { return key[:] }}
}

// NewSecret makes a secret of 256 random bits.
func NewSecret() Secret {
	var key [secretSize]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the process instead
	return secretOf(key)
}

// encode is the one line of the secret's file: the prefix, then, in base64, the
// secret and the start of its SHA-256, by which damage is noticed.
func (s Secret) encode() []byte {
	sum := sha256.Sum256(s.key())
	raw := slices.Concat(s.key(), sum[:checkSize])
	return append(base64.RawURLEncoding.AppendEncode([]byte(secretPrefix), raw), '\n')
}

// parseSecret reads what encode wrote. Its errors go on from a file's name.
func parseSecret(line []byte) (Secret, error) {
	text, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(secretPrefix))
	if !ok {
		return Secret{}, errors.New("is not a secret of wick")
	}
	raw, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || len(raw) != secretSize+checkSize || bytes.ContainsAny(text, "\r\n") { // base64 skips line breaks
		return Secret{}, errors.New("is damaged or cut short")
	}
	key, check := raw[:secretSize], raw[secretSize:]
	if sum := sha256.Sum256(key); !bytes.Equal(sum[:checkSize], check) {
		return Secret{}, errors.New("is damaged")
	}
	return secretOf([secretSize]byte(key)), nil
}

// derive makes another secret that tells nothing about this one or those of
// other labels, by HKDF-SHA-256 (RFC 5869).
func (s Secret) derive(label string) Secret {
	b, err := hkdf.Key(sha256.New, s.key(), nil, label, secretSize)
	if err != nil {
		panic("keys: " + err.Error()) // only for lengths that are not asked for
	}
	return secretOf([secretSize]byte(b))
}

// tag stands for data where the data must not show: the start of its
// HMAC-SHA-256, in 22 characters of base64url.
func (s Secret) tag(data []byte) string {
	mac := hmac.New(sha256.New, s.key())
	mac.Write(data)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tagSize])
}

// pack joins parts such that no other parts give the same: each goes after its
// length, four bytes.
func pack(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

const redacted = "[secret]"

// Format, String, GoString and LogValue print a placeholder.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

func (Secret) String() string       { return redacted }
func (Secret) GoString() string     { return redacted }
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
