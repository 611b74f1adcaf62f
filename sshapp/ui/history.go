package ui

import "slices"

// Bounds of the texts that a composer keeps.
const (
	historyTexts = 50
	historyBytes = 64 << 10
)

// history is the messages and commands of this session, to be sent again.
type history struct {
	texts []string // the newest last
	bytes int
	back  int    // how many texts back the composer is; 0: at the draft
	draft string // what was typed before going back
}

// add keeps a text and returns to the draft, which is empty now. A repeated text
// is kept once.
func (h *history) add(text string) {
	h.back, h.draft = 0, ""
	if n := len(h.texts); text != "" && (n == 0 || h.texts[n-1] != text) {
		h.append(text)
	}
}

// keep adds a text unless it is there, and leaves the composer where it is.
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

// step goes to an older text, -1, or a newer one, 1, and reports whether there is
// one. Going back from the draft keeps what is typed there; coming back to it
// returns that.
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
