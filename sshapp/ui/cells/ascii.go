package cells

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// unknown stands for a character that has no likeness in ASCII.
const unknown = "?"

// likeness are characters of ASCII for some that have no decomposition.
var likeness = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '‹': "<", '›': ">", '′': "'", '″': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '─': "-", '━': "=", '╌': ".", '│': "|", '┃': "|",
	'…': "~", '·': ".", '•': "*", '●': "*", '×': "x", '÷': "/", '⁄': "/",
	'←': "<", '→': ">", '↑': "^", '↓': "v", '❯': ">", '■': "#", '□': "o", '✂': "x", '▒': "#", '▌': "|", '⏎': `\`,
	'Ø': "O", 'ø': "o", 'Đ': "D", 'đ': "d", 'Ł': "L", 'ł': "l", 'ß': "s", 'ı': "i", '¡': "!", '¿': "?",
}

// ASCII returns a text in ASCII that takes as many cells: letters lose their accents, and
// what has no likeness becomes one question mark per cell. Controls stay.
func ASCII(text string) string {
	if at := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }); at < 0 {
		return text
	}
	var b strings.Builder
	for text != "" {
		size, c := next(text)
		b.WriteString(asciiChar(text[:size], c.Cells))
		text = text[size:]
	}
	return b.String()
}

// asciiChar is ASCII for one character.
func asciiChar(char string, cells int) string {
	if char[0] < utf8.RuneSelf && len(char) == 1 || char[0] < ' ' {
		return char
	}
	if cells == 0 {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(char)
	like, ok := likeness[r]
	if !ok {
		// The base of an accented letter, or the letter in another form.
		base := norm.NFKD.String(string(r))
		if base[0] < utf8.RuneSelf && !strings.ContainsFunc(base[1:], isNoMark) {
			like = base[:1]
		}
	}
	if like == "" {
		return strings.Repeat(unknown, cells)
	}
	return like + strings.Repeat(" ", cells-1)
}

func isNoMark(r rune) bool { return !unicode.IsMark(r) }
