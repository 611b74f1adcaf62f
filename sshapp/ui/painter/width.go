package painter

import (
	"unicode"
	"unicode/utf8"
)

// plainChar returns the bytes and cells of the first character of a text, beyond
// ASCII, if they are known without looking at grapheme clusters, which costs
// twenty times as much; otherwise size is 0. The text is not empty.
func plainChar(text string) (size, width int) {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case isNarrow(r):
		width = 1
	case IsWide(r):
		width = 2
	}
	if width == 0 || !startsApart(text[size:]) {
		return 0, 0
	}
	return size, width
}

// isNarrow reports whether a character that stands alone is known to be one
// cell wide: letters of western languages and what wick itself draws with.
func isNarrow(r rune) bool {
	return 0xA1 <= r && r < 0x300 && r != 0xAD || 0x2500 <= r && r <= 0x257F || r == '●' || r == '❯' || r == '…'
}

// IsWide reports whether a character is known to be two cells wide and to join
// nothing before it: ideographs, Kana without their marks, syllables of Hangul.
func IsWide(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF ||
		0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA || 0xAC00 <= r && r <= 0xD7A3
}

// startsApart reports whether a text is known to start with something that
// leaves the character before it alone.
func startsApart(text string) bool {
	if text == "" || text[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text)
	return isNarrow(r) || IsWide(r)
}

// Joins reports whether some terminals join a character to the one before:
// marks, joiners, parts of Hangul syllables, skin tones.
func Joins(r rune) bool {
	return r >= 0x300 && (unicode.In(r, unicode.M, unicode.Cf) ||
		0x1100 <= r && r <= 0x11FF || 0xA960 <= r && r <= 0xA97F || 0xD7B0 <= r && r <= 0xD7FF ||
		0x1F3FB <= r && r <= 0x1F3FF)
}

// hasAgreedWidth reports whether terminals agree about the width of a character
// that stands alone. They do not beyond the BMP, the home of emoji and of young
// scripts.
func hasAgreedWidth(r rune) bool { return r <= 0xFFFF && !Joins(r) }
