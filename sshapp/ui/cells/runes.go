package cells

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// IsWide reports whether a character is known to be two cells wide and to join nothing
// before it: ideographs, Kana without their marks, syllables of Hangul.
func IsWide(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF ||
		0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA || 0xAC00 <= r && r <= 0xD7A3
}

// isNarrow reports whether a character is known to be one cell wide on most terminals
// and to join nothing before it: letters of Latin, Greek and Cyrillic, and what wick
// itself draws with.
func isNarrow(r rune) bool {
	return 0xA1 <= r && r < 0x300 && r != 0xAD || 0x370 <= r && r <= 0x482 || 0x48A <= r && r <= 0x52F ||
		0x2500 <= r && r <= 0x257F || r == '●' || r == '❯' || r == '…'
}

// StartsApart reports whether a text is known to start with something that leaves the
// character before it alone. False does not say that it joins it.
func StartsApart(text string) bool {
	if text == "" || text[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text)
	return StandsApart(r)
}

// StandsApart reports whether a character is known to join nothing before it, and nothing
// after it that StandsApart itself.
func StandsApart(r rune) bool { return r < utf8.RuneSelf || isNarrow(r) || IsWide(r) }

// Joins reports whether some terminals join a character to the one before: marks,
// joiners, parts of Hangul syllables, skin tones.
func Joins(r rune) bool {
	return r >= 0x300 && (unicode.In(r, unicode.M, unicode.Cf) || isJamo(r) || isHangulEnd(r) || 0x1F3FB <= r && r <= 0x1F3FF)
}

// isJamo reports whether a character is a leading part of a Hangul syllable.
func isJamo(r rune) bool { return 0x1100 <= r && r <= 0x115F || 0xA960 <= r && r <= 0xA97F }

// isHangulEnd reports whether a character is a vowel or a final part of a Hangul
// syllable.
func isHangulEnd(r rune) bool { return 0x1160 <= r && r <= 0x11FF || 0xD7B0 <= r && r <= 0xD7FF }

// hasAgreedWidth reports whether terminals agree about the width of a character that
// stands alone. They do not beyond the BMP, the home of emoji and of young scripts.
func hasAgreedWidth(r rune) bool { return r <= 0xFFFF && !Joins(r) }

// runeCells returns the most cells that a terminal gives to a rune that it measures by
// itself, if characters of ambiguous width take one.
func runeCells(r rune) int {
	switch {
	case r < 0x300:
		if unicode.IsControl(r) {
			return 0
		}
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		if isYoung(r) { // old terminals do not know that it is a mark
			return 1
		}
		return 0
	case unicode.Is(unicode.Cf, r):
		if isYoung(r) || unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
			return 1
		}
		return 0
	case isHangulEnd(r): // most terminals: 0
		return 1
	case 0x1F1E6 <= r && r <= 0x1F1FF, 0x1F300 <= r && r <= 0x1FAFF: // letters of flags, emoji
		return 2
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// isYoung reports whether a character is in one of the planes that young scripts use.
func isYoung(r rune) bool { return 0x10000 <= r && r < 0xE0000 }

func isAmbiguous(r rune) bool {
	if 0x2500 <= r && r <= 0x257F { // quicker to find: wick draws with them
		return r <= 0x254B || 0x2550 <= r && r <= 0x2573
	}
	return width.LookupRune(r).Kind() == width.EastAsianAmbiguous
}

func isGreekOrCyrillic(r rune) bool { return 0x370 <= r && r <= 0x52F }
