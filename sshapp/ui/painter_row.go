package ui

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// painterWorth is how many bytes at the end of a row have to be the same
// before leaving them alone is worth the search.
const painterWorth = 16

const painterUnlink = "\x1b]8;;\x1b\\"

// painterKind says what a token of a row is.
type painterKind uint8

const (
	painterPlain painterKind = iota // a character that every terminal gives the same width
	painterText                     // any other: combined, joined, or of disputed width
	painterSGR                      // a style
	painterLink                     // an OSC 8 link
	painterJunk                     // what no row may hold
)

// painterScan reads a row token by token. A copy of it is a position to come
// back to. The zero value but for row is the beginning.
type painterScan struct {
	row  string
	off  int    // read so far, in bytes
	col  int    // read so far, in cells
	pen  string // what brings the style in force back; empty for none
	link string // what brings the link in force back; empty for none

	tok  string // read last, as it may be written
	kind painterKind
}

// next reads one token; false at the end.
func (s *painterScan) next() bool {
	if s.off >= len(s.row) {
		return false
	}
	rest := s.row[s.off:]
	if ' ' <= rest[0] && rest[0] <= '~' {
		s.tok, s.kind = rest[:1], painterPlain
		s.off++
		s.col++
		return true
	}
	if r, n := utf8.DecodeRuneInString(rest); painterSimple(r) && painterAlone(rest[n:]) {
		s.tok, s.kind = rest[:n], painterPlain
		s.off += n
		s.col++
		return true
	}
	if size, width := aloneWidth(rest); size > 0 && standsAlone(rest[size:]) {
		s.tok, s.kind = rest[:size], painterPlain
		s.off += size
		s.col += width
		return true
	}
	seq, width, n, _ := ansi.DecodeSequence(rest, ansi.NormalState, nil)
	s.tok, s.kind = seq, painterJunk
	s.off += n
	switch {
	case painterIsSGR(seq):
		s.kind = painterSGR
		switch params := seq[2 : len(seq)-1]; {
		case params == "" || params == "0":
			s.pen = ""
		case strings.HasPrefix(params, "0;"):
			s.pen = seq
		default:
			s.pen += seq
		}
	case painterIsLink(seq):
		s.kind, s.link = painterLink, seq
		if _, url, _ := strings.Cut(strings.TrimRight(seq[4:], "\a\x1b\\"), ";"); url == "" {
			s.link = ""
		}
	case seq[0] >= utf8.RuneSelf && utf8.ValidString(seq) && !strings.ContainsFunc(seq, unicode.IsControl):
		if width == 0 && s.col == 0 {
			break // nothing before it to belong to
		}
		s.kind = painterText
		s.col += width
		// Some terminals join a joiner to whatever they print next, wherever.
		s.tok = strings.TrimRight(seq, "\u200d")
		if r, size := utf8.DecodeRuneInString(seq); size == n && painterAgreed(r) && ansi.StringWidthWc(seq) == width {
			s.kind = painterPlain
		}
	}
	return true
}

// painterSimple tells whether a character, standing alone, is known to be one
// cell wide without asking: letters of western languages and what wick itself
// draws with. To ask costs twenty times as much.
func painterSimple(r rune) bool {
	return 0xA1 <= r && r < 0x300 && r != 0xAD || 0x2500 <= r && r <= 0x257F || r == '●' || r == '❯' || r == '…'
}

// painterAlone tells whether what follows is known to leave the character
// before it alone.
func painterAlone(rest string) bool {
	if rest == "" || rest[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return painterSimple(r)
}

// painterJoins tells whether some terminals join a character to the one before:
// marks, joiners, parts of Hangul syllables, skin tones.
func painterJoins(r rune) bool {
	return r >= 0x300 && (unicode.In(r, unicode.M, unicode.Cf) ||
		0x1100 <= r && r <= 0x11FF || 0xA960 <= r && r <= 0xA97F || 0xD7B0 <= r && r <= 0xD7FF ||
		0x1F3FB <= r && r <= 0x1F3FF)
}

// painterAgreed tells whether terminals agree about the width of a character
// that stands alone. Beyond the BMP, where emoji and young scripts are, they
// do not.
func painterAgreed(r rune) bool { return r <= 0xFFFF && !painterJoins(r) }

// steady reads one token and tells whether all terminals agree where it ends.
func (s *painterScan) steady() bool {
	return s.next() && s.kind != painterText && s.kind != painterJunk
}

// cut tells whether the row can be cut at the position: the next character,
// whatever style it has, does not join the one before.
func (s *painterScan) cut() bool {
	if rest := s.row[s.off:]; rest != "" && rest[0] != '\x1b' && painterAlone(rest) {
		return true
	}
	ahead := *s
	return ahead.unjoined()
}

func (s *painterScan) unjoined() bool {
	for s.next() {
		if s.kind <= painterText {
			r, _ := utf8.DecodeRuneInString(s.tok)
			return !painterJoins(r)
		}
	}
	return true
}

func painterIsSGR(seq string) bool {
	return strings.HasPrefix(seq, "\x1b[") && seq[len(seq)-1] == 'm' &&
		strings.Trim(seq[2:len(seq)-1], "0123456789;:") == ""
}

func painterIsLink(seq string) bool {
	body, ok := strings.CutPrefix(seq, "\x1b]8;")
	if !ok {
		return false
	}
	if bel, ok := strings.CutSuffix(body, "\a"); ok {
		body = bel
	} else if body, ok = strings.CutSuffix(body, "\x1b\\"); !ok {
		return false
	}
	return !strings.ContainsFunc(body, func(r rune) bool { return r < ' ' || r > '~' })
}

// painterInk is what of a row reaches the terminal: characters, SGR and OSC 8
// that are closed at the end, no blanks at the end that an erased row has
// anyway, and at most width cells.
func painterInk(row string, width int) string {
	var kept strings.Builder // used once something has to go
	whole := true
	s := painterScan{row: row}
	for from := 0; s.next(); from = s.off {
		tok := s.tok
		if s.kind == painterJunk || s.kind <= painterText && s.col > width {
			tok = ""
		}
		if whole && tok != row[from:s.off] {
			whole = false
			kept.WriteString(row[:from])
		}
		if !whole {
			kept.WriteString(tok)
		}
	}
	if !whole {
		row = kept.String()
	}
	if s.pen == "" && s.link == "" {
		return strings.TrimRight(row, " ")
	}
	if s.pen != "" {
		row += ansi.ResetStyle
	}
	if s.link != "" {
		row += painterUnlink
	}
	return row
}

// painterLine makes a line of ordinary output safe: as painterInk, of any width.
func painterLine(line string) string { return painterInk(line, math.MaxInt) }

// painterDiff finds what of the new row has to be written over the old one.
// Both are ink. A part that is left alone lies where every terminal agrees on
// the columns around it.
func painterDiff(old, new string) (from, to painterScan) {
	b := painterScan{row: new}
	from, to = b, painterScan{row: new, off: len(new)}
	// What is the same at the start is read once, for both.
	shared := painterSameStart(old, new)
	for last := b; b.off < shared; last = b {
		if !b.steady() || b.off > shared {
			b = last
			break
		}
	}
	if from = b; !from.cuts(old) {
		// Mostly it can be cut there. Otherwise the last place before where it can.
		from = painterScan{row: new}
		for at := from; at.off < b.off && at.next(); {
			if at.cuts(old) {
				from = at
			}
		}
	}
	start := from.on(old)
	same := painterSameEnd(old[start.off:], new[from.off:])
	if same < painterWorth {
		return from, to
	}
	for a, b := start, from; ; {
		rest := len(new) - b.off
		for len(old)-a.off > rest {
			if !a.steady() {
				return from, to
			}
		}
		if len(old)-a.off == rest && rest <= same && rest > 0 &&
			a.col == b.col && a.pen == b.pen && a.link == b.link && b.cut() {
			return from, b
		}
		if !b.steady() {
			return from, to
		}
	}
}

// cuts tells whether both the row and another that begins alike can be cut at
// the position.
func (s *painterScan) cuts(other string) bool {
	o := s.on(other)
	return s.cut() && o.cut()
}

// on is the same position in another row that begins alike.
func (s painterScan) on(row string) painterScan {
	s.row = row
	return s
}

// painterSameStart is how many bytes a and b have in common at the start.
func painterSameStart(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// painterSameEnd is how many bytes a and b have in common at the end.
func painterSameEnd(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// painterAppendRow makes row y show the new ink where it shows the old.
func painterAppendRow(buf []byte, y int, old, new string, width int) []byte {
	from, to := painterDiff(old, new)
	if from.col >= width {
		from, to = painterScan{}, painterScan{off: len(new)}
	}
	buf = painterAppendMove(buf, from.col, y)
	if to.off == len(new) && old != "" {
		// Before the text: after a full row it would take the last cell.
		buf = append(buf, ansi.EraseLineRight...)
	}
	buf = append(buf, from.pen...)
	buf = append(buf, from.link...)
	buf = append(buf, new[from.off:to.off]...)
	if to.pen != "" {
		buf = append(buf, ansi.ResetStyle...)
	}
	if to.link != "" {
		buf = append(buf, painterUnlink...)
	}
	return buf
}

// painterAppendMove moves the cursor to a cell, counted from 0.
func painterAppendMove(buf []byte, x, y int) []byte {
	buf = append(buf, "\x1b["...)
	buf = strconv.AppendInt(buf, int64(y)+1, 10)
	if x > 0 {
		buf = append(buf, ';')
		buf = strconv.AppendInt(buf, int64(x)+1, 10)
	}
	return append(buf, 'H')
}
