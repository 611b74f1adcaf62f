package painter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// tokenKind is the kind of a token of a row.
type tokenKind uint8

const (
	tokenPlain tokenKind = iota // a character that has the same width on every terminal
	tokenText                   // any other: combined, joined, or of disputed width
	tokenStyle                  // SGR
	tokenLink                   // OSC 8
	tokenJunk                   // what no row may hold
)

// scanner reads a row token by token. A copy of it is a position to return to.
// The zero value with a row stands at its start.
type scanner struct {
	row   string
	off   int    // bytes read
	col   int    // cells read
	style string // the sequences that restore the current style; empty: none
	link  string // the sequence that restores the current link; empty: none

	tok  string // the last token, as it may be written
	kind tokenKind
}

// next reads a token and reports whether there was one.
func (s *scanner) next() bool {
	if s.off >= len(s.row) {
		return false
	}
	rest := s.row[s.off:]
	if ' ' <= rest[0] && rest[0] <= '~' {
		s.tok, s.kind = rest[:1], tokenPlain
		s.off++
		s.col++
		return true
	}
	if size, width := plainChar(rest); size > 0 {
		s.tok, s.kind = rest[:size], tokenPlain
		s.off += size
		s.col += width
		return true
	}
	seq, width, n, _ := ansi.DecodeSequence(rest, ansi.NormalState, nil)
	s.tok, s.kind = seq, tokenJunk
	s.off += n
	switch {
	case isStyle(seq):
		s.kind = tokenStyle
		switch params := seq[2 : len(seq)-1]; {
		case params == "" || params == "0":
			s.style = ""
		case strings.HasPrefix(params, "0;"):
			s.style = seq
		default:
			s.style += seq
		}
	case isLink(seq):
		s.kind, s.link = tokenLink, seq
		if _, url, _ := strings.Cut(strings.TrimRight(seq[4:], "\a\x1b\\"), ";"); url == "" {
			s.link = ""
		}
	case seq[0] >= utf8.RuneSelf && utf8.ValidString(seq) && !strings.ContainsFunc(seq, unicode.IsControl):
		if width == 0 && s.col == 0 {
			break // no character before it to belong to
		}
		s.kind = tokenText
		s.col += width
		// Some terminals join a joiner to whatever they print next, wherever.
		s.tok = strings.TrimRight(seq, "\u200d")
		if r, size := utf8.DecodeRuneInString(seq); size == n && hasAgreedWidth(r) && ansi.StringWidthWc(seq) == width {
			s.kind = tokenPlain
		}
	}
	return true
}

// nextSteady reads a token and reports whether all terminals agree where it ends.
func (s *scanner) nextSteady() bool {
	return s.next() && s.kind != tokenText && s.kind != tokenJunk
}

// canCut reports whether the row can be cut here: the next character, whatever
// its style, does not join the one before.
func (s *scanner) canCut() bool {
	if rest := s.row[s.off:]; rest != "" && rest[0] != '\x1b' && startsApart(rest) {
		return true
	}
	ahead := *s
	for ahead.next() {
		if ahead.kind <= tokenText {
			r, _ := utf8.DecodeRuneInString(ahead.tok)
			return !Joins(r)
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

func isStyle(seq string) bool {
	return strings.HasPrefix(seq, "\x1b[") && seq[len(seq)-1] == 'm' &&
		strings.Trim(seq[2:len(seq)-1], "0123456789;:") == ""
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
