package ui

import (
	"hash/fnv"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"wick/sshapp/ui/cells"
)

// Theme is a choice of colours for one colour profile. It is immutable and safe for
// concurrent use: sessions share one per name and profile.
type Theme struct {
	name    ThemeName
	profile termenv.Profile

	plain  ink // ordinary text
	dim    ink // what people did not write
	strong ink // names of rooms, titles
	accent ink // prompt, markers, notices that matter
	alarm  ink // errors, the question before wiping
	people []ink
	you    []ink // the same for a person's own name
	wick   [phases]wickInk
	qr     ink // black on white

	ascii  bool        // wick draws with characters of ASCII alone
	styled bool        // markup is drawn in styles; otherwise it is left as typed
	marks  [styles]ink // by the style of the piece
	links  bool        // web addresses are links
}

// themes holds the themes made so far, by name and profile.
var themes sync.Map

// NewTheme returns the dark theme for a profile. With Ascii no theme has colours or
// other attributes.
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

// In returns the theme of that name for the same profile.
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
		dim: of(pal.dim), qr: of(blackOnWhite(p)), strong: of(pal.strong), accent: of(pal.accent), alarm: of(pal.alarm),
		ascii:  name == ASCII,
		styled: p != termenv.Ascii,
		// Terminals with 16 colours may print a link's control sequence.
		links: p == termenv.TrueColor || p == termenv.ANSI256,
	}
	for ph, w := range pal.wick {
		t.wick[ph] = wickInk{of(w.wax), of(w.ember), of(w.ash), of(w.clock)}
	}
	for _, c := range pal.people {
		t.people = append(t.people, of(c))
		t.you = append(t.you, of(pal.own(c)))
	}
	for st := range styles {
		c := tint{bold: st&bold != 0, italic: st&italic != 0, underline: st&link != 0}
		switch {
		case st&delimiter != 0:
			c = pal.dim
		case st&listing != 0:
			c.fore = pal.block.fore
		case st&code != 0:
			c.fore, c.back, c.reverse = pal.code.fore, pal.code.back, pal.code.reverse
		}
		t.marks[st] = of(c)
	}
	return t
}

// inASCII replaces what wick draws with, and what its sentences hold besides letters.
var inASCII = strings.NewReplacer(
	"━", "=", "●", "*", "╌", ".", "─", "-", "│", "|", "▌", "|", "▒", "#", "❯", ">", "‹", "<", "›", ">",
	"■", "#", "□", "o", "✂", "x", "→", "->", "←", "<-", "↑", "Up", "↓", "Down", "…", "...", "·", "-",
)

// own returns a text of wick's own as the theme draws it. What people say is never
// passed to it.
func (t *Theme) own(text string) string {
	if t.ascii {
		return inASCII.Replace(text)
	}
	return text
}

// mark returns a sign of one cell as the theme draws it, in one cell.
func (t *Theme) mark(sign string) string {
	if t.ascii {
		return cells.ASCII(sign)
	}
	return sign
}

// person returns the ink of a person's name. An identity has the same one on every
// server and screen.
func (t *Theme) person(identity string, you bool) ink {
	h := fnv.New32a()
	io.WriteString(h, identity) // never fails
	i := h.Sum32() % uint32(len(t.people))
	if you {
		return t.you[i]
	}
	return t.people[i]
}

// ink holds the control sequences of a style. Calling Style.Render for every row would
// be most of the cost of delivering a message.
type ink struct{ on, off string }

func newInk(s lipgloss.Style) ink {
	on, off, _ := strings.Cut(s.Render("x"), "x")
	return ink{on, off}
}

func (i ink) paint(s string) string { return i.on + s + i.off }

// phase is how close the end of the countdown is.
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
