package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

// gutter stands before the time of a message that mentions this session's person.
const gutter = "▌"

// isMention reports whether a message mentions a person by name or is a direct message
// to them.
func isMention(e *rooms.Event, you rooms.Seat) bool {
	if e.Kind != rooms.Message || e.Burnt || e.From.Identity == you.Identity {
		return false
	}
	return e.To != nil || mentions(e.Text, you.Alias)
}

// isMention reports whether a message mentions this session's person.
func (t *transcript) isMention(e *rooms.Event) bool {
	return isMention(e, rooms.Seat{Identity: t.me, Alias: t.alias})
}

// mentions reports whether the alias is in a text as it is drawn: without what is
// invisible. Cleaning the text for every session would cost too much.
func mentions(text rooms.Text, alias string) bool {
	if isASCII(string(text)) && isASCII(alias) && !containsFolded(string(text), alias) {
		return false // as most texts, of which every session has to know
	}
	visible := strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, string(text))
	from, _ := placeOf(visible, alias)
	return from >= 0
}

// containsFolded reports whether a text in ASCII contains another one, in upper or lower
// case.
func containsFolded(text, part string) bool {
	if part == "" {
		return true
	}
	const caseBit = 'a' ^ 'A'
	for i := range len(text) - len(part) + 1 {
		if text[i]|caseBit == part[0]|caseBit && strings.EqualFold(text[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// isASCII reports whether a text is in ASCII.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// placeOf returns the first place of the alias in a text as a word of its own, in
// upper or lower case; from is -1 if there is none. Hyphens and dots join words as they
// do in names: "ann" is not in "ann-marie".
func placeOf(text, alias string) (from, to int) {
	if alias == "" {
		return -1, -1
	}
	start := true // a word may start here
	for i, r := range text {
		if start {
			if n := foldedPrefix(text[i:], alias); n > 0 && wordEndsBefore(text[i+n:]) {
				return i, i + n
			}
		}
		start = !nameRune(r) && !continuesWord(r, text[:i])
	}
	return -1, -1
}

// foldedPrefix returns how many bytes of s the prefix takes, in upper or lower case; 0
// if s does not start with it.
func foldedPrefix(s, prefix string) int {
	n := 0
	for _, p := range prefix {
		r, size := utf8.DecodeRuneInString(s[n:])
		if size == 0 || r != p && unicode.ToLower(r) != unicode.ToLower(p) {
			return 0
		}
		n += size
	}
	return n
}

// wordEndsBefore reports whether a word ends before the rest of its text.
func wordEndsBefore(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	if joiner(r) {
		r, _ = utf8.DecodeRuneInString(rest[n:])
	}
	return !nameRune(r)
}

// continuesWord reports whether r continues the word at the end of a text.
func continuesWord(r rune, before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return joiner(r) && nameRune(last)
}

func joiner(r rune) bool { return r == '-' || r == '.' }

// nameRune reports whether r can be part of a name. RuneError, which stands for the
// end of a text, cannot.
func nameRune(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// highlight paints every occurrence of the alias in a line. It leaves a line that has
// styles alone, since the alias may be part of the address of a link.
func highlight(i ink, line, alias string) string {
	if strings.ContainsRune(line, ansi.ESC) {
		return line
	}
	var out strings.Builder
	for {
		from, to := placeOf(line, alias)
		if from < 0 {
			break
		}
		out.WriteString(line[:from])
		out.WriteString(i.on)
		out.WriteString(line[from:to])
		out.WriteString(i.off)
		line = line[to:]
	}
	out.WriteString(line)
	return out.String()
}
