package editor

import (
	"unicode"
	"unicode/utf8"

	"wick/sshapp/ui/cells"
)

// MaxChar is the most runes that count as one character. No character that is typed on
// a keyboard comes near it.
const MaxChar = 32

// CharStart returns the start of the character that the rune at i belongs to, or
// 0 if i is negative.
func CharStart(runes []rune, i int) int {
	start := max(i, 0)
	// A character of ASCII never continues another.
	for start > 0 && i-start < MaxChar && runes[start] >= utf8.RuneSelf {
		start--
	}
	for start < i {
		end := charEnd(runes, start)
		if end > i {
			break
		}
		start = end
	}
	return start
}

// charEnd returns the end of the character that starts with the rune at i.
func charEnd(runes []rune, i int) int {
	end, _ := charAt(runes, i)
	return end
}

// charAt returns the end of the character that starts with the rune at i, and the
// character, of which only the cells matter. A line break has none, a tab those of shownTab.
func charAt(runes []rune, i int) (end int, c cells.Char) {
	switch {
	case i >= len(runes):
		return len(runes), c
	case runes[i] == '\n':
		return i + 1, c
	case runes[i] == '\t':
		return i + 1, cells.Char{Cells: len(shownTab), Most: len(shownTab)}
	case isPlain(runes[i]) && (i+1 == len(runes) || isPlain(runes[i+1])):
		return i + 1, cells.Char{Size: 1, Cells: 1, Most: 1} // most of what is typed
	case cells.StandsApart(runes[i]) && (i+1 == len(runes) || cells.StandsApart(runes[i+1])):
		return i + 1, cells.First(string(runes[i]))
	}
	// No character has two runes of ASCII. One may follow a sign that is written
	// before others, such as U+0600, and have marks behind it.
	most, ascii := i+1, runes[i] < utf8.RuneSelf
	for ; most < min(i+MaxChar, len(runes)); most++ {
		if runes[most] < utf8.RuneSelf {
			if ascii {
				break
			}
			ascii = true
		}
	}
	text := string(runes[i:most])
	c = cells.First(text)
	return i + utf8.RuneCountInString(text[:c.Size]), c
}

// inWord reports whether a rune is part of a word: a letter, a digit, or a mark
// on one.
func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// wordStart returns the start of the word around or before i.
func wordStart(runes []rune, i int) int {
	for i > 0 && !inWord(runes[i-1]) {
		i--
	}
	for i > 0 && inWord(runes[i-1]) {
		i--
	}
	return i
}

// wordEnd returns the end of the word around or after i.
func wordEnd(runes []rune, i int) int {
	for i < len(runes) && !inWord(runes[i]) {
		i++
	}
	for i < len(runes) && inWord(runes[i]) {
		i++
	}
	return i
}

// blankStart is wordStart for words that are separated only by blanks.
func blankStart(runes []rune, i int) int {
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

// isPlain reports whether a rune is a character of ASCII that takes a cell.
func isPlain(r rune) bool { return ' ' <= r && r < 0x7f }
