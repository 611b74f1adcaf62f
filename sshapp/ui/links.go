package ui

import (
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLink bounds the addresses that can be opened, in bytes: on every row that
// shows a part of it, a link is sent whole.
const maxLink = 512

// address is the length of the web address at the start of a text; 0 for none.
// It is ASCII throughout, for it is what the terminal opens and looks like
// nothing else, and ends before the punctuation of the sentence around it.
func address(text string) int {
	host, ok := strings.CutPrefix(text, "https://")
	if !ok {
		if host, ok = strings.CutPrefix(text, "http://"); !ok {
			return 0
		}
	}
	scheme := len(text) - len(host)
	all := len(host)
	host = host[:min(all, maxLink)]
	if host == "" || strings.IndexByte("/:?#@.", host[0]) >= 0 {
		return 0
	}
	n := 0
	for n < len(host) && linkBytes[host[n]] {
		n++
	}
	if n == len(host) {
		if n < all {
			return 0 // too long
		}
	} else if r, _ := utf8.DecodeRuneInString(host[n:]); r > '~' && wordy(r) {
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
	if n == 0 || scheme+n > maxLink {
		return 0
	}
	return scheme + n
}

// linkBytes are those an address may have.
var linkBytes = func() (is [256]bool) {
	for c := '!'; c <= '~'; c++ {
		is[c] = !strings.ContainsRune("<>\"`\\^{|}", c)
	}
	return is
}()

// linked makes a part of an address open all of it. Parts with the same id are
// one link to the terminal, also where a row ends between them:
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
func linked(url, part string) string {
	h := fnv.New32a()
	io.WriteString(h, url) // never fails
	return fmt.Sprintf("\x1b]8;id=%x;%s\x1b\\%s%s", h.Sum32(), url, part, painterUnlink)
}
