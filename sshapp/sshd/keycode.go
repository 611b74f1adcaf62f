package sshd

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Terminals have several encodings for a key, and some use other ones than the usual
// unasked: CSI u, modifyOtherKeys, the keypad's application mode. Bubble Tea would drop
// them, or type their last letter. See
// https://sw.kovidgoyal.net/kitty/keyboard-protocol and
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-PC-Style-Function-Keys.

// encodeKey returns the usual encoding of a key, or nothing for one that types nothing
// and is not bound to anything. Anything but an escape sequence is returned unchanged.
func encodeKey(seq []byte) []byte {
	if len(seq) < 3 || seq[0] != escape {
		return seq
	}
	key := seq
	switch seq[1] {
	case escape:
		if key = encodeKey(seq[1:]); len(key) > 0 {
			key = append([]byte{escape}, key...)
		}
	case 'O':
		key = encodeSS3(seq)
	case '[':
		key = encodeCSI(seq)
	}
	if len(key) > 1 && key[0] == escape {
		// Alt with a letter may look like the start of a sequence.
		if n, what := scan(key); what != passed || n != len(key) {
			return nil
		}
	}
	return key
}

// ss3Keys are the keys of the keypad in application mode, and of rxvt, after SS3.
var ss3Keys = map[byte]string{
	'M': "\r", 'I': "\t", ' ': " ", 'X': "=",
	'j': "*", 'k': "+", 'l': ",", 'm': "-", 'n': ".", 'o': "/",
	'p': "0", 'q': "1", 'r': "2", 's': "3", 't': "4", 'u': "5", 'v': "6", 'w': "7", 'x': "8", 'y': "9",
	'A': "\x1b[A", 'B': "\x1b[B", 'C': "\x1b[C", 'D': "\x1b[D", 'H': "\x1b[H", 'F': "\x1b[F",
	'P': "\x1bOP", 'Q': "\x1bOQ", 'R': "\x1bOR", 'S': "\x1bOS",
	'a': "\x1b[1;5A", 'b': "\x1b[1;5B", 'c': "\x1b[1;5C", 'd': "\x1b[1;5D",
}

func encodeSS3(seq []byte) []byte {
	last := seq[len(seq)-1]
	modifiers := string(seq[2 : len(seq)-1])
	if modifiers == "" {
		return []byte(ss3Keys[last])
	}
	modifiers = modifiers[strings.LastIndexByte(modifiers, ';')+1:]
	return encodeCSI([]byte("\x1b[1;" + modifiers + string(rune(last))))
}

// Bits of the modifiers of a key, less one.
const (
	shift = 1 << iota
	alt
	ctrl
	super
	hyper
	meta
	capsLock
	numLock
)

// released is the type of the event for a key that is let go.
const released = 3

// keyEvent is a key as CSI u and modifyOtherKeys describe it.
type keyEvent struct {
	code      rune   // as without modifiers, or with Shift
	shifted   rune   // the same with Shift; 0 if the terminal does not say
	base      rune   // of that key on a US keyboard; 0 if the terminal does not say
	modifiers int    // bits
	text      []rune // what the key types, if the terminal says so
}

func encodeCSI(seq []byte) []byte {
	last := seq[len(seq)-1]
	params, ok := parseParams(string(seq[2 : len(seq)-1]))
	modifiers := params.at(1, 0) - 1
	switch {
	case last == 'u' && !ok:
		return nil // a reply of the terminal
	case !ok || last == 'I' || last == 'O' || last == '$':
		return shiftless(seq)
	case params.at(1, 1) == released:
		return nil
	case last == 'u':
		k := keyEvent{code: rune(params.at(0, 0)), shifted: rune(params.at(0, 1)), base: rune(params.at(0, 2)), modifiers: max(modifiers, 0)}
		if len(params) > 2 {
			for i := range params[2] {
				k.text = append(k.text, rune(params.at(2, i)))
			}
		}
		return []byte(k.encode())
	case last == '~' && params.at(0, 0) == 27 && len(params) == 3:
		return []byte(keyEvent{code: rune(params.at(2, 0)), modifiers: max(modifiers, 0)}.encode())
	case modifiers > 0:
		return shiftless(withModifiers(params.at(0, 0), modifiers, last))
	case len(params) > 1:
		return withModifiers(params.at(0, 0), 0, last)
	}
	return seq
}

// withModifiers encodes an arrow or a function key. Locks make no difference to them.
func withModifiers(number, modifiers int, last byte) []byte {
	modifiers &^= capsLock | numLock
	params := strconv.Itoa(max(number, 1))
	switch {
	case modifiers > 0:
		params += ";" + strconv.Itoa(modifiers+1)
	case last != '~' && number <= 1:
		params = ""
	}
	return []byte("\x1b[" + params + string(rune(last)))
}

// shiftless returns Delete and the keys for pages for the same with Shift, which Bubble
// Tea does not know.
func shiftless(seq []byte) []byte {
	switch string(seq) {
	case "\x1b[3;2~", "\x1b[3$":
		return []byte("\x1b[3~")
	case "\x1b[5;2~", "\x1b[5$":
		return []byte("\x1b[5~")
	case "\x1b[6;2~", "\x1b[6$":
		return []byte("\x1b[6~")
	}
	return seq
}

// csiParams are the parameters of a control sequence, each with its parts between
// colons.
type csiParams [][]int

// parseParams reports false for what is not the parameters of a key.
func parseParams(s string) (params csiParams, ok bool) {
	if s == "" {
		return nil, true
	}
	for param := range strings.SplitSeq(s, ";") {
		var parts []int
		for part := range strings.SplitSeq(param, ":") {
			n, err := strconv.Atoi(part)
			if part != "" && (err != nil || n < 0 || n > unicode.MaxRune) {
				return nil, false
			}
			parts = append(parts, n)
		}
		params = append(params, parts)
	}
	return params, true
}

// at returns a part of a parameter; 0 if it is not given.
func (p csiParams) at(param, part int) int {
	if param >= len(p) || part >= len(p[param]) {
		return 0
	}
	return p[param][part]
}

// encode returns what a terminal sends for the key without these protocols. Shift-Enter,
// for which there is nothing, is Ctrl-J: a new line where there are lines.
func (k keyEvent) encode() string {
	if k.modifiers&(super|hyper) != 0 {
		return ""
	}
	key := ""
	switch i := int(k.code) - keypadFrom; {
	case i >= 0 && i < len(keypadText):
		k.code = rune(keypadText[i])
	case i >= len(keypadText) && i < len(keypadText)+len(keypadMoves):
		move := keypadMoves[i-len(keypadText)]
		return string(shiftless(withModifiers(move.number, k.modifiers, move.last)))
	}
	switch {
	case k.code == '\r':
		if key = "\r"; k.modifiers&(shift|alt|meta) == shift {
			key = "\n"
		}
	case k.code == '\t':
		if key = "\t"; k.modifiers&shift != 0 {
			key = "\x1b[Z"
		}
	case k.code == 0x7f || k.code == '\b':
		if key = "\x7f"; k.modifiers&ctrl != 0 {
			key = "\b"
		}
	case k.code == escape:
		key = "\x1b"
	case k.modifiers&ctrl != 0:
		key = k.control()
	default:
		key = k.typed()
	}
	if key != "" && k.modifiers&(alt|meta) != 0 {
		key = "\x1b" + key
	}
	return key
}

// typed returns the characters that the key types.
func (k keyEvent) typed() string {
	text := k.text
	if len(text) == 0 || k.modifiers&(alt|meta) != 0 {
		r, upper := k.code, k.modifiers&shift != 0
		if upper && k.shifted != 0 {
			r = k.shifted
		} else if upper != (k.modifiers&capsLock != 0) {
			r = unicode.ToUpper(r)
		}
		text = []rune{r}
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || !utf8.ValidRune(r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError {
			return "" // a key without a character, such as Shift itself
		}
	}
	return string(text)
}

// control returns the control character of the key, as a VT220 does.
func (k keyEvent) control() string {
	c := k.code
	if c >= utf8.RuneSelf {
		c = k.base
	} else if k.modifiers&shift != 0 && k.shifted != 0 && !unicode.IsLetter(c) {
		c = k.shifted
	}
	switch {
	case unicode.IsLetter(c) && c < utf8.RuneSelf:
		if k.modifiers&shift != 0 {
			return "" // Ctrl-Shift-C is not Ctrl-C
		}
		return string(c & 0x1f)
	case '[' <= c && c <= '_':
		return string(c & 0x1f)
	case '3' <= c && c <= '7':
		return string(c - '3' + escape)
	case c == '/':
		return "\x1f"
	case c == '8' || c == '?':
		return "\x7f"
	}
	return ""
}

// keypadFrom is the first of the codes that CSI u has for the keypad.
const keypadFrom = 57399

// keypadText are the characters of the codes from keypadFrom on.
const keypadText = "0123456789./*-+\r=,"

// keypadMoves are the control sequences for the codes after those.
var keypadMoves = []struct {
	number int
	last   byte
}{{1, 'D'}, {1, 'C'}, {1, 'A'}, {1, 'B'}, {5, '~'}, {6, '~'}, {1, 'H'}, {1, 'F'}, {2, '~'}, {3, '~'}}
