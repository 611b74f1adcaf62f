// Package cells counts the cells that text takes on a terminal.
//
// Terminals disagree about that. Some measure a grapheme cluster as a whole, others add
// up its runes: then vowel signs, the parts of an emoji and the consonants of a conjunct
// take cells of their own. On terminals set up for Chinese, Japanese or Korean,
// characters of ambiguous width (UAX #11) are two cells wide. So a Char says how many
// cells to keep for a character, and whether every terminal uses exactly these.
package cells

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Char is a character: a grapheme cluster, or a control, which takes no cell.
type Char struct {
	Size    int // bytes
	Cells   int // the cells that it is laid out in
	Most    int // the most cells to keep free for it where a row is broken
	Dispute Dispute
}

// Edge returns the cells to keep free behind the character at the right edge of a terminal.
// If lines do not wrap, tmux puts a mark there on the character before.
func (c Char) Edge() int {
	if c.Dispute&Narrower != 0 && c.Cells > 0 {
		return 1
	}
	return 0
}

// Dispute says how terminals disagree about a character: Narrower, Wider, or both.
type Dispute uint8

const (
	// Agreed: every terminal uses as many cells as it is laid out in.
	Agreed Dispute = 0
	// Narrower: some terminals use fewer cells.
	Narrower Dispute = 1 << (iota - 1)
	// Wider: it has something of ambiguous width, which is laid out as most terminals draw
	// it, and some use more cells. Most counts those, but not for letters of Greek and
	// Cyrillic: whole texts consist of them, and would fill half of each row for everybody
	// else.
	Wider
)

// First returns the first character of a text that is not empty.
func First(text string) Char {
	if c := text[0]; c < utf8.RuneSelf {
		switch {
		case c < ' ' || c == 0x7f:
			return Char{Size: 1}
		case StartsApart(text[1:]):
			return Char{Size: 1, Cells: 1, Most: 1}
		}
	} else if r, size := utf8.DecodeRuneInString(text); StartsApart(text[size:]) {
		switch {
		case IsWide(r):
			return Char{Size: size, Cells: 2, Most: 2}
		case isNarrow(r):
			return narrow(r, size)
		}
	}
	return cluster(text)
}

// Within is First, but parts a cluster of which some terminal draws more cells than most:
// it returns the runes that fit, at least one.
func Within(text string, most int) Char {
	whole := First(text)
	if whole.Most <= most {
		return whole
	}
	part := Char{Dispute: Narrower}
	for i, r := range text[:whole.Size] {
		c := ofRune(r)
		if i > 0 && c.Most > 0 && part.Most+c.Most > most {
			part.Size = i
			return part
		}
		part.Cells += c.Cells
		part.Most += c.Most
		part.Dispute |= c.Dispute
	}
	return whole
}

// Width returns the cells that a text is laid out in. Escape sequences take none.
func Width(text string) (n int) {
	n = plain(text)
	for i := n; i < len(text); {
		size, c := next(text[i:])
		i += size
		n += c.Cells
	}
	return n
}

// Fit returns Width if a text fits into that many cells at the right edge of every
// terminal, as Char.Most and Char.Edge count them. If it does not, Fit stops counting.
func Fit(text string, most int) (n int, fits bool) {
	n = plain(text)
	if n > most {
		return n, false
	}
	for i, kept := n, n; i < len(text); {
		size, c := next(text[i:])
		i += size
		n += c.Cells
		if kept += c.Most; kept+c.Edge() > most {
			return n, false
		}
	}
	return n, true
}

// MostOf returns the most cells of a text, as Char.Most counts them.
func MostOf(text string) (n int) {
	n = plain(text)
	for i := n; i < len(text); {
		size, c := next(text[i:])
		i += size
		n += c.Most
	}
	return n
}

// HasNarrower reports whether a text has a character for which some terminals use fewer
// cells.
func HasNarrower(text string) bool {
	for i := plain(text); i < len(text); {
		size, c := next(text[i:])
		i += size
		if c.Dispute&Narrower != 0 {
			return true
		}
	}
	return false
}

// Truncate returns as much of a text as is laid out in n cells at the right edge of a
// terminal, with tail in place of the rest if there is a rest. It keeps all escape sequences. If there is no space for tail,
// it returns an empty text.
func Truncate(text string, n int, tail string) string {
	if len(text) <= n && plain(text) == len(text) {
		return text
	}
	cut, left := 0, n-Width(tail) // where tail would stand, and the cells before it
	for i, used := 0, 0; i < len(text); {
		size, c := next(text[i:])
		i += size
		if used += c.Cells; used <= left {
			cut = i
		}
		if used+c.Edge() > n {
			if left < 0 {
				return ""
			}
			return text[:cut] + tail + sequences(text[cut:])
		}
	}
	return text
}

// sequences returns the escape sequences of a text.
func sequences(text string) string {
	if strings.IndexByte(text, ansi.ESC) < 0 {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		size, c := next(text[i:])
		if c.Size == 0 {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}

// plain returns how many characters of ASCII a text starts with, of which each is one cell
// wide for certain: most texts are no more than these.
func plain(text string) int {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			if c >= utf8.RuneSelf && i > 0 {
				return i - 1 // it may join the last one
			}
			return i
		}
	}
	return len(text)
}

// next returns the size of what a text starts with: a character, or an escape sequence,
// for which the Char is zero.
func next(text string) (size int, c Char) {
	if text[0] == ansi.ESC {
		_, _, n, _ := ansi.DecodeSequence(text, ansi.NormalState, nil)
		return max(n, 1), Char{}
	}
	c = First(text)
	return c.Size, c
}

// narrow returns a character that stands alone and is one cell wide on most terminals.
func narrow(r rune, size int) Char {
	c := Char{Size: size, Cells: 1, Most: 1}
	if isAmbiguous(r) {
		c.Dispute = Wider
		if !isGreekOrCyrillic(r) {
			c.Most = 2
		}
	}
	return c
}

// ofRune returns, but for the size, what terminals draw that measure a rune by itself.
func ofRune(r rune) Char {
	if n := runeCells(r); n != 1 {
		return Char{Cells: n, Most: n}
	}
	return narrow(r, 0)
}

// cluster is First for any text.
func cluster(text string) Char {
	first, joined := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	if first == "" {
		return Char{Size: 1}
	}
	r, size := utf8.DecodeRuneInString(first)
	c := Char{Size: len(first)}
	for _, r := range first {
		one := ofRune(r)
		c.Cells += one.Cells
		c.Most += one.Most
		c.Dispute |= one.Dispute
	}
	switch sum := c.Cells; {
	case joined > sum && joined >= c.Most:
		c.Dispute = Narrower
	case joined > sum, joined < sum && size < len(first),
		c.Dispute == Agreed && (size < len(first) || joined != sum || !hasAgreedWidth(r) || ansi.StringWidthWc(first) != sum):
		c.Dispute |= Narrower
	}
	c.Cells = max(c.Cells, joined)
	c.Most = max(c.Cells, c.Most)
	return c
}
