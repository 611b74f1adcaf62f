package sshd

import (
	"bytes"
	"unicode/utf8"
)

// A terminal that knows no brackets sends a paste like keys. What gives it away is that
// text follows a line end at once. A single line that ends in Enter may be a script's,
// and is typed. A last line is passed on together with its Enter, when that is known to
// be the last: so a script that waits for its echo does not send the next line too early.

// isText reports whether a byte can be part of a pasted line.
func isText(c byte) bool { return c >= ' ' && c != 0x7f || c == '\t' }

func isLineEnd(c byte) bool { return c == '\r' || c == '\n' }

// lineEnds returns how many line ends b begins with, in bytes.
func lineEnds(b []byte) int {
	n := 0
	for n < len(b) && isLineEnd(b[n]) {
		n++
	}
	return n
}

// lineEnd returns the length of the line end that b begins with.
func lineEnd(b []byte) int {
	if bytes.HasPrefix(b, []byte("\r\n")) {
		return 2
	}
	return 1
}

// lines says how much text begins some input.
type lines uint8

const (
	none    lines = iota // no line end in it, none but those, or a key after them
	single               // a line and its end, with nothing after it
	several              // more text after a line end
)

func linesOf(b []byte) lines {
	n := 0
	for n < len(b) && isText(b[n]) {
		n++
	}
	ends := lineEnds(b[n:])
	switch n += ends; {
	case ends == 0 || n == ends:
		return none // Enter, then perhaps what was typed ahead on a slow link
	case n == len(b):
		return single
	case isText(b[n]):
		return several
	}
	return none
}

// sanitizePaste makes one complete bracketed paste of what raw has of one.
func (in *inputReader) sanitizePaste(final bool) {
	made := copy(in.out[:], pasteStart)
	next := in.nextBracketed
	if in.mode == bursting {
		next = in.nextOfBurst
		if in.holds(in.raw[in.r:in.w], final) {
			return
		}
	}
	const limit = MaxRead - len(pasteEnd) - 1 // the \r of the last piece has room behind
	for in.r < in.w && in.mode != typing {
		b := in.raw[in.r:in.w]
		text, n := next(b, final)
		if n == 0 && in.mode != typing {
			break // the rest is needed
		}
		if in.mode != typing {
			if in.paste+len(text) > in.maxPaste {
				text = nil
			}
			if made+len(text) > limit {
				break
			}
			in.paste += len(text)
			in.cr = b[0] == '\r'
		}
		made += copy(in.out[made:], text)
		in.r += n
	}
	if made > len(pasteStart) {
		in.made = made + copy(in.out[made:], pasteEnd)
	}
}

// nextBracketed returns what b, within a bracketed paste, begins with as it is passed
// on, and its length in b: 0 if the rest of it is needed. At the end of the paste it
// ends the mode.
func (in *inputReader) nextBracketed(b []byte, _ bool) (text []byte, n int) {
	switch c := b[0]; {
	case bytes.HasPrefix(b, []byte(pasteEnd)):
		in.mode = typing
		return nil, len(pasteEnd)
	case bytes.HasPrefix([]byte(pasteEnd), b) && in.err == nil:
		return nil, 0
	case in.pasteString && !isLineEnd(c):
		return nil, in.skipPasted(b)
	case c == escape:
		return nil, in.skipPastedEscape(b)
	case c == '\r':
		in.pasteString = false
		return []byte{'\n'}, 1
	case c == '\n' && in.cr:
		return nil, 1
	case c == '\n':
		in.pasteString = false
		return b[:1], 1
	}
	return nextText(b)
}

// skipPastedEscape returns the length of the escape sequence that b, within a bracketed
// paste, begins with, or 0 if the rest of it is needed. Of an OSC and its like, the rest
// is for skipPasted.
func (in *inputReader) skipPastedEscape(b []byte) int {
	if len(b) == 1 {
		return in.restOf(b)
	}
	switch b[1] {
	case '[':
		n, what := scanCSI(b)
		if what == unfinished {
			return in.restOf(b)
		}
		return n
	case ']', 'P', '_', '^', 'X':
		in.pasteString = true
		return 2
	}
	n := 1
	for n < len(b) && b[n] >= ' ' && b[n] <= '/' {
		n++
	}
	if n == len(b) {
		return in.restOf(b)
	}
	if b[n] >= '0' && b[n] <= '~' {
		n++
	}
	return n
}

// skipPasted returns how much of b belongs to an OSC or its like, which ends at BEL, ST or
// a line end.
func (in *inputReader) skipPasted(b []byte) int {
	const bel = 0x07
	switch b[0] {
	case bel:
		in.pasteString = false
	case escape:
		if len(b) == 1 {
			return in.restOf(b)
		}
		in.pasteString = false
		return in.skipPastedEscape(b)
	}
	return 1
}

// restOf returns 0, as the rest of a sequence is needed, or if none comes, the length of
// what there is.
func (in *inputReader) restOf(b []byte) int {
	if in.err != nil || len(b) >= maxSequence {
		return len(b)
	}
	return 0
}

// nextOfBurst is nextBracketed for a paste without brackets. It ends before the first
// key, and at the line ends that nothing follows: if they are Enter, that is passed on
// as \r, else they are left to be keys.
func (in *inputReader) nextOfBurst(b []byte, final bool) (text []byte, n int) {
	ends := lineEnds(b)
	switch {
	case ends == 0 && isText(b[0]):
		return nextText(b)
	case ends == len(b) && !final:
		in.wait = burstWait
		return nil, 0
	case ends > 0 && ends < len(b) && isText(b[ends]):
		if in.holds(b[ends:], final) {
			return nil, 0
		}
		return []byte{'\n'}, lineEnd(b)
	}
	in.mode = typing
	if bytes.IndexByte(b[:ends], '\r') >= 0 {
		return []byte{'\r'}, ends
	}
	return nil, 0
}

// holds reports whether b is a last line that waits with its Enter.
func (in *inputReader) holds(b []byte, final bool) bool {
	if final || len(b) > maxHeld || linesOf(b) != single {
		return false
	}
	in.wait = burstWait
	return true
}

// nextText returns the character that b begins with, or nothing for one that is
// dropped, and its length: 0 if the rest of it is needed.
func nextText(b []byte) (text []byte, n int) {
	switch c := b[0]; {
	case c >= utf8.RuneSelf:
		n, what := scan(b)
		if what == passed {
			return b[:n], n
		}
		return nil, n // 0 if it is unfinished
	case isText(c):
		return b[:1], 1
	}
	return nil, 1
}
