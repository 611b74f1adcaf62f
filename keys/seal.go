package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

const (
	sealStep   = 64 // bytes; padded lengths are multiples of it
	lengthSize = 4  // bytes of the length before the plaintext
)

// ErrOpen is returned for a box that was sealed for another room, epoch or
// kind, or with another secret, or that was changed since.
var ErrOpen = errors.New("sealed for something else, with another secret, or damaged")

// Sealer encrypts what goes to a shared store: AES-256-GCM with random nonces
// and a key for each epoch of a room. It is safe for concurrent use.
//
// It keeps no room's key or name: deriving a key costs little compared with a
// store's round trip, and nothing needs wiping when the room is gone.
type Sealer struct {
	names, tags, content Secret
}

// NewSealer returns a sealer. Sealers of equal secrets open each other's boxes.
func NewSealer(s Secret) *Sealer {
	return &Sealer{
		names:   s.derive("wick room name v1"),
		tags:    s.derive("wick tag v1"),
		content: s.derive("wick content v1"),
	}
}

// RoomKey returns a pseudonym of the room's name: 22 characters of base64url.
func (s *Sealer) RoomKey(room string) string { return s.names.tag([]byte(room)) }

// Tag returns a pseudonym of a value within an epoch of a room: 22 characters
// of base64url. Two tags are equal only if all arguments are.
func (s *Sealer) Tag(room, epoch, kind, value string) string {
	return s.tags.tag(lengthPrefixed(room, epoch, kind, value))
}

// Seal returns plain padded to 64-byte steps and encrypted, with nonce and tag
// (28 bytes). It does not change plain.
func (s *Sealer) Seal(room, epoch, kind string, plain []byte) []byte {
	padded := make([]byte, paddedLen(len(plain)))
	binary.BigEndian.PutUint32(padded, uint32(len(plain)))
	copy(padded[lengthSize:], plain)
	return s.aead(room, epoch).Seal(nil, nil, padded, lengthPrefixed(room, epoch, kind))
}

// Open returns the plaintext of what Seal returned for the same room, epoch and
// kind. Otherwise it returns ErrOpen. It does not change sealed.
func (s *Sealer) Open(room, epoch, kind string, sealed []byte) ([]byte, error) {
	padded, err := s.aead(room, epoch).Open(nil, nil, sealed, lengthPrefixed(room, epoch, kind))
	if err != nil || len(padded) < lengthSize {
		return nil, ErrOpen
	}
	n := uint64(binary.BigEndian.Uint32(padded))
	if n > uint64(len(padded)-lengthSize) {
		return nil, ErrOpen
	}
	return padded[lengthSize : lengthSize+n], nil
}

// paddedLen returns the length of n bytes with their length and padding.
func paddedLen(n int) int {
	return (lengthSize + n + sealStep - 1) / sealStep * sealStep
}

// aead returns the cipher of one epoch of a room.
func (s *Sealer) aead(room, epoch string) cipher.AEAD {
	key, err := hkdf.Expand(sha256.New, s.content.key(), string(lengthPrefixed(room, epoch)), secretSize)
	if err != nil {
		panic("keys: " + err.Error()) // only if the key were longer than HKDF allows
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("keys: " + err.Error())
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("keys: " + err.Error()) // only for a block that is not from crypto/aes
	}
	return gcm
}
