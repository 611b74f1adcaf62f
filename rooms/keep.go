package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is what somebody said, exactly as Keep keeps it. It may hold anything but
// control characters, such as marks that reverse the writing direction, so nothing
// writes it to a terminal as it is: Clean returns what can be drawn.
type Text string

// Clean returns the text as it is drawn, see CleanText.
func (t Text) Clean() string { return CleanText(string(t)) }

// Blank reports whether there is nothing to see in the text.
func (t Text) Blank() bool {
	return strings.IndexFunc(string(t), func(r rune) bool { return r > ' ' && r <= '~' }) < 0 && t.Clean() == ""
}

// Keep returns text as the room keeps it: valid UTF-8 without control characters
// except '\t' and '\n'. Text that is so already is returned unchanged. Otherwise:
//
//   - each run of invalid bytes becomes one U+FFFD;
//   - a carriage return before a line feed, or at the end, belongs to the line break;
//   - what another carriage return or a backspace went back over is replaced by what
//     follows, as on a terminal; only there do the sequences that erase a part of the
//     line do so;
//   - escape sequences are removed whole (ECMA-48, with 8-bit controls as well): control
//     sequences, strings up to their end, and others. A string without an end takes the
//     rest of its line;
//   - other control characters are removed.
func Keep(s string) Text {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.ContainsFunc(s, isRemoved) {
		return Text(s)
	}
	k := keeper{s: s, out: make([]byte, 0, len(s)), stringEnd: -1}
	for k.pos < len(s) {
		k.next()
	}
	k.endLine()
	return Text(k.out)
}

// isRemoved reports whether a rune never stays.
func isRemoved(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }

// C0 controls that mean something here.
const (
	charBell      = 0x07
	charBackspace = 0x08
	charCancel    = 0x18
	charSub       = 0x1A
	charEscape    = 0x1B
)

const charST = 0x9C // ends a string (ECMA-48, section 8.3.143)

// keeper reads a text from start to end. In the current line of out, controls that
// move the cursor and eraseMarks stay until its end is known.
type keeper struct {
	s   string
	pos int

	out   []byte
	line  int  // where the current line of out begins
	moved bool // it has carriage returns or backspaces
	erase bool // it has eraseMarks

	stringEnd int // the first rune at or after an earlier pos that ends a string; -1: not known
}

// next reads a character or an escape sequence.
func (k *keeper) next() {
	r, n := utf8.DecodeRuneInString(k.s[k.pos:])
	switch {
	case r == '\n':
		k.endLine()
		k.out = append(k.out, '\n')
		k.line = len(k.out)
	case r == '\r', r == charBackspace:
		k.out = append(k.out, byte(r))
		k.moved = true
	case r == charEscape:
		k.pos += n
		k.escape()
		return
	case r >= 0x80 && r < 0xA0:
		k.pos += n
		k.control(byte(r - 0x40)) // as after an escape (ECMA-48, section 5.3)
		return
	case !isRemoved(r):
		k.out = append(k.out, k.s[k.pos:k.pos+n]...)
	}
	k.pos += n
}

// endLine settles what is left of the current line.
func (k *keeper) endLine() {
	line := k.out[k.line:]
	for k.moved && len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	k.out = k.out[:k.line+len(line)]
	switch {
	case k.moved && slices.ContainsFunc(line, func(c byte) bool { return c == '\r' || c == charBackspace }):
		k.out = append(k.out[:k.line], overwritten(string(line))...)
	case k.erase:
		kept := slices.DeleteFunc(line, func(c byte) bool { return c <= eraseLine })
		k.out = k.out[:k.line+len(kept)]
	}
	k.moved, k.erase = false, false
}

// escape reads what follows an escape: intermediate bytes and a final one (ECMA-35,
// section 13.2.1), or a control as of 7 bits.
func (k *keeper) escape() {
	from := k.pos
	k.skip(0x20, 0x2F)
	switch {
	case k.pos == len(k.s):
	case k.pos > from || k.s[k.pos] < 0x40 || k.s[k.pos] > 0x5F:
		if c := k.s[k.pos]; c >= 0x30 && c <= 0x7E {
			k.pos++
		}
	default:
		k.pos++
		k.control(k.s[k.pos-1])
	}
}

// control reads the rest of a control, given as the byte that follows the escape in its
// 7-bit form.
func (k *keeper) control(c byte) {
	switch c {
	case '[':
		k.controlSequence()
	case ']', 'P', 'X', '^', '_':
		k.controlString(c != ']')
	}
}

// controlSequence reads parameters, intermediate bytes and the final byte (ECMA-48,
// section 5.4).
func (k *keeper) controlSequence() {
	from := k.pos
	k.skip(0x20, 0x3F)
	if k.pos == len(k.s) || k.s[k.pos] < 0x40 || k.s[k.pos] > 0x7E {
		return // cut short
	}
	params, final := k.s[from:k.pos], k.s[k.pos]
	k.pos++
	if mark, ok := eraseMarks[params]; ok && (final == 'J' || final == 'K') {
		k.out = append(k.out, mark)
		k.erase = true
	}
}

// controlString skips a string. BEL, ST, any other escape, CAN and SUB end it. If none
// is in the line, ST may end it later, as an image has many lines; otherwise the line
// ends it.
func (k *keeper) controlString(lines bool) {
	if k.stringEnd < k.pos {
		k.stringEnd = len(k.s)
		if i := strings.IndexFunc(k.s[k.pos:], endsString); i >= 0 {
			k.stringEnd = k.pos + i
		}
	}
	lineEnd := k.stringEnd
	if i := strings.IndexByte(k.s[k.pos:k.stringEnd], '\n'); i >= 0 {
		lineEnd = k.pos + i
	}
	end := k.s[k.stringEnd:]
	isST := strings.HasPrefix(end, string(rune(charST))) || strings.HasPrefix(end, "\x1b\\")
	switch {
	case lineEnd < k.stringEnd && !(lines && isST):
		k.pos = lineEnd
	case isST:
		k.pos = k.stringEnd + 2 // in both forms
	case end == "" || end[0] == charEscape:
		k.pos = k.stringEnd
	default:
		k.pos = k.stringEnd + 1
	}
}

func endsString(r rune) bool {
	return r == charBell || r == charST || r == charEscape || r == charCancel || r == charSub
}

// skip skips the bytes from low to high.
func (k *keeper) skip(low, high byte) {
	for k.pos < len(k.s) && k.s[k.pos] >= low && k.s[k.pos] <= high {
		k.pos++
	}
}
