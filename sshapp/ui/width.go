package ui

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/charmbracelet/x/ansi"
)

// row is a styled row and how many cells it has.
type row struct {
	text  string
	cells int
}

// rowBytes is what a row costs beside its text.
const rowBytes = int(unsafe.Sizeof(row{}))

// textWidth is ansi.StringWidth, but asks for grapheme clusters only if there may
// be some: that costs ten times as much.
func textWidth(text string) int {
	n, _ := widthWithin(text, len(text)*2)
	return n
}

// widthWithin is textWidth for a text that should fit. It stops where it does not.
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

// clusterOf is the size in bytes and the width in cells of the first character
// of a text.
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

// aloneWidth is the size and the width of the first character if it is one that
// nothing but a mark behind it can change; or 0.
func aloneWidth(text string) (size, width int) {
	if c := text[0]; c < utf8.RuneSelf {
		if c < ' ' || c == 0x7f {
			return 0, 0
		}
		return 1, 1
	}
	r, size := utf8.DecodeRuneInString(text)
	if !wideAlone(r) {
		return 0, 0
	}
	return size, 2
}

// standsAlone reports whether what begins with the text, if anything, never joins
// what is before it.
func standsAlone(text string) bool {
	if text == "" || text[0] < utf8.RuneSelf {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text)
	return wideAlone(r)
}

// wideAlone reports whether a character is two cells wide and joins nothing: the
// ideographs, Kana without their marks, and the syllables of Hangul.
func wideAlone(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0x3400 <= r && r <= 0x4DBF ||
		0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA || 0xAC00 <= r && r <= 0xD7A3
}
