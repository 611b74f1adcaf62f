package wording

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file finds what is drawn in a way of its own in a clean text, on screens and in
// plain lines alike: blocks of code, code within a line, and web addresses.

// Fence begins and ends a block of code. It stands alone on its line, except that the
// name of a language may follow the first one.
const Fence = "```"

// Line is a line of a message.
type Line struct {
	Text string
	Kind LineKind
}

// LineKind says what a line belongs to.
type LineKind uint8

const (
	Prose     LineKind = iota
	FenceLine          // the first or the last line of a block of code
	CodeLine           // a line between them, to be drawn as it is
)

// Lines returns the lines of a clean text. Outside blocks of code, blank lines in a row
// become one.
func Lines(text string) []Line {
	lines := strings.Split(text, "\n")
	all := make([]Line, 0, len(lines))
	closed := true // an opening fence may have a closing one below
	for i := 0; i < len(lines); i++ {
		if closed && opensFence(lines[i]) {
			n := slices.Index(lines[i+1:], Fence)
			if n > 0 {
				all = append(all, Line{lines[i], FenceLine})
				for _, code := range lines[i+1 : i+1+n] {
					all = append(all, Line{code, CodeLine})
				}
				all = append(all, Line{Fence, FenceLine})
				i += n + 1
				continue
			}
			closed = n == 0 // an empty block is text
		}
		if lines[i] != "" || len(all) == 0 || all[len(all)-1] != (Line{}) {
			all = append(all, Line{lines[i], Prose})
		}
	}
	return all
}

// opensFence reports whether a line can begin a block of code.
func opensFence(line string) bool {
	rest, ok := strings.CutPrefix(line, Fence)
	return ok && !strings.ContainsAny(rest, "` ")
}

// CodeSpan returns the length of the code between backticks at the start of a
// text, with the backticks, on one line; 0 for none.
func CodeSpan(text string) int {
	marks := Repeats(text, '`')
	for i := marks; i < len(text) && text[i] != '\n'; {
		if text[i] != '`' {
			i++
			continue
		}
		here := Repeats(text[i:], '`')
		if here == marks {
			return i + here
		}
		i += here
	}
	return 0
}

// Repeats returns how often c stands at the start of a text.
func Repeats(text string, c byte) int {
	n := 0
	for n < len(text) && text[n] == c {
		n++
	}
	return n
}

// WordRune reports whether r continues a word, in the scripts that separate words
// by spaces.
func WordRune(r rune) bool {
	return r < 0x2E80 && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// maxAddress bounds the web addresses that can be opened, in bytes: a terminal is
// sent the whole address on each row that shows a part of it.
const maxAddress = 512

// WebAddress returns the length of the web address at the start of a text; 0 for
// none. The address is all ASCII, since the terminal opens it and it must not look like
// another one. It ends before the punctuation of the sentence around it.
func WebAddress(text string) int {
	host, ok := strings.CutPrefix(text, "https://")
	if !ok {
		if host, ok = strings.CutPrefix(text, "http://"); !ok {
			return 0
		}
	}
	scheme := len(text) - len(host)
	all := len(host)
	host = host[:min(all, maxAddress)]
	if host == "" || strings.IndexByte("/:?#@.", host[0]) >= 0 {
		return 0
	}
	n := 0
	for n < len(host) && addressBytes[host[n]] {
		n++
	}
	if n == len(host) {
		if n < all {
			return 0 // too long
		}
	} else if r, _ := utf8.DecodeRuneInString(host[n:]); r > '~' && unicode.In(r, unicode.L, unicode.N, unicode.M) {
		return 0 // cut short, it would lead elsewhere
	}
	open := strings.Count(host[:n], "(") - strings.Count(host[:n], ")")
	for ; n > 0; n-- {
		if c := host[n-1]; c == ')' && open < 0 {
			open++ // it closes what was open before the address
		} else if !strings.ContainsRune(".,;:!?'*_]", rune(c)) {
			break
		}
	}
	if n == 0 || scheme+n > maxAddress {
		return 0
	}
	return scheme + n
}

// addressBytes are the bytes that an address may have.
var addressBytes = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = !strings.ContainsRune("<>\"`\\^{|}", c)
	}
	return is
}()
