package painter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/cells"
)

// tokenKind is the kind of a token of a row.
type tokenKind uint8

const (
	tokenPlain  tokenKind = iota // a character that has the same width on every terminal
	tokenText                    // any other: combined, joined, or of disputed width
	tokenStyle                   // SGR
	tokenLink                    // OSC 8
	tokenColumn                  // CHA, after which every terminal agrees on the column
	tokenErase                   // EL; sanitize adds it
	tokenJunk                    // what no row may hold
)

// scanner reads a row token by token. A copy of it is a position to return to.
// The zero value with a row stands at its start.
type scanner struct {
	row    string
	off    int           // bytes read
	col    int           // cells read
	unsure cells.Dispute // how terminals disagree about col
	style  string        // the sequences that restore the current style; empty: none
	link   string        // the sequence that restores the current link; empty: none

	tok     string // the last token, as it may be written
	kind    tokenKind
	dispute cells.Dispute // of a character
}

// next reads a token and reports whether there was one.
func (s *scanner) next() bool {
	if s.off >= len(s.row) {
		return false
	}
	rest := s.row[s.off:]
	if ' ' <= rest[0] && rest[0] <= '~' && cells.StartsApart(rest[1:]) {
		s.tok, s.kind, s.dispute = rest[:1], tokenPlain, cells.Agreed
		s.off++
		s.col++
		return true
	}
	if c := cells.First(rest); c.Dispute == cells.Agreed && c.Cells > 0 || isPrintable(rest[:c.Size]) {
		s.off += c.Size
		s.tok, s.kind, s.dispute = withoutJoiners(rest[:c.Size]), tokenText, c.Dispute
		switch {
		case c.Cells == 0 && s.col == 0:
			s.kind = tokenJunk // there is no character before it to belong to
			return true
		case c.Dispute == cells.Agreed:
			s.kind = tokenPlain
		}
		s.col += c.Cells
		s.unsure |= c.Dispute
		return true
	}
	s.nextSequence(rest)
	return true
}

// nextSequence reads a token that is no character.
func (s *scanner) nextSequence(rest string) {
	if n := styleSize(rest); n > 0 {
		s.readStyle(rest[:n])
		return
	}
	seq, _, n, _ := ansi.DecodeSequence(rest, ansi.NormalState, nil)
	s.tok, s.kind = seq, tokenJunk
	s.off += n
	switch {
	case isLink(seq):
		s.kind, s.link = tokenLink, seq
		if _, url, _ := strings.Cut(strings.TrimRight(seq[4:], "\a\x1b\\"), ";"); url == "" {
			s.link = ""
		}
	case isColumn(seq):
		s.kind, s.unsure = tokenColumn, cells.Agreed
	case seq == ansi.EraseLineRight:
		s.kind = tokenErase
	}
}

// readStyle reads SGR.
func (s *scanner) readStyle(seq string) {
	s.tok, s.kind = seq, tokenStyle
	s.off += len(seq)
	switch params := seq[2 : len(seq)-1]; {
	case params == "" || params == "0":
		s.style = ""
	case strings.HasPrefix(params, "0;"):
		s.style = seq
	default:
		s.style += seq
	}
}

// atASCII reports whether a character of ASCII comes next.
func (s *scanner) atASCII() bool {
	return s.off < len(s.row) && ' ' <= s.row[s.off] && s.row[s.off] <= '~'
}

// nextPlain reads characters of ASCII, at most a number of them, and reports whether there
// were any. It leaves the last one to next if something may join it.
func (s *scanner) nextPlain(most int) bool {
	most = min(most, len(s.row)-s.off)
	n := 0
	for n < most && ' ' <= s.row[s.off+n] && s.row[s.off+n] <= '~' {
		n++
	}
	if n > 0 && !cells.StartsApart(s.row[s.off+n:]) {
		n--
	}
	if n <= 0 {
		return false
	}
	s.off += n
	s.col += n
	s.tok, s.kind, s.dispute = s.row[s.off-1:s.off], tokenPlain, cells.Agreed
	return true
}

// withoutJoiners returns a character without joiners at its end: some terminals join
// those to whatever they print next, wherever.
func withoutJoiners(char string) string {
	const joiner = "\u200d"
	for strings.HasSuffix(char, joiner) {
		char = char[:len(char)-len(joiner)]
	}
	return char
}

// nextSteady reads a token and reports whether all terminals agree where it ends, and
// keep what they show behind it.
func (s *scanner) nextSteady() bool {
	return s.next() && s.kind != tokenText && s.kind != tokenErase && s.kind != tokenJunk
}

// canBegin reports whether the row can be written from here on over another one with the
// same start. Either all terminals agree about the column, or the row addresses it here and
// no terminal shows anything of the rest of the other one before it.
func (s *scanner) canBegin(other string) bool {
	if s.unsure == cells.Agreed {
		return true
	}
	if !s.isAddressed() {
		return false
	}
	o := s.in(other)
	return s.unsure&cells.Narrower == 0 || o.isAddressed()
}

// isAddressed reports whether the row addresses the column here.
func (s *scanner) isAddressed() bool {
	if s.off >= len(s.row) || s.row[s.off] != ansi.ESC {
		return false // without a copy: each character asks
	}
	for ahead := *s; ahead.off < len(s.row) && s.row[ahead.off] == ansi.ESC && ahead.next(); {
		if ahead.kind == tokenColumn {
			return true
		}
	}
	return false
}

// canCut reports whether the row can be cut here: the next character, whatever
// its style, does not join the one before.
func (s *scanner) canCut() bool {
	if rest := s.row[s.off:]; rest != "" && rest[0] != '\x1b' && cells.StartsApart(rest) {
		return true
	}
	ahead := *s
	for ahead.next() {
		if ahead.kind <= tokenText {
			r, _ := utf8.DecodeRuneInString(ahead.tok)
			return !cells.Joins(r)
		}
	}
	return true
}

// canCutBoth reports whether both the row and another one with the same start
// can be cut here.
func (s *scanner) canCutBoth(other string) bool {
	o := s.in(other)
	return s.canCut() && o.canCut()
}

// in returns the same position in another row with the same start.
func (s scanner) in(row string) scanner {
	s.row = row
	return s
}

// isPrintable reports whether a character is valid and no control.
func isPrintable(char string) bool {
	r, size := utf8.DecodeRuneInString(char)
	if size == len(char) {
		return (r != utf8.RuneError || size > 1) && !unicode.IsControl(r)
	}
	return utf8.ValidString(char) && !strings.ContainsFunc(char, unicode.IsControl)
}

func isColumn(seq string) bool {
	return strings.HasPrefix(seq, "\x1b[") && seq[len(seq)-1] == 'G' && strings.Trim(seq[2:len(seq)-1], "0123456789") == ""
}

// styleSize returns the size of the SGR that a text starts with, or 0.
func styleSize(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case c == 'm':
			return i + 1
		case c < '0' || c > ';': // digits, : and ;
			return 0
		}
	}
	return 0
}

func isLink(seq string) bool {
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
