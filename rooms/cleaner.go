package rooms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Bounds of one grapheme cluster, in runes. The longest emoji that Unicode
// recommends has ten: two people with skin tones who kiss. No living script
// stacks six marks in ordinary text; pointed and chanted Hebrew has five.
const (
	maxCluster = 12
	maxMarks   = 6
)

// cleaner copies runes to out, one after the other. Whether a rune may stay
// depends on out and, for a joiner, on the next rune that stays; so clean text
// passes unchanged.
type cleaner struct {
	line bool // no '\n'
	out  []byte

	// The last grapheme cluster in out; at the start of a line there is none.
	start int  // its index in out
	base  rune // its latest rune that is neither mark nor joiner; 0 for none
	last  rune // its latest rune; 0 for none
	runes int  // how many it has
	marks int  // combining marks among them

	markScript *unicode.RangeTable // of the latest mark: the next one is mostly of it, too

	joiner rune // waiting for the rune after it; 0 for none

	stop int // index in out of the last tab stop that a tab went to, or of the start of the line
}

func (c *cleaner) run(s string) string {
	var before rune
	for i, r := range s {
		switch {
		case r == '\n' && before == '\r':
			// The line break was taken with the '\r'.
		case r == '\t':
			c.tab()
		default:
			if p := cleanRune(r); p >= 0 {
				c.add(p)
			}
			if r == blackFlag {
				c.addFlagTags(s[i+utf8.RuneLen(blackFlag):])
			}
		}
		before = r
	}
	c.trim()
	return strings.TrimRight(string(c.out), "\n")
}

// addFlagTags appends the tags with which s, the text after a flag, begins, if
// Unicode recommends that flag: any others could carry a hidden text.
func (c *cleaner) addFlagTags(s string) {
	for _, tags := range flagTags {
		if c.runes == 1 && c.last == blackFlag && strings.HasPrefix(s, tags) {
			c.out = append(c.out, tags...)
			c.last, _ = utf8.DecodeLastRuneInString(tags)
			c.runes += utf8.RuneCountInString(tags)
			return
		}
	}
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
		if r == 0x200D && unicode.Is(viramas, c.last) && c.joiningScript() != nil {
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
	if n == 0 && c.line && isSpace(r) {
		return false
	}
	c.out = utf8.AppendRune(c.out, r)
	extends := c.last != 0 && (r >= utf8.RuneSelf || c.last >= utf8.RuneSelf) && !startsCluster(r) && isCluster(c.out[c.start:])
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

// fits reports whether r may follow; extends says whether it would be part of the
// last cluster.
func (c *cleaner) fits(r rune, extends bool) bool {
	switch {
	case extends && (c.runes >= maxCluster || c.marks >= maxMarks && unicode.IsMark(r)):
		return false
	case r == 0xFE0E || r == 0xFE0F: // text or emoji style
		return extends && (isPictographic(c.last) || strings.ContainsRune("0123456789#*", c.last))
	case unicode.Is(unicode.Variation_Selector, r):
		return extends && c.last >= utf8.RuneSelf && !unicode.IsMark(c.last) && !isSpace(c.last)
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return extends && isPictographic(c.last)
	case extends && c.base <= '~' && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Join_Control):
		return false // it takes a cell of its own, though it belongs to the cluster before
	case r >= 0x1160 && r <= 0x11FF, r >= 0xD7B0 && r <= 0xD7FF: // vowels and finals that complete a Hangul syllable
		return extends && unicode.Is(unicode.Hangul, c.base)
	case unicode.IsMark(r):
		// Terminals do not agree about the shape of a mark on a letter of another
		// script, and it has no meaning.
		if c.markScript == nil || !unicode.Is(c.markScript, r) {
			c.markScript = scriptOf(r)
		}
		return c.last != 0 && (c.markScript == nil || unicode.Is(c.markScript, c.base) || c.base == dottedCircle)
	}
	return true
}

// joins reports whether a joiner may stand between the last cluster and r.
func (c *cleaner) joins(joiner, r rune) bool {
	if joiner == 0x200D && isPictographic(r) {
		return isCluster(utf8.AppendRune(utf8.AppendRune(slices.Clone(c.out[c.start:]), joiner), r))
	}
	if !unicode.In(c.last, unicode.L, unicode.M) || !unicode.In(r, unicode.L, unicode.M) {
		return false
	}
	script := c.joiningScript()
	return script != nil && unicode.Is(script, r)
}

// joiningScript returns the one of joiningScripts in which the last cluster ends;
// nil for none.
func (c *cleaner) joiningScript() *unicode.RangeTable {
	for _, script := range joiningScripts {
		if unicode.Is(script, c.base) {
			return script
		}
	}
	return nil
}

// tab adds spaces up to the next tab stop.
func (c *cleaner) tab() {
	cells := uniseg.StringWidth(string(c.out[c.stop:]))
	for range tabStop - cells%tabStop {
		c.add(' ')
	}
	c.stop = len(c.out)
}

// breakLine starts a new line, unless it would be a blank one at the start of the text.
func (c *cleaner) breakLine() {
	c.trim()
	if len(c.out) > 0 {
		c.out = append(c.out, '\n')
	}
	*c = cleaner{line: c.line, out: c.out, start: len(c.out), stop: len(c.out)}
}

// trim removes the spaces at the end of the line.
func (c *cleaner) trim() {
	for {
		r, n := utf8.DecodeLastRune(c.out)
		if !isSpace(r) {
			return
		}
		c.out = c.out[:len(c.out)-n]
	}
}
