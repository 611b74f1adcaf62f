package sshd

import (
	"regexp"
	"unicode/utf8"
)

// class says what to do with the bytes at the start of the input.
type class uint8

const (
	passed class = iota
	dropped
	unfinished // depends on bytes that have not come yet
	pasteBegins
	stringBegins
)

// SequenceLen returns the length of the character or escape sequence at the start of
// what a Read of Terminal.Input returned, in bytes: at least 1.
func SequenceLen(input string) int {
	n, _ := scan([]byte(input))
	return max(n, 1)
}

// scan returns the length and the class of the character, key or escape sequence at
// the start of b, which must not be empty. It looks at maxSequence bytes at most.
func scan(b []byte) (int, class) {
	switch c := b[0]; {
	case c == 0:
		return 1, dropped
	case c == escape:
		return scanEscape(b)
	case c < utf8.RuneSelf:
		return 1, passed
	case !utf8.FullRune(b):
		return 0, unfinished
	}
	if r, n := utf8.DecodeRune(b); r == utf8.RuneError || r < 0xa0 {
		return n, dropped // invalid, or C1
	} else {
		return n, passed
	}
}

func scanEscape(b []byte) (int, class) {
	if len(b) == 1 {
		return 0, unfinished
	}
	switch c := b[1]; c {
	case '[':
		return scanCSI(b)
	case 'O':
		return scanSS3(b)
	case ']', 'P', '_', '^', 'X':
		return 2, stringBegins
	case 0, '\\': // '\' ends a string
		return 2, dropped
	case escape: // Alt with a key that is a sequence itself, or with Escape
		if len(b) == 2 {
			return 0, unfinished
		}
		if b[2] != '[' && b[2] != 'O' {
			return 1, dropped
		}
		n, what := scanEscape(b[1:])
		switch what {
		case passed:
			return n + 1, passed
		case unfinished:
			return 0, unfinished
		}
		return 1, dropped
	}
	n, what := scan(b[1:]) // Alt with a character
	if what == unfinished {
		return 0, unfinished
	}
	return n + 1, what
}

// maxSS3 is how many bytes the modifiers between SS3 and a key can have, as in ESC O 5 A.
const maxSS3 = 4

// scanSS3 scans a function key, or one of the keypad in application mode.
func scanSS3(b []byte) (int, class) {
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= 0x40 && c <= 0x7e, c == ' ' && i == 2:
			return i + 1, passed
		case (c < '0' || c > '9') && c != ';' || i == 2+maxSS3:
			return i, dropped
		}
	}
	return 0, unfinished
}

// scanCSI scans a control sequence (ECMA-48, section 5.4).
func scanCSI(b []byte) (int, class) {
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case i == maxSequence:
			return i, dropped
		case c == '[' && i == 2: // a function key of the Linux console
			if len(b) == 3 {
				return 0, unfinished
			}
			if f := b[3]; f < 'A' || f > 'E' {
				return 3, dropped
			}
			return 4, passed
		case c >= 0x40 && c <= 0x7e:
			return i + 1, classOfCSI(b[:i+1])
		case c == '$' && i > 2 && isNumber(b[2:i]): // a key of rxvt with Shift
			return i + 1, passed
		case c < 0x20 || c > 0x3f:
			return i, dropped
		}
	}
	return 0, unfinished
}

func isNumber(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// classOfCSI picks out the sequences that Bubble Tea takes for more than one key.
func classOfCSI(seq []byte) class {
	switch params := seq[2 : len(seq)-1]; {
	case string(seq) == pasteStart:
		return pasteBegins
	case string(seq) == pasteEnd:
		return dropped
	case string(seq) == "\x1b[M":
		return dropped // X10 mouse: would swallow the next three bytes
	case len(params) > 0 && params[0] == '<' && !wheelReport.Match(seq):
		return dropped // if broken, would swallow everything up to the next report
	}
	return passed
}

// wheelReport matches a turn of the mouse wheel, with any keys held: buttons 64 to
// 127 in the SGR encoding. No other mouse event means anything here. See
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Mouse-Tracking.
var wheelReport = regexp.MustCompile(`^\x1b\[<(6[4-9]|[7-9]\d|1[01]\d|12[0-7]);\d{1,4};\d{1,4}M$`)
