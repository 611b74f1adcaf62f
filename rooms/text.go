package rooms

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what people type, in characters. MaxText is the default of
// HubConfig.MaxText.
const (
	MaxText  = 2000
	MaxAlias = 24
)

// Errors of what people type.
var (
	ErrEmpty         = errors.New("the message is empty")
	ErrTooLong       = errors.New("that is longer than a message may be")
	ErrTooFast       = errors.New("that was too fast: wait a second")
	ErrTooShort      = errors.New("a countdown is at least 10 s")
	ErrBadAlias      = errors.New("a name is 1 to 24 letters of one script, digits, dots, hyphens and underscores")
	ErrReservedAlias = errors.New("that name is reserved: choose another")
	ErrTagAlias      = errors.New("that name looks like a key tag: choose another")
)

// CleanText makes text safe to show on somebody else's terminal. It is called each time
// a text is drawn, and what it returns is never kept in place of the text. The result
// is valid UTF-8 of printable characters, spaces and '\n'; text that is clean already
// is returned as it is.
//
// Every kind of line break becomes '\n', a tab the spaces up to the next tab stop, and
// invalid UTF-8, unassigned and private characters U+FFFD. Controls, bidirectional and other
// invisible formatting, fillers, noncharacters and tags except those of three
// flags are removed, and so are marks on a letter of another script. The visible
// rest of an escape sequence stays as text. Joiners stay if emoji or scripts need
// them, variation selectors and skin tones if they have something to vary. A
// grapheme cluster keeps maxCluster runes and maxMarks combining marks, and no
// line starts with a mark. Trailing spaces and the blank lines around the text
// are trimmed.
func CleanText(s string) string { return cleanText(s, false) }

// CleanLine is CleanText for a single line: line breaks become spaces, and the
// spaces around the text are trimmed.
func CleanLine(s string) string { return cleanText(s, true) }

func cleanText(s string, line bool) string {
	if c := (cleaner{line: line}); !plainASCII(s) {
		c.out = make([]byte, 0, len(s))
		return c.run(strings.ToValidUTF8(s, "\uFFFD"))
	}
	if line {
		s = strings.TrimLeft(s, " ")
	}
	return strings.TrimRight(s, " ")
}

func plainASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// cleanRune returns what may stay of a rune whatever stands around it: itself, '
// ', '\n', U+FFFD, or -1 for nothing.
func cleanRune(r rune) rune {
	switch {
	case r >= ' ' && r <= '~':
		return r
	case r >= '\n' && r <= '\r', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r),
		r >= 0xE0100 && r <= 0xE01EF, // the supplement of variation selectors
		unicode.Is(prefixLetters, r):
		return -1
	case unicode.IsPrint(r), unicode.Is(unicode.Join_Control, r), r == 0x3000:
		return r
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point):
		return -1
	case isPictographic(r): // reserved for emoji to come
		return r
	}
	return utf8.RuneError
}

// prefixLetters are letters of old spellings that form one cluster with whatever
// follows. Some terminals draw it as wide as that, others wider.
var prefixLetters = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0D4E, Hi: 0x0D4E, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1}, {Lo: 0x113D1, Hi: 0x113D1, Stride: 1}, {Lo: 0x1193F, Hi: 0x11941, Stride: 2},
		{Lo: 0x11A3A, Hi: 0x11A3A, Stride: 1}, {Lo: 0x11A84, Hi: 0x11A89, Stride: 1}, {Lo: 0x11D46, Hi: 0x11D46, Stride: 1},
		{Lo: 0x11F02, Hi: 0x11F02, Stride: 1},
	},
}

// IsVisible reports whether a rune shows something on a terminal by itself, or on the
// character before it, and has no effect beyond that. A space is visible, one of
// another width is not.
func IsVisible(r rune) bool {
	return cleanRune(r) == r && unicode.IsPrint(r) && !unicode.Is(unicode.Variation_Selector, r) || r == 0x3000
}

func isSpace(r rune) bool { return r == ' ' || r == 0x3000 }
