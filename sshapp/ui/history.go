package ui

import "slices"

// Bounds of the texts that a history keeps.
const (
	historyTexts = 50
	historyBytes = 64 << 10
)

// history holds the messages and commands that were typed in this session, but nothing
// that passes, see slash.IsPassing, unless it was not sent.
type history struct {
	texts []string // the newest last
	bytes int
	back  int    // how many texts back the composer has gone; 0: at the draft
	draft string // what was typed before going back
}

// add adds a text that was sent, and returns to the draft, which is empty now. A text
// that equals the last one is not added again.
func (h *history) add(text string) {
	h.back, h.draft = 0, ""
	if n := len(h.texts); text != "" && (n == 0 || h.texts[n-1] != text) {
		h.append(text)
	}
}

// forget drops the texts for which passing is true, and returns to the draft, which is
// empty now.
func (h *history) forget(passing func(string) bool) {
	h.back, h.draft = 0, ""
	h.drop(passing)
}

// drop drops the texts for which gone is true, and does not move the composer unless
// that went back as far.
func (h *history) drop(gone func(string) bool) {
	h.texts = slices.DeleteFunc(h.texts, gone) // clears what it drops
	h.bytes = 0
	for _, text := range h.texts {
		h.bytes += len(text)
	}
	h.back = min(h.back, len(h.texts))
}

// keep adds a text unless it is there, and does not move the composer.
func (h *history) keep(text string) {
	if !slices.Contains(h.texts, text) {
		h.append(text)
		if h.back > 0 {
			h.back = min(h.back+1, len(h.texts))
		}
	}
}

func (h *history) append(text string) {
	h.texts = append(h.texts, text)
	h.bytes += len(text)
	for len(h.texts) > historyTexts || h.bytes > historyBytes && len(h.texts) > 1 {
		h.bytes -= len(h.texts[0])
		h.texts[0] = "" // the array lives on for a while
		h.texts = h.texts[1:]
	}
}

// step returns the next older text if by is -1, or the next newer one if it is 1, and
// whether there is one. The newest of all is the draft: typed, which step keeps when
// it leaves the draft.
func (h *history) step(by int, typed string) (text string, ok bool) {
	back := h.back - by
	if back < 0 || back > len(h.texts) {
		return "", false
	}
	if h.back == 0 {
		h.draft = typed
	}
	h.back = back
	if back == 0 {
		text, h.draft = h.draft, ""
		return text, true
	}
	return h.texts[len(h.texts)-back], true
}
