package rooms

import (
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
	ErrReservedName = errors.New("machines send that name by themselves, so it cannot be a room")
)

// Name is a validated room name. The zero value is not a name.
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
	s = strings.ToLower(s) // only now: see lowerASCII
	if isReserved(s) {
		return Name{}, ErrReservedName
	}
	return Name{s}, nil
}

// NewName returns a new name of 60 random bits, such as k7f3-q9xm-2tdw.
func NewName() Name { return Name{newCode()} }

// String returns the name as people type it; empty for no name.
func (n Name) String() string { return n.s }

// IsZero reports whether n is the zero value.
func (n Name) IsZero() bool { return n.s == "" }

// LogValue keeps room names out of logs.
func (n Name) LogValue() slog.Value { return slog.StringValue("[room]") }
