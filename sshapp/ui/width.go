package ui

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/charmbracelet/x/ansi"

	"wick/sshapp/ui/painter"
)

// row is a styled row and its width in cells.
type row struct {
	text  string
	cells int
}

// rowBytes is the memory that a row takes besides its text.
const rowBytes = int(unsafe.Sizeof(row{}))

// textWidth is ansi.StringWidth, but looks for grapheme clusters only if there may
// be some, since that costs ten times as much.
func textWidth(text string) int {
	n, _ := widthWithin(text, len(text)*2)
	return n
}

// widthWithin is textWidth for a text that should fit into most cells. It stops
// counting once the text does not.
func widthWithin(text string, most int) (n int, fits bool) {
	if strings.IndexByte(text, ansi.ESC) >= 0 {
		n = ansi.StringWidth(text)
		return n, n <= most
	}
	for i := 0; i < len(text) && n <= most; {
		size, width := clusterOf(text[i:])
		i += size
		n += width
	}
	return n, n <= most
}

// clusterOf returns the size in bytes and the width in cells of the first
// character of a text.
func clusterOf(text string) (size, width int) {
	size, width = aloneWidth(text)
	if size > 0 && standsAlone(text[size:]) {
		return size, width
	}
	if text[0] < ' ' || text[0] == 0x7f {
		return 1, 0
	}
	cluster, width := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return max(len(cluster), 1), width
}

// aloneWidth returns the size and the width of the first character if only what
// follows it can change them; otherwise 0.
func aloneWidth(text string) (size, width int) {
	if c := text[0]; c < utf8.RuneSelf {
		if c < ' ' || c == 0x7f {
			return 0, 0
		}
		return 1, 1
	}
	r, size := utf8.DecodeRuneInString(text)
	if !painter.IsWide(r) {
		return 0, 0
	}
	return size, 2
}

// standsAlone reports whether the text never joins the character before it.
func standsAlone(text string) bool {
	if text == "" || text[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text)
	return painter.IsWide(r)
}
