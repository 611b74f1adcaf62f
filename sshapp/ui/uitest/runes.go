package uitest

import (
	"strconv"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/width"
)

// RuneWidth returns the cells of a rune as wcwidth does in the GNU C library, and so many
// terminals, tmux among them: vowel signs that stand beside their letter take a cell.
func RuneWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) && r != 0xAD || 0x1160 <= r && r <= 0x11FF || 0xD7B0 <= r && r <= 0xD7FF {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Runes measures as RuneWidth does.
func Runes(text string) int {
	r, _ := utf8.DecodeRuneInString(text)
	return RuneWidth(r)
}

// Wide is Runes on a terminal that shows characters of ambiguous width in two cells, as
// many do if they are told that the text is Chinese, Japanese or Korean.
func Wide(text string) int {
	n := Runes(text)
	if r, _ := utf8.DecodeRuneInString(text); n == 1 && width.LookupRune(r).Kind() == width.EastAsianAmbiguous {
		return 2
	}
	return n
}

// Characters of one cell and of two that the emulator never joins to others.
const (
	firstNarrow = 0xF0000 // private use
	firstWide   = 0x20000 // ideographs
	maxStandIns = 0xFFFD
)

// standIns are the stand-ins of all terminals, so that these can be compared.
var standIns = struct {
	sync.Mutex
	of    map[string]rune // by text, with its width before it
	texts map[rune]string
}{of: map[string]rune{}, texts: map[rune]string{}}

// runeMeter has an emulator that measures clusters measure runes: it replaces each rune
// with the marks after it by a stand-in of the right width. A nil runeMeter replaces
// nothing.
type runeMeter struct{ width func(string) int }

// encode returns what to write to the emulator for p, which must not end within a
// character.
func (m *runeMeter) encode(p []byte) []byte {
	if m == nil {
		return p
	}
	out := make([]byte, 0, len(p))
	for i := 0; i < len(p); {
		if p[i] == ansi.ESC {
			_, _, n, _ := ansi.DecodeSequence(p[i:], ansi.NormalState, nil)
			out = append(out, p[i:i+n]...)
			i += n
			continue
		}
		r, n := utf8.DecodeRune(p[i:])
		for n < len(p)-i && r >= ' ' {
			next, size := utf8.DecodeRune(p[i+n:])
			if next < utf8.RuneSelf || m.width(string(next)) > 0 {
				break
			}
			n += size
		}
		if n == 1 {
			out = append(out, p[i])
		} else if text := string(p[i : i+n]); m.width(text) > 0 {
			out = utf8.AppendRune(out, standIn(text, m.width(text)))
		}
		i += n
	}
	return out
}

// standIn returns the character that stands for a text of that width.
func standIn(text string, width int) rune {
	standIns.Lock()
	defer standIns.Unlock()
	key := strconv.Itoa(width) + text
	r, ok := standIns.of[key]
	if !ok {
		if len(standIns.of) == maxStandIns {
			panic("uitest: too many different characters")
		}
		r = rune(firstNarrow + len(standIns.of))
		if width == 2 {
			r = rune(firstWide + len(standIns.of))
		}
		standIns.of[key], standIns.texts[r] = r, text
	}
	return r
}

// decode returns the text that is in a cell.
func (m *runeMeter) decode(cell string) string {
	if m == nil {
		return cell
	}
	standIns.Lock()
	defer standIns.Unlock()
	r, n := utf8.DecodeRuneInString(cell)
	if text, ok := standIns.texts[r]; ok {
		return text + cell[n:]
	}
	return cell
}
