package rooms

import (
	"crypto/sha256"
	"strings"
)

// A key tag is four characters of the alphabet, with a digit from 2 to 9 among
// the first three. So no word is a tag, and neither is a word with one digit
// behind it, such as bob2; 0 and 1 do not count, as they look like letters.
// ParseAlias refuses what reads like a tag, so that a tag names one person.
const (
	tagLength = 4
	tagDigits = "23456789"
)

// KeyTag returns a short fingerprint of a key within one burning of a room, by which
// people distinguish somebody who comes back from somebody with the same name. It has
// 19.2 bits: the same key has another tag in every burning, so that a wanted one cannot
// be prepared.
//
// It hashes until a tag comes out, 1.7 times on average.
func KeyTag(epoch, identity string) string {
	sum := sha256.Sum256([]byte("wick key tag v2\x00" + epoch + "\x00" + identity))
	for {
		for raw := sum[:]; len(raw) >= tagLength; raw = raw[tagLength:] {
			if tag := encodeCode(raw[:tagLength]); isTag(tag) {
				return tag
			}
		}
		sum = sha256.Sum256(sum[:])
	}
}

// Tagged returns the seat with the Tag that it has in a burning of the room.
// Stores return no other.
func (s Seat) Tagged(epoch string) Seat {
	s.Tag = ""
	if s.Keyed {
		s.Tag = KeyTag(epoch, s.Identity)
	}
	return s
}

// KeyTag returns the seat's Tag.
func (s Seat) KeyTag() string { return s.Tag }

// isTag reports whether s is written exactly as a key tag is.
func isTag(s string) bool {
	return len(s) == tagLength && strings.Trim(s, alphabet) == "" && strings.ContainsAny(s[:tagLength-1], tagDigits)
}

// parseTag reads a key tag as people type it, in either case. It returns the
// empty string for anything else.
func parseTag(s string) string {
	lower := []byte(s)
	for i, c := range lower {
		lower[i] = lowerASCII(c)
	}
	if !isTag(string(lower)) {
		return ""
	}
	return string(lower)
}

// foldsLikeTag reports whether a folded alias is what some key tag folds to: then
// people could take the alias for that tag.
func foldsLikeTag(fold string) bool { return foldsLikeRestOfTag(fold, 0, false) }

// foldsLikeRestOfTag is foldsLikeTag after n characters of the tag, a digit among
// them or not. A fold may be read in several ways: what m folds to is two
// letters.
func foldsLikeRestOfTag(fold string, n int, digit bool) bool {
	if n == tagLength {
		return fold == "" && digit
	}
	for i, char := range tagFolds {
		rest, ok := strings.CutPrefix(fold, char)
		if ok && foldsLikeRestOfTag(rest, n+1, digit || n < tagLength-1 && strings.IndexByte(tagDigits, alphabet[i]) >= 0) {
			return true
		}
	}
	return false
}

// tagFolds are what the characters of the alphabet fold to, in its order.
var tagFolds = func() []string {
	folds := make([]string, len(alphabet))
	for i := range folds {
		folds[i] = FoldAlias(alphabet[i : i+1])
	}
	return folds
}()
