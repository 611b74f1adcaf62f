package slash

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/kyokomi/emoji/v2"

	"wick/sshapp/wording"
)

// maxShortcode bounds the name of an emoji, in bytes, colons included.
const maxShortcode = 80

// withEmoji replaces names like :tada: in a text that is about to be sent with their
// emoji, so that everybody sees the same. It leaves code and addresses alone.
func withEmoji(text string) string {
	if !strings.Contains(text, ":") {
		return text
	}
	var b strings.Builder
	before := rune(0)
	for i := 0; i < len(text); {
		n, put := 1, ""
		switch text[i] {
		case '`':
			// A fenced block starts at the beginning of a line, and may have many lines.
			if n = fencedBlock(text, i); n == 0 {
				n = max(wording.CodeSpan(text[i:]), wording.Repeats(text[i:], '`'))
			}
		case 'h':
			if !wording.WordRune(before) {
				n = max(wording.WebAddress(text[i:]), 1)
			}
		case ':':
			if !wording.WordRune(before) {
				if size, e := shortcode(text[i:]); size > 0 {
					n, put = size, e
				}
			}
		default:
			_, n = utf8.DecodeRuneInString(text[i:])
		}
		if put == "" {
			put = text[i : i+n]
		}
		b.WriteString(put)
		before, _ = utf8.DecodeLastRuneInString(text[:i+n])
		i += n
	}
	return b.String()
}

// fencedBlock returns the length of the block of code whose first fence is at i, up
// to its last fence; 0 for none.
func fencedBlock(text string, i int) int {
	if i > 0 && text[i-1] != '\n' {
		return 0
	}
	first, rest, _ := strings.Cut(text[i:], "\n")
	if !wording.OpensFence(first) {
		return 0
	}
	at := strings.Index("\n"+rest+"\n", "\n"+wording.Fence+"\n")
	if at < 0 {
		return 0
	}
	return len(first) + 1 + at + len(wording.Fence)
}

// shortcode returns the length of the name of an emoji at the start of a text, and
// the emoji; 0 for none. No letter or digit may follow: 10:100:7 has no emoji.
func shortcode(text string) (n int, e string) {
	end := strings.IndexByte(text[1:min(len(text), maxShortcode)], ':')
	if end < 1 {
		return 0, ""
	}
	n = end + 2
	if next, _ := utf8.DecodeRuneInString(text[n:]); wording.WordRune(next) {
		return 0, ""
	}
	e, ok := emoji.CodeMap()[text[:n]]
	if !ok {
		return 0, ""
	}
	return n, e
}

// allShortcodes returns the names of all emoji, sorted.
var allShortcodes = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(emoji.CodeMap())) })

// shortcodes returns the names of emoji that begin with the text, sorted.
func shortcodes(typed string) []string {
	all := allShortcodes()
	from, _ := slices.BinarySearch(all, typed)
	to := from
	for to < len(all) && strings.HasPrefix(all[to], typed) {
		to++
	}
	return slices.Clone(all[from:to])
}
