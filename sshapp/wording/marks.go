package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file finds the parts of a message that stay as typed: code and web addresses.
// Sending, which turns :tada: into an emoji, and drawing must agree on them.

// Fence begins and ends a block of code. It stands alone on its line, except that the
// name of a language may follow the first one.
const Fence = "```"

// OpensFence reports whether a line can begin a block of code.
func OpensFence(line string) bool {
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
