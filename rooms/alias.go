package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseAlias cleans a name for a person and checks it: 1 to MaxAlias letters,
// digits, combining marks, '-', '_' and '.', with a letter or digit among them
// and none of '-' and '.' in front. Joiners are dropped. The errors are
// ErrBadAlias and ErrReservedAlias.
func ParseAlias(s string) (string, error) {
	s = CleanLine(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Join_Control, r) {
			return -1
		}
		return r
	}, s))
	if s == "" || s[0] == '-' || s[0] == '.' || utf8.RuneCountInString(s) > MaxAlias {
		return "", ErrBadAlias
	}
	named := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			named = true
		case !unicode.IsMark(r) && !separator(r):
			return "", ErrBadAlias
		}
	}
	if !named {
		return "", ErrBadAlias
	}
	// Ali is a name, though it folds like "all".
	if slices.Contains(reservedAliases, FoldAlias(s)) && !strings.EqualFold(s, "ali") {
		return "", ErrReservedAlias
	}
	return s, nil
}

// reservedAliases are what could pass for the server, for everybody or for
// whoever reads, folded.
var reservedAliases = func() []string {
	words := strings.Fields("wick system server host admin root everyone all here you me nobody")
	for i, w := range words {
		words[i] = FoldAlias(w)
	}
	return words
}()

// FoldAlias is equal for aliases that look alike: it ignores case, fullwidth
// forms, separators and invisible runes, and takes 0 for o, and 1 and i for l.
// That is not the skeleton of UTS #39: letters of other scripts that look like
// these, and composed against decomposed accents, stay distinct.
func FoldAlias(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E { // fullwidth ASCII
			r -= 0xFF01 - '!'
		}
		r = unicode.ToLower(unicode.ToUpper(r))
		switch {
		case separator(r), unicode.Is(unicode.Join_Control, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case r == '0':
			return 'o'
		case r == '1' || r == 'i':
			return 'l'
		}
		return r
	}, s)
}

func separator(r rune) bool { return r == '-' || r == '_' || r == '.' }
