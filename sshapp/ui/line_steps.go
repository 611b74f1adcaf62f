package ui

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxCluster bounds the runes looked at for one character: none on a keyboard
// comes near it.
const maxCluster = 32

// boundary is the start of the character that holds the rune at i; 0 before
// the first.
func boundary(runes []rune, i int) int {
	start := max(i, 0)
	// A character of ASCII never continues another.
	for start > 0 && i-start < maxCluster && runes[start] >= utf8.RuneSelf {
		start--
	}
	for start < i {
		end := after(runes, start)
		if end > i {
			break
		}
		start = end
	}
	return start
}

// after is the end of the character that starts with the rune at i.
func after(runes []rune, i int) int {
	end, _ := step(runes, i)
	return end
}

// step is the end of the character that starts with the rune at i, and its
// cells. A line break has none.
func step(runes []rune, i int) (end, cells int) {
	switch {
	case i >= len(runes):
		return len(runes), 0
	case runes[i] == '\n':
		return i + 1, 0
	case i+1 < len(runes) && runes[i+1] >= utf8.RuneSelf && !wideAlone(runes[i+1]):
	case runes[i] < utf8.RuneSelf:
		return i + 1, 1
	case wideAlone(runes[i]):
		return i + 1, 2
	}
	// No character has two of ASCII. One may stand behind a sign that is written
	// before others, such as U+0600, and marks behind that.
	most, ascii := i+1, runes[i] < utf8.RuneSelf
	for ; most < min(i+maxCluster, len(runes)); most++ {
		if runes[most] < utf8.RuneSelf {
			if ascii {
				break
			}
			ascii = true
		}
	}
	cluster, cells := ansi.FirstGraphemeCluster(string(runes[i:most]), ansi.GraphemeWidth)
	return i + utf8.RuneCountInString(cluster), cells
}

// Words are runs of letters and digits, with the marks on them.
func wordy(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

func wordBefore(runes []rune, i int) int {
	for i > 0 && !wordy(runes[i-1]) {
		i--
	}
	for i > 0 && wordy(runes[i-1]) {
		i--
	}
	return i
}

func wordAfter(runes []rune, i int) int {
	for i < len(runes) && !wordy(runes[i]) {
		i++
	}
	for i < len(runes) && wordy(runes[i]) {
		i++
	}
	return i
}

// blankBefore is where what stands between blanks before i begins.
func blankBefore(runes []rune, i int) int {
	for i > 0 && unicode.IsSpace(runes[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(runes[i-1]) {
		i--
	}
	return i
}

func lineStart(runes []rune, i int) int {
	for i > 0 && runes[i-1] != '\n' {
		i--
	}
	return i
}

func lineEnd(runes []rune, i int) int {
	for i < len(runes) && runes[i] != '\n' {
		i++
	}
	return i
}
