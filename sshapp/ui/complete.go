package ui

import (
	"strings"
	"unicode/utf8"
)

// maxChoices bounds the choices that Tab steps through.
const maxChoices = 200

// tabbing is a choice that is being made with Tab. The chosen text is in
// [from, to).
type tabbing struct {
	from, to int
	typed    string // what was there before
	choices  []string
	at       int
}

// complete chooses the next candidate for the word before the cursor, or the one
// before if by is -1.
func (c *chat) complete(by int) {
	if t := c.tab; t != nil {
		t.at = (t.at + by + len(t.choices)) % len(t.choices)
		c.choose(t.choices[t.at])
		return
	}
	to := c.line.pos
	from := to
	for from > 0 && c.line.runes[from-1] > ' ' {
		from--
	}
	typed := string(c.line.runes[from:to])
	all := c.candidates(string(c.line.runes[:from]), typed)
	if len(all) == 0 {
		return
	}
	c.tab = &tabbing{from: from, to: to, typed: typed, choices: all[:min(len(all), maxChoices)]}
	if by < 0 {
		c.tab.at = len(c.tab.choices) - 1
	}
	c.choose(c.tab.choices[c.tab.at])
	if len(all) == 1 {
		c.tab = nil
	}
}

// choose puts a choice into the draft, if it has room for it.
func (c *chat) choose(text string) {
	t, l := c.tab, &c.line
	if len(l.runes)-(t.to-t.from)+utf8.RuneCountInString(text) > l.limit {
		return
	}
	l.replace(t.from, t.to, []rune(text))
	t.to = l.pos
}

// unchoose restores what was typed.
func (c *chat) unchoose() {
	c.choose(c.tab.typed)
	c.tab = nil
}

// candidates returns what the beginning of a word may become; before is the text
// before it.
func (c *chat) candidates(before, typed string) []string {
	return c.completer.Candidates(c.room(), before, typed)
}

// offer draws the choices in a row, with a mark on the chosen one.
func (t *tabbing) offer(p *rowBuilder, theme *Theme) {
	text := func(i int) string { return strings.TrimRight(t.choices[i], ": ") }
	// Begin with the first choice, unless the chosen one would be out of sight.
	from, cells := 0, 0
	for i := 0; i <= t.at; i++ {
		cells += len([]rune(text(i))) + 2
	}
	if cells > p.left-2 {
		from = t.at
		p.write(theme.dim, "… ")
	}
	for i := from; i < len(t.choices) && p.left > 1; i++ {
		if i == t.at {
			p.write(theme.accent, "‹"+text(i)+"›")
			p.skip(1)
			continue
		}
		p.write(theme.dim, text(i))
		p.skip(2)
	}
}
