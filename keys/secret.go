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
	tagSize    = 16 // bytes that are kept of an HMAC

	// secretPrefix starts a secret's file and names its format.
	secretPrefix = "wick-secret-1:"
)

// Secret is the server's master key. It prints as a placeholder. The zero value
// holds no key; using it panics. A Secret is a value and safe for concurrent
// use.
type Secret struct {
	// key is a function because fmt prints the unexported fields of other
	// types without calling their methods, and follows pointers, but does
	// not look into functions.
	key func() []byte
}

func secretOf(key [secretSize]byte) Secret {
	return Secret{func() []byte { return key[:] }}
}

// NewSecret returns a secret of 256 random bits.
func NewSecret() Secret {
	var key [secretSize]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the process instead
	return secretOf(key)
}

// encode returns the line in the secret's file: the prefix, then in base64 the
// secret and the start of its SHA-256, which shows damage.
func (s Secret) encode() []byte {
	sum := sha256.Sum256(s.key())
	raw := slices.Concat(s.key(), sum[:checkSize])
	return append(base64.RawURLEncoding.AppendEncode([]byte(secretPrefix), raw), '\n')
}

// parseSecret decodes what encode returned. Its errors continue a sentence that
// begins with the file's name.
func parseSecret(line []byte) (Secret, error) {
	text, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte(secretPrefix))
	if !ok {
		return Secret{}, errors.New("is not a wick secret")
	}
	raw, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || len(raw) != secretSize+checkSize || bytes.ContainsAny(text, "\r\n") { // base64 skips line breaks
		return Secret{}, errors.New("is damaged or incomplete")
	}
	key, check := raw[:secretSize], raw[secretSize:]
	if sum := sha256.Sum256(key); !bytes.Equal(sum[:checkSize], check) {
		return Secret{}, errors.New("is damaged")
	}
	return secretOf([secretSize]byte(key)), nil
}

// derive returns the subkey of a label, by HKDF-SHA-256 (RFC 5869). It reveals
// nothing about s or the subkeys of other labels.
func (s Secret) derive(label string) Secret {
	b, err := hkdf.Key(sha256.New, s.key(), nil, label, secretSize)
	if err != nil {
		panic("keys: " + err.Error()) // only if the key were longer than HKDF allows
	}
	return secretOf([secretSize]byte(b))
}

// tag returns the first 16 bytes of the HMAC-SHA-256 of data, in 22 characters
// of base64url.
func (s Secret) tag(data []byte) string {
	mac := hmac.New(sha256.New, s.key())
	mac.Write(data)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tagSize])
}

// lengthPrefixed joins parts unambiguously: each follows its length in four
// bytes.
func lengthPrefixed(parts ...string) []byte {
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
