package ui

import (
	"unicode"
	"unicode/utf8"

	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/editor"
	"wick/sshapp/wording"
)

// style is how a piece of a message is drawn.
type style uint8

const (
	bold style = 1 << iota
	italic
	code
	link
	listing   // a line of a block of code; never combined with others
	delimiter // what marks one of the others, or the fence of a block; likewise
	styles
)

// piece is a part of a line that is drawn in one style.
type piece struct {
	text  string
	style style
}

// paragraph is a line of a message.
type paragraph struct {
	text   string
	pieces []piece // that make up the text
	fenced bool    // of a block of code, which keeps all its spaces
}

// parseMarkup finds `code`, **bold**, *italic* and _italic_, fenced blocks and web
// addresses in a clean text. Marks without a partner on their line are text, and so is
// everything between backticks. The pieces have every character of the text, its marks
// included: they may be part of a password. It takes linear time, even for hostile texts.
func parseMarkup(text string) []paragraph {
	lines := wording.Lines(text)
	all := make([]paragraph, 0, len(lines))
	for _, l := range lines {
		switch l.Kind {
		case wording.FenceLine:
			all = append(all, paragraph{l.Text, []piece{{l.Text, delimiter}}, true})
		case wording.CodeLine:
			all = append(all, paragraph{l.Text, []piece{{l.Text, listing}}, true})
		default:
			var s scanner
			s.inline(l.Text, 0)
			if !s.startApart() {
				s.pieces = []piece{{text: l.Text}}
			}
			all = append(all, paragraph{text: l.Text, pieces: s.pieces})
		}
	}
	return all
}

// scanner finds the pieces of a line.
type scanner struct {
	pieces []piece
	alone  [styles]bool // by style: no mark in the rest of the line has a partner
}

// inline adds the pieces of a text that has the style in.
func (s *scanner) inline(text string, in style) {
	from, before := 0, rune(0) // start of what is in no piece yet; the rune before i
	for i := 0; i < len(text); {
		n, found := 0, style(0)
		inner := ""
		switch c := text[i]; c {
		case '`':
			marks := wording.Repeats(text[i:], c)
			if n = wording.CodeSpan(text[i:]); n > 0 {
				found, inner = code, text[i+marks:i+n-marks]
			} else {
				n = -marks // all of them are text
			}
		case '*', '_':
			n, inner, found = s.emphasis(text[i:], c, before, in)
		case 'h':
			if !wording.WordRune(before) {
				if n = wording.WebAddress(text[i:]); n > 0 {
					found, inner = link, text[i:i+n]
				}
			}
		}
		if n <= 0 {
			step := max(-n, 1)
			if n == 0 {
				before, step = utf8.DecodeRuneInString(text[i:])
			} else {
				before = rune(text[i])
			}
			i += step
			continue
		}
		s.add(text[from:i], in)
		marks := (n - len(inner)) / 2
		s.add(text[i:i+marks], delimiter)
		if found == code || found == link {
			s.add(inner, in|found)
		} else {
			alone := s.alone
			s.inline(inner, in|found)
			s.alone = alone // a mark without a partner inside may have one after it
		}
		s.add(text[i+n-marks:i+n], delimiter)
		before, _ = utf8.DecodeLastRuneInString(text[:i+n])
		i += n
		from = i
	}
	s.add(text[from:], in)
}

// startApart reports whether every piece begins with a character of its own. Terminals
// do not agree about an accent that follows a change of style.
func (s *scanner) startApart() bool {
	before := []rune(nil)
	for _, p := range s.pieces {
		first, _ := utf8.DecodeRuneInString(p.text)
		before = append(before, first)
		if cells.Joins(first) || editor.CharStart(before, len(before)-1) != len(before)-1 {
			return false
		}
		from := len(p.text)
		for n := 0; from > 0 && n < editor.MaxChar; n++ {
			_, size := utf8.DecodeLastRuneInString(p.text[:from])
			from -= size
		}
		before = before[:0]
		for _, r := range p.text[from:] {
			before = append(before, r)
		}
	}
	return true
}

func (s *scanner) add(text string, st style) {
	if text != "" {
		s.pieces = append(s.pieces, piece{text, st})
	}
}

// emphasis reads a mark at the start of text. It returns the text between the mark and
// its partner, its style, and the length n with both marks. If the mark is text, n is
// minus its length. An opening mark stands before a word and not after one, a closing
// mark the other way round: so a*b, *.go and snake_case are text.
func (s *scanner) emphasis(text string, c byte, before rune, in style) (n int, inner string, st style) {
	marks := wording.Repeats(text, c)
	switch {
	case marks == 1:
		st = italic
	case marks == 2 && c == '*':
		st = bold
	default:
		return -marks, "", 0
	}
	memo := &s.alone[st]
	if c == '_' {
		memo = &s.alone[0]
	}
	if next, _ := utf8.DecodeRuneInString(text[marks:]); in&st != 0 || *memo || wording.WordRune(before) || next == utf8.RuneError || unicode.IsSpace(next) {
		return -marks, "", 0
	}
	for i := marks; i < len(text); {
		switch {
		case text[i] == '`':
			i += max(wording.CodeSpan(text[i:]), wording.Repeats(text[i:], '`'))
		case text[i] != c:
			i++
		default:
			here := wording.Repeats(text[i:], c)
			last, _ := utf8.DecodeLastRuneInString(text[:i])
			next, _ := utf8.DecodeRuneInString(text[i+here:])
			if here == marks && !unicode.IsSpace(last) && !wording.WordRune(next) {
				return i + here, text[marks:i], st
			}
			i += here
		}
	}
	*memo = true
	return -marks, "", 0
}
