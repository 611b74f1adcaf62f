package ui

import (
	"hash/fnv"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Theme is a choice of colours as terminals of one profile show it. It is never
// changed, and is safe for concurrent use: sessions share one per name and profile.
type Theme struct {
	name    ThemeName
	profile termenv.Profile

	plain  ink // ordinary text
	dim    ink // what is not said by people
	strong ink // names of rooms, titles
	accent ink // prompt, markers, notices that matter
	alarm  ink // errors, the question before wiping
	people []ink
	you    []ink // the same colours, marked
	wick   [phases]wickInk

	styled bool        // marks of messages are drawn as styles; else they stay
	marks  [styles]ink // the pieces of messages
	links  bool        // addresses can be opened
}

// themes are all that were made, by name and profile.
var themes sync.Map

// NewTheme returns the dark theme of a profile. Ascii has neither colours nor other
// attributes, in any theme.
func NewTheme(p termenv.Profile) *Theme { return ThemeOf(p, Dark) }

// ThemeOf returns the theme of that name for a profile.
func ThemeOf(p termenv.Profile, name ThemeName) *Theme {
	type id struct {
		profile termenv.Profile
		name    ThemeName
	}
	t, ok := themes.Load(id{p, name})
	if !ok {
		t, _ = themes.LoadOrStore(id{p, name}, makeTheme(p, name))
	}
	return t.(*Theme)
}

// In returns another theme for the same terminal.
func (t *Theme) In(name ThemeName) *Theme { return ThemeOf(t.profile, name) }

func makeTheme(p termenv.Profile, name ThemeName) *Theme {
	// A renderer's profile can only be set afterwards: NewRenderer drops
	// the option, see github.com/charmbracelet/lipgloss/issues/267.
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(true)
	of := func(c tint) ink { return newInk(c.style(r)) }
	pal := paletteOf(name, p)
	t := &Theme{
		name: name, profile: p,
		dim: of(pal.dim), strong: of(pal.strong), accent: of(pal.accent), alarm: of(pal.alarm),
		styled: p != termenv.Ascii,
		// Those with 16 colours may show what they do not know.
		links: p == termenv.TrueColor || p == termenv.ANSI256,
	}
	for ph, w := range pal.wick {
		t.wick[ph] = wickInk{of(w.wax), of(w.ember), of(w.ash), of(w.clock)}
	}
	for _, c := range pal.people {
		t.people = append(t.people, of(c))
		t.you = append(t.you, of(pal.marked(c)))
	}
	for st := range styles {
		c := tint{bold: st&bold != 0, italic: st&italic != 0, underline: st&link != 0}
		switch {
		case st&listing != 0:
			c.fore = pal.block.fore
		case st&code != 0:
			c.fore, c.back, c.reverse = pal.code.fore, pal.code.back, pal.code.reverse
		}
		t.marks[st] = of(c)
	}
	return t
}

// person is the ink of somebody's name: the same identity has the same one on
// every server and screen.
func (t *Theme) person(identity string, you bool) ink {
	h := fnv.New32a()
	io.WriteString(h, identity) // never fails
	i := h.Sum32() % uint32(len(t.people))
	if you {
		return t.you[i]
	}
	return t.people[i]
}

// ink is a style worked out once: Style.Render on every row would be the
// larger part of what it costs to deliver a message.
type ink struct{ on, off string }

func newInk(s lipgloss.Style) ink {
	on, off, _ := strings.Cut(s.Render("x"), "x")
	return ink{on, off}
}

func (i ink) paint(s string) string { return i.on + s + i.off }

// phase is how near the end of the wick is.
type phase int

const (
	calm phase = iota
	lastMinute
	lastSeconds
	phases
)

func phaseOf(left time.Duration) phase {
	switch {
	case left <= 10*time.Second:
		return lastSeconds
	case left <= time.Minute:
		return lastMinute
	default:
		return calm
	}
}

type wickInk struct{ wax, ember, ash, clock ink }
