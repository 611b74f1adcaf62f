package ui

import (
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// maxDial bounds what is typed into a dial, in characters.
const maxDial = 12

// dial is a value to choose with ← and → or to type.
type dial struct {
	text  string
	typed bool                                  // keys add to the text rather than replace it
	step  func(text string, by int) (to string) // the next choice, or the one before
}

func (d *dial) press(k tea.KeyMsg) {
	switch {
	case pressed(k, keys.less):
		d.text, d.typed = d.step(d.text, -1), false
	case pressed(k, keys.more):
		d.text, d.typed = d.step(d.text, +1), false
	case pressed(k, keys.deleteBack):
		_, n := utf8.DecodeLastRuneInString(d.text)
		d.text, d.typed = d.text[:len(d.text)-n], true
	case k.Type == tea.KeyRunes && !k.Alt:
		if !d.typed {
			d.text, d.typed = "", true
		}
		for _, r := range k.Runes {
			if r > ' ' && r < 0x7f && len(d.text) < maxDial {
				d.text += string(r)
			}
		}
	}
}
