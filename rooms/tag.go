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

// KeyTag is a short sign of a key within one burning of a room, by which people
// tell who comes back from who only bears the name. It has 19.2 bits: the same
// key has another tag in every burning, so that a wanted one cannot be prepared.
//
// It hashes until a tag comes out, 1.7 times on average.
func KeyTag(epoch, identity string) string {
	sum := sha256.Sum256([]byte("wick key tag v2\x00" + epoch + "\x00" + identity))
	for {
		for raw := sum[:]; len(raw) >= tagLength; raw = raw[tagLength:] {
			if tag := spell(raw[:tagLength]); isTag(tag) {
				return tag
			}
		}
		sum = sha256.Sum256(sum[:])
	}
}

// Tagged is the seat as it is in a burning of the room: with its Tag. Stores hand
// out no other.
func (s Seat) Tagged(epoch string) Seat {
	s.Tag = ""
	if s.Keyed {
		s.Tag = KeyTag(epoch, s.Identity)
	}
	return s
}

// KeyTag is the seat's Tag.
func (s Seat) KeyTag() string { return s.Tag }

// isTag reports whether s is written exactly as a key tag is.
func isTag(s string) bool {
	return len(s) == tagLength && strings.Trim(s, alphabet) == "" && strings.ContainsAny(s[:tagLength-1], tagDigits)
}

// typedTag reads a key tag as people type it, in either case and without
// separators. It returns the empty string for anything else.
func typedTag(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'A' && c <= 'Z' { // other letters, too, have lower cases in ASCII
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	if !isTag(b.String()) {
		return ""
	}
	return b.String()
}

// foldsLikeTag reports whether a folded alias is what some key tag folds to:
// then people could take the alias for that tag.
func foldsLikeTag(fold string) bool { return foldsLikeRest(fold, 0, false) }

// foldsLikeRest is foldsLikeTag after n characters of the tag. A fold may be
// read in several ways: what m folds to is two letters.
func foldsLikeRest(fold string, n int, digit bool) bool {
	if n == tagLength {
		return fold == "" && digit
	}
	for i, shown := range tagFolds {
		rest, ok := strings.CutPrefix(fold, shown)
		if ok && foldsLikeRest(rest, n+1, digit || n < tagLength-1 && strings.IndexByte(tagDigits, alphabet[i]) >= 0) {
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
