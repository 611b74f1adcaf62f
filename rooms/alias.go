package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"
)

// ParseAlias cleans a name for a person and checks it: 1 to MaxAlias letters,
// digits, combining marks, '-', '_' and '.', with a letter or digit among them
// and none of '-' and '.' in front, and of one script unless all of it looks
// Latin. Joiners are dropped. The errors are ErrBadAlias, ErrReservedAlias, and
// ErrTagAlias for what reads like a key tag, whatever separators are in it.
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
	fold := FoldAlias(s)
	if !named || fold == "" || !oneScript(s) && !looksLatin(skeleton(s)) {
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

// reservedAliases are what could pass for the server, for who runs it, for
// everybody or for whoever reads, folded.
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

// FoldAlias is equal for aliases that look alike, or differ in case, separators
// and invisible runes only. It is the case-folded skeleton of UTS #39, and takes
// i for l besides: a capital one is one.
//
// Skeletons know case, and a letter may look Latin in one case alone: Н, but not
// н; or like two letters: ν and Ν. So an alias that looks Latin as a whole folds
// like the Latin one that it shows. In any other, letters fold like the case of
// theirs that looks Latin, the small one first.
func FoldAlias(s string) string {
	// What a letter looks like may look like yet another in its other case, as ϛ
	// like ς, which is a σ.
	for range maxFolds {
		again := foldOnce(s)
		if again == s {
			break
		}
		s = again
	}
	return s
}

// maxFolds bounds how far a chain of looks is followed; two steps are the
// longest known.
const maxFolds = 8

func foldOnce(s string) string {
	s = strings.Map(unfolded, s)
	shown := skeleton(s)
	if !looksLatin(shown) {
		shown = skeleton(strings.Map(plainCase, s))
	}
	shown = strings.ReplaceAll(strings.ToLower(shown), "i", "l")
	return strings.Map(unfolded, strings.ToLower(skeleton(shown)))
}

// skeleton is that of UTS #39 for what has one, and then for what NFKC makes of
// the rest: ſ looks like f, whatever it stands for.
func skeleton(s string) string {
	return confusable.Skeleton(norm.NFKC.String(confusable.Skeleton(s)))
}

// unfolded drops what folding ignores. The Arabic tatweel only stretches a word.
func unfolded(r rune) rune {
	if separator(r) || r == 0x640 || unicode.In(r, unicode.Join_Control, unicode.Variation_Selector) {
		return -1
	}
	return r
}

// plainCase is the small letter of r, or the capital one if that alone looks Latin.
func plainCase(r rune) rune {
	capital := unicode.ToUpper(r)
	small := unicode.ToLower(capital)
	if !looksLatin(skeleton(string(small))) && looksLatin(skeleton(string(capital))) {
		return capital
	}
	return small
}

// looksLatin tells whether a skeleton shows plain Latin letters and digits,
// with any marks.
func looksLatin(skeleton string) bool {
	return !strings.ContainsFunc(skeleton, func(r rune) bool { return r >= utf8.RuneSelf && !unicode.IsMark(r) })
}

// oneScript tells whether all letters are of one script, as single letters of
// two look alike more often than words do. What is written in East Asia counts
// as one, with Latin in it: the highly restrictive level of UTS #39.
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

// scriptOf is nil for what all scripts share.
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

func separator(r rune) bool { return r == '-' || r == '_' || r == '.' }
