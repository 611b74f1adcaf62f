package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCandidates bounds the candidates that Tab goes through.
const maxCandidates = 200

// completion is a word that is being completed: the text before the cursor ends with
// the chosen candidate.
type completion struct {
	typed      string // the word as it was typed
	candidates []string
	chosen     int
	inserted   int // characters of the word as it is now
}

// complete completes the word before the cursor with the next candidate, or with the
// previous one if by is -1. find returns the candidates for a word, given the text
// before it.
func (c *composer) complete(by int, find func(before, word string) []string) {
	if p := c.completion; p != nil {
		p.chosen = (p.chosen + by + len(p.candidates)) % len(p.candidates)
		c.replaceWord(p.candidates[p.chosen])
		return
	}
	before := c.draft.BeforeCursor()
	word := before
	if from := strings.LastIndexFunc(before, unicode.IsSpace); from >= 0 {
		_, n := utf8.DecodeRuneInString(before[from:])
		word = before[from+n:]
	}
	from := len(before) - len(word)
	all := find(before[:from], word)
	if len(all) == 0 {
		return
	}
	p := &completion{typed: word, candidates: all[:min(len(all), maxCandidates)], inserted: utf8.RuneCountInString(word)}
	if by < 0 {
		p.chosen = len(p.candidates) - 1
	}
	c.completion = p
	c.returned, c.pasted = false, false
	c.replaceWord(p.candidates[p.chosen])
	if len(all) == 1 {
		c.completion = nil
	}
}

// replaceWord replaces the word that is being completed, if the limit allows it.
func (c *composer) replaceWord(text string) {
	if c.draft.ReplaceBefore(c.completion.inserted, text) {
		c.completion.inserted = utf8.RuneCountInString(text)
	}
}

// cancelCompletion restores the word as it was typed.
func (c *composer) cancelCompletion() {
	c.replaceWord(c.completion.typed)
	c.completion = nil
}

// draw shows the candidates in a row, with the chosen one marked.
func (p *completion) draw(b *rowBuilder, t *Theme) {
	text := func(i int) string { return strings.TrimRight(p.candidates[i], ": ") }
	// Start with the first, unless the chosen one would be out of sight.
	from, width := 0, 0
	for i := 0; i <= p.chosen; i++ {
		width += textWidth(text(i)) + 2
	}
	if width > b.left-2 {
		from = p.chosen
		b.write(t.dim, t.mark("…")+" ")
	}
	for i := from; i < len(p.candidates) && b.left > 1; i++ {
		if i == p.chosen {
			b.write(t.accent, t.mark("‹")+text(i)+t.mark("›"))
			b.skip(1)
			continue
		}
		b.write(t.dim, text(i))
		b.skip(2)
	}
}
