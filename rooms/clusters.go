package rooms

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

const dottedCircle = 0x25CC // the base on which a mark alone is shown

const blackFlag = 0x1F3F4 // the base of flags with tags

// flagTags are the tag sequences of England, Scotland and Wales, see UTS #51.
var flagTags = [...]string{
	"\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
	"\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
	"\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",
}

// joiningScripts are the scripts in which a joiner changes the shape of the
// letters around it.
var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Myanmar, unicode.Khmer,
}

// viramas silence the vowel of a letter in the joiningScripts. U+200D after one
// selects the letter's shape even at the end of a word; RFC 5892, A.2, allows it
// there in names, too.
var viramas = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x094D, Hi: 0x0D4D, Stride: 0x80}, // Devanagari to Malayalam
	{Lo: 0x0DCA, Hi: 0x0DCA, Stride: 1},    // Sinhala
	{Lo: 0x1039, Hi: 0x103A, Stride: 1},    // Myanmar
	{Lo: 0x17D2, Hi: 0x17D2, Stride: 1},    // Khmer
}}

// isPictographic reports whether r is a base of emoji: a joiner ties it to
// another, by rule GB11 of UAX #29, and it does not extend a letter.
func isPictographic(r rune) bool {
	return r > '~' && isCluster(utf8.AppendRune([]byte("☺\u200D"), r)) && !isCluster(utf8.AppendRune([]byte("a"), r))
}

// startsCluster reports whether r is one of the common letters that begin a
// cluster whatever stands before them, except prefixLetters, which cleanRune
// removes. It is a shortcut: for other runes, isCluster decides.
func startsCluster(r rune) bool {
	switch {
	case r < 0xC0:
		return r >= ' ' && r <= '~'
	case r < 0x300, // Latin
		r >= 0x370 && r < 0x483, r >= 0x48A && r < 0x530, // Greek, Cyrillic
		r >= 0x3041 && r < 0x3097, r >= 0x30A1 && r < 0x30FB, // kana
		r >= 0x4E00 && r < 0xA000: // Chinese
		return true
	}
	return false
}

func isCluster(b []byte) bool {
	_, rest, _, _ := uniseg.FirstGraphemeCluster(b, -1)
	return len(rest) == 0
}
