package ui

import (
	"hash/fnv"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Theme is the colours of a terminal profile. It is never changed after
// NewTheme and safe from any goroutine: sessions share one per profile.
type Theme struct {
	plain  ink // ordinary text
	dim    ink // what is not said by people
	strong ink // names of rooms, titles
	accent ink // prompt, markers, notices that matter
	alarm  ink // errors, the question before wiping
	people [12]ink
	you    [12]ink // the same colours, marked
	wick   [phases]wickInk
}

// NewTheme builds the theme of a profile. Ascii has no colour and no other
// attribute at all. Colours are of the 256-colour palette in every richer
// profile: those need no more than 11 bytes.
func NewTheme(p termenv.Profile) *Theme {
	// A renderer's profile can only be set afterwards: NewRenderer drops
	// the option, see github.com/charmbracelet/lipgloss/issues/267.
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(true)
	colour := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	t := &Theme{
		dim:    newInk(colour("244")),
		strong: newInk(colour("230").Bold(true)),
		accent: newInk(colour("214")),
		alarm:  newInk(colour("203").Bold(true)),
		wick: [phases]wickInk{
			calm:        {wax: newInk(colour("214")), ember: newInk(colour("228").Bold(true)), ash: newInk(colour("238")), clock: newInk(colour("214").Bold(true))},
			lastMinute:  {wax: newInk(colour("208")), ember: newInk(colour("220").Bold(true)), ash: newInk(colour("238")), clock: newInk(colour("208").Bold(true))},
			lastSeconds: {wax: newInk(colour("196")), ember: newInk(colour("231").Bold(true)), ash: newInk(colour("238")), clock: newInk(colour("196").Bold(true))},
		},
	}
	// Readable on dark, and none that the wick uses.
	for i, c := range [...]string{"75", "79", "114", "149", "180", "217", "211", "176", "141", "110", "152", "187"} {
		t.people[i] = newInk(colour(c))
		t.you[i] = newInk(colour(c).Bold(true))
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
