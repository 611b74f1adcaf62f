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
	sealStep   = 64 // bytes; the padded lengths are multiples of it
	lengthSize = 4  // bytes of the length in front of the plain text
)

// ErrOpen is returned for what was sealed for another room, epoch or kind or
// with another secret, or was changed since.
var ErrOpen = errors.New("sealed for something else, with another secret, or damaged")

// Sealer makes what a shared store keeps unreadable there: by AES-256-GCM with
// random nonces under a key per burning of a room. It is safe from any
// goroutine.
//
// It keeps no key and no name of a room: deriving a key costs little beside a
// store's round trip, and nothing needs wiping when the room is gone.
type Sealer struct {
	names, tags, content Secret
}

// NewSealer returns a sealer. Those of equal secrets open each other's.
func NewSealer(s Secret) *Sealer {
	return &Sealer{
		names:   s.derive("wick room name v1"),
		tags:    s.derive("wick tag v1"),
		content: s.derive("wick content v1"),
	}
}

// RoomKey stands for the room's name, in 22 characters of base64url.
func (s *Sealer) RoomKey(room string) string { return s.names.tag([]byte(room)) }

// Tag stands for a value of a kind within one burning of a room, in 22
// characters of base64url: equal for equal values, and for those only.
func (s *Sealer) Tag(room, epoch, kind, value string) string {
	return s.tags.tag(pack(room, epoch, kind, value))
}

// Seal returns plain unreadable, lengthened by its nonce and tag (28 bytes)
// and by padding to 64-byte steps. plain is not changed.
func (s *Sealer) Seal(room, epoch, kind string, plain []byte) []byte {
	padded := make([]byte, padding(len(plain)))
	binary.BigEndian.PutUint32(padded, uint32(len(plain)))
	copy(padded[lengthSize:], plain)
	return s.box(room, epoch).Seal(nil, nil, padded, pack(room, epoch, kind))
}

// Open returns what was sealed for the same room, epoch and kind, or ErrOpen.
// sealed is not changed.
func (s *Sealer) Open(room, epoch, kind string, sealed []byte) ([]byte, error) {
	padded, err := s.box(room, epoch).Open(nil, nil, sealed, pack(room, epoch, kind))
	if err != nil || len(padded) < lengthSize {
		return nil, ErrOpen
	}
	n := uint64(binary.BigEndian.Uint32(padded))
	if n > uint64(len(padded)-lengthSize) {
		return nil, ErrOpen
	}
	return padded[lengthSize : lengthSize+n], nil
}

// padding is the padded length of n bytes.
func padding(n int) int {
	return (lengthSize + n + sealStep - 1) / sealStep * sealStep
}

func (s *Sealer) box(room, epoch string) cipher.AEAD {
	key, err := hkdf.Expand(sha256.New, s.content.key(), string(pack(room, epoch)), secretSize)
	if err != nil {
		panic("keys: " + err.Error()) // only for lengths that are not asked for
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("keys: " + err.Error())
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("keys: " + err.Error()) // only for blocks that are not of crypto/aes
	}
	return box
}
