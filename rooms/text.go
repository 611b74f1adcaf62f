package rooms

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Bounds of what people type, in characters. That of messages is the default of
// HubConfig.MaxText.
const (
	MaxText  = 2000
	MaxAlias = 24
)

// Bounds of one grapheme cluster, in runes. The longest emoji that Unicode
// recommends has ten: two people with skin tones who kiss. No living script
// stacks six marks in ordinary text; pointed and chanted Hebrew has five.
const (
	maxCluster = 12
	maxMarks   = 6
)

const tab = "    " // what a tab becomes, so that pasted code keeps its shape

var (
	ErrEmpty         = errors.New("there is nothing to say")
	ErrTooLong       = errors.New("that is longer than a message may be")
	ErrTooFast       = errors.New("that was too fast: wait a second")
	ErrTooShort      = errors.New("a countdown is at least 10 s")
	ErrBadAlias      = errors.New("a name is 1 to 24 letters of one script, digits, dots, hyphens and underscores")
	ErrReservedAlias = errors.New("that name is not for people: choose another")
	ErrTagAlias      = errors.New("that name reads like the tag of somebody's key: choose another")
)

// CleanText makes text safe to show on somebody else's terminal. The result is
// valid UTF-8 of printable characters, spaces and '\n'; text that is clean
// already comes back as it is.
//
// Every kind of line break becomes '\n', a tab four spaces, and invalid UTF-8,
// unassigned and private characters U+FFFD. Controls, bidirectional and other
// invisible formatting, fillers, noncharacters and tags, but for those of three
// flags, are removed, and so are marks on a letter of another script; of an
// escape sequence the visible rest stays as text. Joiners stay where emoji or
// scripts need them, variation selectors and skin tones where they have
// something to vary. A grapheme cluster keeps maxCluster runes and maxMarks
// combining marks, and no line starts with a mark. Trailing spaces and the
// blank lines around the text are trimmed, runs of blank lines folded into one.
func CleanText(s string) string { return clean(s, false) }

// CleanLine is CleanText for what must stay in one line: line breaks become
// spaces, and the spaces around the text are trimmed.
func CleanLine(s string) string { return clean(s, true) }

func clean(s string, line bool) string {
	if c := (cleaner{line: line}); !plainASCII(s) {
		c.out = make([]byte, 0, len(s))
		return c.run(strings.ToValidUTF8(s, "\uFFFD"))
	}
	if line {
		s = strings.TrimLeft(s, " ")
	}
	return strings.TrimRight(s, " ")
}

func plainASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// cleaner copies runes to out, one after the other. Whether a rune may stay
// depends on what stands in out already and, for a joiner, on the next rune
// that stays; so clean text passes unchanged.
type cleaner struct {
	line bool // no '\n'
	out  []byte

	// The last grapheme cluster in out; at the start of a line there is none.
	start int  // where it is
	base  rune // its latest rune that is no mark and no joiner; 0 for none
	last  rune // its latest rune; 0 for none
	runes int  // how many it has
	marks int  // combining marks among them

	marked *unicode.RangeTable // the script of the latest mark: the next one is mostly of it too

	joiner rune // seen, and waiting for the rune after it; 0 for none
}

func (c *cleaner) run(s string) string {
	var before rune
	for i, r := range s {
		switch {
		case r == '\n' && before == '\r':
			// The line break was taken with the '\r'.
		case r == '\t':
			for _, r := range tab {
				c.add(r)
			}
		default:
			if p := lone(r); p >= 0 {
				c.add(p)
			}
			if r == flag {
				c.tag(s[i+utf8.RuneLen(flag):])
			}
		}
		before = r
	}
	c.trim()
	return strings.TrimRight(string(c.out), "\n")
}

// tag appends the tags with which what follows a flag begins, if they are those
// of a flag that Unicode recommends: any others could carry what nobody sees.
func (c *cleaner) tag(s string) {
	for _, tags := range flagTags {
		if c.runes == 1 && c.last == flag && strings.HasPrefix(s, tags) {
			c.out = append(c.out, tags...)
			c.last, _ = utf8.DecodeLastRuneInString(tags)
			c.runes += utf8.RuneCountInString(tags)
			return
		}
	}
}

// lone is what may stay of a rune whatever stands around it: itself, ' ', '\n'
// or U+FFFD, or nothing, which is -1.
func lone(r rune) rune {
	switch {
	case r >= ' ' && r <= '~':
		return r
	case r >= '\n' && r <= '\r', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r),
		r >= 0xE0100 && r <= 0xE01EF, // the supplement of variation selectors
		unicode.Is(prefixes, r):
		return -1
	case unicode.IsPrint(r), unicode.Is(unicode.Join_Control, r), r == 0x3000:
		return r
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point):
		return -1
	case pictographic(r): // reserved for emoji to come
		return r
	}
	return utf8.RuneError
}

func (c *cleaner) add(r rune) {
	if r == '\n' && c.line {
		r = ' '
	}
	joiner := c.joiner
	switch {
	case r == '\n':
		c.breakLine()
		return
	case unicode.Is(unicode.Join_Control, r):
		if r == 0x200D && unicode.Is(viramas, c.last) && c.script() != nil {
			c.put(r)
		} else if joiner == 0 {
			c.joiner = r
		}
		return
	}
	c.joiner = 0
	if joiner != 0 && c.joins(joiner, r) {
		undo := *c
		if c.put(joiner) && c.put(r) {
			return
		}
		*c = undo
	}
	c.put(r)
}

// put appends r if it may stand after what is there.
func (c *cleaner) put(r rune) bool {
	n := len(c.out)
	if n == 0 && c.line && space(r) {
		return false
	}
	c.out = utf8.AppendRune(c.out, r)
	extends := c.last != 0 && (r >= utf8.RuneSelf || c.last >= utf8.RuneSelf) && !letter(r) && oneCluster(c.out[c.start:])
	if !c.fits(r, extends) {
		c.out = c.out[:n]
		return false
	}
	if !extends {
		c.start, c.base, c.runes, c.marks = n, 0, 0, 0
	}
	c.last = r
	c.runes++
	switch {
	case unicode.IsMark(r):
		c.marks++
	case !unicode.Is(unicode.Join_Control, r):
		c.base = r
	}
	return true
}

// fits tells whether r may follow; extends tells whether it would be part of
// the last cluster.
func (c *cleaner) fits(r rune, extends bool) bool {
	switch {
	case extends && (c.runes >= maxCluster || c.marks >= maxMarks && unicode.IsMark(r)):
		return false
	case r == 0xFE0E || r == 0xFE0F: // text or emoji style
		return extends && (pictographic(c.last) || strings.ContainsRune("0123456789#*", c.last))
	case unicode.Is(unicode.Variation_Selector, r):
		return extends && c.last >= utf8.RuneSelf && !unicode.IsMark(c.last) && !space(c.last)
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return extends && pictographic(c.last)
	case extends && c.base <= '~' && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Join_Control):
		return false // what takes a cell of its own, though it belongs to the one before
	case r >= 0x1160 && r <= 0x11FF, r >= 0xD7B0 && r <= 0xD7FF: // vowels and finals that complete a Hangul syllable
		return extends && unicode.Is(unicode.Hangul, c.base)
	case unicode.IsMark(r):
		// A mark of one script that stands on a letter of another has no shape
		// that terminals agree about, and no meaning.
		if c.marked == nil || !unicode.Is(c.marked, r) {
			c.marked = scriptOf(r)
		}
		return c.last != 0 && (c.marked == nil || unicode.Is(c.marked, c.base) || c.base == dottedCircle)
	}
	return true
}

// joins tells whether a joiner may stand between what is there and r.
func (c *cleaner) joins(joiner, r rune) bool {
	if joiner == 0x200D && pictographic(r) {
		return oneCluster(utf8.AppendRune(utf8.AppendRune(slices.Clone(c.out[c.start:]), joiner), r))
	}
	if !unicode.In(c.last, unicode.L, unicode.M) || !unicode.In(r, unicode.L, unicode.M) {
		return false
	}
	script := c.script()
	return script != nil && unicode.Is(script, r)
}

// script is the one of joining in which the last cluster ends; nil for none.
func (c *cleaner) script() *unicode.RangeTable {
	for _, script := range joining {
		if unicode.Is(script, c.base) {
			return script
		}
	}
	return nil
}

// breakLine starts a new line, unless it would be the first or the second
// blank one in a row.
func (c *cleaner) breakLine() {
	c.trim()
	if len(c.out) > 0 && !bytes.HasSuffix(c.out, []byte("\n\n")) {
		c.out = append(c.out, '\n')
	}
	*c = cleaner{line: c.line, out: c.out, start: len(c.out)}
}

// trim removes the spaces at the end of the line.
func (c *cleaner) trim() {
	for {
		r, n := utf8.DecodeLastRune(c.out)
		if !space(r) {
			return
		}
		c.out = c.out[:len(c.out)-n]
	}
}

const dottedCircle = 0x25CC // what shows a mark alone

// prefixes are letters of old spellings that make one character with whatever
// follows: as wide as that to some, and wider to others.
var prefixes = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x0D4E, Hi: 0x0D4E, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1}, {Lo: 0x113D1, Hi: 0x113D1, Stride: 1}, {Lo: 0x1193F, Hi: 0x11941, Stride: 2},
		{Lo: 0x11A3A, Hi: 0x11A3A, Stride: 1}, {Lo: 0x11A84, Hi: 0x11A89, Stride: 1}, {Lo: 0x11D46, Hi: 0x11D46, Stride: 1},
		{Lo: 0x11F02, Hi: 0x11F02, Stride: 1},
	},
}

const flag = 0x1F3F4 // waving and black, the base of flags with tags

// flagTags are the tags of England, Scotland and Wales, in the words of UTS #51.
var flagTags = [...]string{
	"\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
	"\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
	"\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",
}

func space(r rune) bool { return r == ' ' || r == 0x3000 }

// joining are the scripts whose letters a joiner between them shapes.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Myanmar, unicode.Khmer,
}

// viramas silence the vowel of a letter in the scripts of joining. U+200D after
// one chooses the letter's shape even at the end of a word; RFC 5892, A.2,
// allows it there in names too.
var viramas = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x094D, Hi: 0x0D4D, Stride: 0x80}, // Devanagari to Malayalam
	{Lo: 0x0DCA, Hi: 0x0DCA, Stride: 1},    // Sinhala
	{Lo: 0x1039, Hi: 0x103A, Stride: 1},    // Myanmar
	{Lo: 0x17D2, Hi: 0x17D2, Stride: 1},    // Khmer
}}

// pictographic tells whether r is a base of emoji: one that a joiner ties to
// another, by rule GB11 of UAX #29, and that ties itself to nothing.
func pictographic(r rune) bool {
	return r > '~' && oneCluster(utf8.AppendRune([]byte("☺\u200D"), r)) && !oneCluster(utf8.AppendRune([]byte("a"), r))
}

// letter reports whether r is one of the common letters that always begin a cluster,
// whatever stands before them, save the prefixes that are not let through. It spares
// looking for the cluster.
func letter(r rune) bool {
	switch {
	case r < 0xC0:
		return r >= ' ' && r <= '~'
	case r < 0x300, // Latin
		r >= 0x370 && r < 0x483, r >= 0x48A && r < 0x530, // Greek, Cyrillic
		r >= 0x3041 && r < 0x3097, r >= 0x30A1 && r < 0x30FB, // kana
		r >= 0x4E00 && r < 0xA000: // Chinese
		return true
	}
	return false
}

func oneCluster(b []byte) bool {
	_, rest, _, _ := uniseg.FirstGraphemeCluster(b, -1)
	return len(rest) == 0
}
