package ui

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// ThemeName names a choice of colours.
type ThemeName string

// The themes: for dark and for light backgrounds, and for either one without
// colours, but with bold, underlined and reversed text. ASCII is like Contrast, and wick
// draws with characters of ASCII alone.
const (
	Dark     ThemeName = "dark"
	Light    ThemeName = "light"
	Contrast ThemeName = "contrast"
	ASCII    ThemeName = "ascii"
)

// ThemeNames are all of them.
var ThemeNames = []ThemeName{Dark, Light, Contrast, ASCII}

// tint is a style with colours as a profile names them: a number, or #rrggbb. Empty is
// the terminal's own colour.
type tint struct {
	fore, back                       string
	bold, italic, underline, reverse bool
}

func (c tint) style(r *lipgloss.Renderer) lipgloss.Style {
	s := r.NewStyle().Bold(c.bold).Italic(c.italic).Underline(c.underline).Reverse(c.reverse)
	if c.fore != "" {
		s = s.Foreground(lipgloss.Color(c.fore))
	}
	if c.back != "" {
		s = s.Background(lipgloss.Color(c.back))
	}
	return s
}

// palette holds the tints of a theme for one colour profile.
type palette struct {
	dim, strong, accent, alarm tint
	code, block                tint
	people                     []tint
	you                        tint // added to a person's own name
	wick                       [phases]wickTint
}

type wickTint struct{ wax, ember, ash, clock tint }

// own returns the tint of a person's own name.
func (p palette) own(c tint) tint {
	c.bold, c.underline = true, p.you.underline
	return c
}

// blackOnWhite returns the tint of a QR code. Terminals may draw the 16 colours otherwise.
func blackOnWhite(p termenv.Profile) tint {
	switch p {
	case termenv.TrueColor:
		return tint{fore: "#000000", back: "#ffffff"}
	case termenv.ANSI256:
		return tint{fore: "16", back: "231"}
	default:
		return tint{fore: "0", back: "15"}
	}
}

func fore(c string) tint   { return tint{fore: c} }
func strong(c string) tint { return tint{fore: c, bold: true} }

func fores(names ...string) []tint {
	all := make([]tint, len(names))
	for i, n := range names {
		all[i] = fore(n)
	}
	return all
}

// burningIn returns the tints of the wick in one phase. The clock has the colour of
// the wax, unless that is too light to read.
func burningIn(wax, ember, ash, clock string) wickTint {
	return wickTint{fore(wax), strong(ember), fore(ash), strong(clock)}
}

func paletteOf(name ThemeName, p termenv.Profile) palette {
	if name == Contrast || name == ASCII {
		return contrast
	}
	byProfile := map[termenv.Profile]palette{termenv.TrueColor: darkTrue, termenv.ANSI256: dark256}
	other := dark16
	if name == Light {
		byProfile = map[termenv.Profile]palette{termenv.TrueColor: lightTrue, termenv.ANSI256: light256}
		other = light16
	}
	if pal, ok := byProfile[p]; ok {
		return pal
	}
	return other
}

// People never have a colour of the wick.
var (
	darkTrue = palette{
		dim: fore("#8a8f98"), strong: strong("#fff3d6"), accent: fore("#ffaf3f"), alarm: strong("#ff6b6b"),
		code: tint{fore: "#ffd7a8", back: "#2d2a26"}, block: fore("#ffd7a8"),
		people: fores("#6cb6ff", "#56d4dd", "#7ee787", "#b5d66b", "#e0b285", "#ffb3b3", "#ff8fc8", "#d98fe0", "#b392f0", "#8fb3e0", "#a5d6d0", "#d6d0a0"),
		wick: [phases]wickTint{
			calm:        burningIn("#ffaf3f", "#fff3a0", "#4a4540", "#ffaf3f"),
			lastMinute:  burningIn("#ff8c2a", "#ffd75f", "#4a4540", "#ff8c2a"),
			lastSeconds: burningIn("#ff3b30", "#ffffff", "#4a4540", "#ff3b30"),
		},
	}
	dark256 = palette{
		dim: fore("244"), strong: strong("230"), accent: fore("214"), alarm: strong("203"),
		code: tint{fore: "223", back: "236"}, block: fore("223"),
		people: fores("75", "79", "114", "149", "180", "217", "211", "176", "141", "110", "152", "187"),
		wick: [phases]wickTint{
			calm:        burningIn("214", "228", "238", "214"),
			lastMinute:  burningIn("208", "220", "238", "208"),
			lastSeconds: burningIn("196", "231", "238", "196"),
		},
	}
	dark16 = palette{
		dim: fore("7"), strong: strong("15"), accent: fore("11"), alarm: strong("9"),
		code: fore("14"), block: fore("14"),
		people: fores("12", "14", "10", "13", "6", "2", "5"),
		wick: [phases]wickTint{
			calm:        burningIn("3", "11", "8", "3"),
			lastMinute:  burningIn("11", "15", "8", "11"),
			lastSeconds: burningIn("9", "15", "8", "9"),
		},
	}
	lightTrue = palette{
		dim: fore("#636a72"), strong: strong("#24292e"), accent: fore("#a65200"), alarm: strong("#c9190b"),
		code: tint{fore: "#7a3e00", back: "#f3ede4"}, block: fore("#7a3e00"),
		people: fores("#0b5cad", "#006b75", "#1a6b2e", "#556b00", "#8a4b08", "#b0232e", "#a8186e", "#7d2a91", "#5a32a3", "#2f4f8f", "#1f5f5b", "#6b5a00"),
		wick: [phases]wickTint{
			calm:        burningIn("#c46a00", "#a65200", "#d0c8bc", "#a65200"),
			lastMinute:  burningIn("#d9480f", "#b33a00", "#d0c8bc", "#b33a00"),
			lastSeconds: burningIn("#d00000", "#8a0000", "#d0c8bc", "#c00000"),
		},
	}
	light256 = palette{
		dim: fore("241"), strong: strong("235"), accent: fore("130"), alarm: strong("160"),
		code: tint{fore: "88", back: "255"}, block: fore("88"),
		people: fores("25", "23", "22", "58", "94", "124", "125", "90", "55", "24", "28", "95"),
		wick: [phases]wickTint{
			calm:        burningIn("136", "130", "250", "94"),
			lastMinute:  burningIn("166", "130", "250", "130"),
			lastSeconds: burningIn("160", "88", "250", "160"),
		},
	}
	light16 = palette{
		dim: fore("8"), strong: strong("0"), accent: fore("5"), alarm: strong("1"),
		code: fore("4"), block: fore("4"),
		people: fores("4", "6", "2", "5", "1", "12", "13"),
		wick: [phases]wickTint{
			calm:        burningIn("3", "1", "7", "0"),
			lastMinute:  burningIn("5", "1", "7", "5"),
			lastSeconds: burningIn("1", "0", "7", "1"),
		},
	}
	contrast = palette{
		dim: tint{}, strong: tint{bold: true}, accent: tint{bold: true, underline: true}, alarm: tint{bold: true, reverse: true},
		code:   tint{reverse: true},
		people: []tint{{bold: true}}, you: tint{underline: true},
		wick: [phases]wickTint{
			calm:        {ember: tint{bold: true}, clock: tint{bold: true}},
			lastMinute:  {wax: tint{bold: true}, ember: tint{bold: true}, clock: tint{bold: true, underline: true}},
			lastSeconds: {wax: tint{bold: true}, ember: tint{bold: true, reverse: true}, clock: tint{bold: true, reverse: true}},
		},
	}
)
