package rooms

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
)

// Bounds of a chosen room name, in characters.
const (
	MinName = 3
	MaxName = 32
)

var (
	// ErrBadName is returned for text that cannot name a room.
	ErrBadName = errors.New("a room name is 3 to 32 of a-z 0-9 - _ . and starts with a letter or a digit")
	// ErrReservedName is returned for names that machines send by themselves.
	ErrReservedName = errors.New("that name is one that machines send by themselves, so it is never a room")
)

// Name is a validated room name. The zero value is no name.
type Name struct{ s string }

// ParseName folds upper case and validates s. The errors are ErrBadName and
// ErrReservedName.
func ParseName(s string) (Name, error) {
	if len(s) < MinName || len(s) > MaxName || strings.ContainsRune("-_.", rune(s[0])) {
		return Name{}, ErrBadName
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return Name{}, ErrBadName
		}
	}
	// Only now: other letters, too, have lower cases in ASCII.
	s = strings.ToLower(s)
	if reserved[s] {
		return Name{}, ErrReservedName
	}
	return Name{s}, nil
}

// alphabet is Crockford's base 32 in lower case: no i, l, o or u, so that
// nothing in a name read aloud or copied by hand looks like something else.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// NewName makes a name of 60 random bits, in fours: k7f3-q9xm-2tdw.
func NewName() Name { return Name{newCode()} }

// NewToken makes the secret of an invitation, of the same form.
func NewToken() string { return newCode() }

// codeLength is how many characters of the alphabet nobody guesses: 60 bits.
const codeLength = 12

func newCode() string {
	var raw [codeLength]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	return spell(raw[:])
}

// spell writes five bits of each byte, in fours.
func spell(raw []byte) string {
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%32])
	}
	return b.String()
}

// String is the name as people type it; empty for no name.
func (n Name) String() string { return n.s }

// IsZero tells whether n is no name.
func (n Name) IsZero() bool { return n.s == "" }

// LogValue keeps a room's name out of every log.
func (n Name) LogValue() slog.Value { return slog.StringValue("[room]") }

// reserved holds the login names that ssh sends when a person typed none, and
// the words that addresses give a meaning of their own.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`
		new root admin administrator ubuntu debian fedora centos rocky almalinux
		arch alpine opensuse suse ec2-user cloud-user azureuser opc core vagrant
		pi user guest git test tester testuser nobody daemon operator oracle
		postgres mysql redis www www-data nginx apache ftp ftpuser backup deploy
		ansible jenkins docker ssh sshd system support service default demo me
		runner node app server host localhost anonymous`) {
		m[s] = true
	}
	return m
}()
