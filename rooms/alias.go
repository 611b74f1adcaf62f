package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// ParseAlias cleans and checks an alias: 1 to MaxAlias letters, digits, combining
// marks, '-', '_' and '.', with at least one letter or digit, not starting with
// '-' or '.', and of one script unless all of it looks Latin. Joiners are dropped.
// The errors are ErrBadAlias, ErrReservedAlias, and ErrTagAlias for an alias that
// reads like a key tag once its separators are dropped.
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
	hasLetterOrDigit := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			hasLetterOrDigit = true
		case !unicode.IsMark(r) && !isSeparator(r):
			return "", ErrBadAlias
		}
	}
	fold := FoldAlias(s)
	if !hasLetterOrDigit || fold == "" || !oneScript(s) && !looksLatin(skeleton(s)) {
		return "", ErrBadAlias
	}
	// Ali is a name, though it folds like "all".
	if slices.Contains(reservedAliases, fold) && !strings.EqualFold(s, "ali") {
		return "", ErrReservedAlias
	}
	if foldsLikeTag(fold) {
		return "", ErrTagAlias
	}
	return s, nil
}

// reservedAliases could pass for the server, its operator, everybody or the
// reader. They are folded.
var reservedAliases = func() []string {
	words := strings.Fields(`
		wick system sys server service host daemon bot
		admin administrator root sysop operator op moderator mod owner staff support
		everyone everybody all here channel room
		me you nobody anonymous anon unknown somebody`)
	for i, w := range words {
		words[i] = FoldAlias(w)
	}
	return words
}()

// FoldAlias returns the same string for aliases that look alike, or differ only in
// case, separators and invisible runes. It returns the case-folded skeleton of UTS
// #39, with i replaced by l, because a capital i looks like l.
//
// Skeletons depend on case. A letter may look Latin in one case only (Н does, н
// does not), or like a different letter in each (ν like v, Ν like N). So an alias
// that looks Latin as a whole folds like the Latin alias. In any other, each letter
// folds in the case that looks Latin; if both do, in lower case.
func FoldAlias(s string) string {
	// A folded letter may fold further: ϛ looks like ς, which folds to σ.
	for range maxFolds {
		folded := foldOnce(s)
		if folded == s {
			break
		}
		s = folded
	}
	return s
}

// maxFolds bounds how often an alias is folded; no letter is known that needs more
// than two steps.
const maxFolds = 8

func foldOnce(s string) string {
	s = strings.Map(dropIgnored, s)
	shown := skeleton(s)
	if !looksLatin(shown) {
		shown = skeleton(strings.Map(latinCase, s))
	}
	shown = strings.ReplaceAll(strings.ToLower(shown), "i", "l")
	return strings.Map(dropIgnored, strings.ToLower(skeleton(shown)))
}

// skeleton returns the skeleton of UTS #39. NFKC and a second pass cover runes that
// have none. NFKC does not come first: it would make s of ſ, which looks like f.
func skeleton(s string) string {
	return confusable.Skeleton(norm.NFKC.String(confusable.Skeleton(s)))
}

// dropIgnored drops what folding ignores. The Arabic tatweel only stretches a word.
func dropIgnored(r rune) rune {
	if isSeparator(r) || r == 0x640 || unicode.In(r, unicode.Join_Control, unicode.Variation_Selector) {
		return -1
	}
	return r
}

// latinCase returns r in lower case, or in upper case if it looks Latin only there.
func latinCase(r rune) rune {
	capital := unicode.ToUpper(r)
	small := unicode.ToLower(capital)
	if !looksLatin(skeleton(string(small))) && looksLatin(skeleton(string(capital))) {
		return capital
	}
	return small
}

// looksLatin reports whether a skeleton shows plain Latin letters and digits,
// with any marks.
func looksLatin(skeleton string) bool {
	return !strings.ContainsFunc(skeleton, func(r rune) bool { return r >= utf8.RuneSelf && !unicode.IsMark(r) })
}

// oneScript reports whether all letters are of one script. A name of mixed scripts
// can imitate another letter by letter; whole words of two scripts seldom look alike.
// East Asian scripts and Latin count as one: the highly restrictive level of UTS #39.
func oneScript(s string) bool {
	var first *unicode.RangeTable
	for _, r := range s {
		script := scriptOf(r)
		switch {
		case script == nil || script == first:
		case first == nil:
			first = script
		case !slices.Contains(eastAsian, script) || !slices.Contains(eastAsian, first):
			return false
		}
	}
	return true
}

// scriptOf returns the script of a rune; nil if several scripts share it.
func scriptOf(r rune) *unicode.RangeTable {
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return nil
	}
	for _, script := range unicode.Scripts {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

var eastAsian = []*unicode.RangeTable{
	unicode.Latin, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
}

func isSeparator(r rune) bool { return r == '-' || r == '_' || r == '.' }
