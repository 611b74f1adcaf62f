package ui

import (
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// maxStepper bounds what is typed into a stepper, in characters.
const maxStepper = 12

// stepper is a field of a form whose value is chosen with ← and →, or typed.
type stepper struct {
	text  string
	typed bool                                  // the next character is added to the text; else it replaces it
	step  func(text string, by int) (to string) // returns the next choice, or the previous one if by is -1
}

func (s *stepper) press(k tea.KeyMsg) {
	switch {
	case pressed(k, keys.less):
		s.text, s.typed = s.step(s.text, -1), false
	case pressed(k, keys.more):
		s.text, s.typed = s.step(s.text, +1), false
	case pressed(k, keys.deleteBack):
		_, n := utf8.DecodeLastRuneInString(s.text)
		s.text, s.typed = s.text[:len(s.text)-n], true
	case k.Type == tea.KeyRunes && !k.Alt:
		if !s.typed {
			s.text, s.typed = "", true
		}
		for _, r := range k.Runes {
			if r > ' ' && r < 0x7f && len(s.text) < maxStepper {
				s.text += string(r)
			}
		}
	}
}
