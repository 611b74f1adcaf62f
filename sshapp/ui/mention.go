package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

// gutter stands before the time of what calls for this session's person.
const gutter = "▌"

// calls tells whether a message calls for this session's person: direct words do,
// and the person's name.
func calls(e rooms.Event, you rooms.Seat) bool {
	if e.Kind != rooms.Message || e.Burnt || e.From.Identity == you.Identity {
		return false
	}
	return e.To != nil || mentions(e.Text, you.Alias)
}

// isMention reports whether the message calls for this session's person.
func (t *transcript) isMention(e rooms.Event) bool {
	return calls(e, rooms.Seat{Identity: t.me, Alias: t.alias})
}

func mentions(text, alias string) bool {
	from, _ := placeOf(text, alias)
	return from >= 0
}

// placeOf finds the first place where a text has the alias as a word of its own, in
// upper or lower case; -1 where it has not. Hyphens and dots join words as they do
// names: "ann" is not in "ann-marie".
func placeOf(text, alias string) (from, to int) {
	if alias == "" {
		return -1, -1
	}
	start := true // a word may start here
	for i, r := range text {
		if start {
			if n := foldedPrefix(text[i:], alias); n > 0 && ends(text[i+n:]) {
				return i, i + n
			}
		}
		start = !nameRune(r) && !joins(r, text[:i])
	}
	return -1, -1
}

// foldedPrefix is how many bytes of s the prefix takes, in whatever case; 0 where
// s starts otherwise.
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

// ends tells whether a word may end before the rest.
func ends(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	if joiner(r) {
		r, _ = utf8.DecodeRuneInString(rest[n:])
	}
	return !nameRune(r)
}

// joins tells whether r, after the text, goes on with a word.
func joins(r rune, before string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return joiner(r) && nameRune(last)
}

func joiner(r rune) bool { return r == '-' || r == '.' }

// nameRune tells whether r is part of a name. What no text holds, such as the
// replacement of an empty one, is not.
func nameRune(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// highlight paints the alias wherever a line has it. A line that is styled already
// stays as it is: the alias may stand in the address of a link.
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
