package sshapp

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"wick/rooms"
)

// maxRawMarks is how many marks in a row JSON shows on a letter. Terminals stack more of
// them over the rows around.
const maxRawMarks = 6

// escapeUnsafe returns JSON with every character escaped that is not safe to print:
// controls, invisible characters and those that change the direction of writing, blanks
// of unusual width, unassigned and private ones, and marks that are not on a letter. It
// means the same, since in valid JSON only strings have characters beyond ASCII.
func escapeUnsafe(line string) string {
	unsafe := func(r rune) bool { return r > '~' }
	if !strings.ContainsFunc(line, unsafe) {
		return line
	}
	var b strings.Builder
	marks := maxRawMarks // that the character before has; maxRawMarks if it may have none
	for i, r := range line {
		isMark := unicode.IsMark(r)
		raw := r < utf8.RuneSelf && r <= '~' || rooms.IsVisible(r)
		switch {
		case isMark:
			raw = raw && marks < maxRawMarks
			marks++
		case unicode.IsLetter(r) && line[max(i-1, 0)] != '\\': // the letter of an escape, as in \n, is none
			marks = 0
		default:
			marks = maxRawMarks
		}
		switch hi, lo := utf16.EncodeRune(r); {
		case raw:
			b.WriteRune(r)
		case hi != utf8.RuneError:
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
