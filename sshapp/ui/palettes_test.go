package ui

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
)

// luminance returns the relative luminance, as WCAG 2 defines it, of one of the 256
// colours or of #rrggbb.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if !strings.HasPrefix(colour, "#") {
		n, err := strconv.Atoi(colour)
		if err != nil {
			t.Fatal(err)
		}
		colour = termenv.ANSI256Color(n).String()
		if n >= 16 && n < 232 {
			level := [6]string{"00", "5f", "87", "af", "d7", "ff"}
			colour = "#" + level[(n-16)/36] + level[(n-16)/6%6] + level[(n-16)%6]
		} else if n >= 232 {
			grey := strconv.FormatInt(int64(8+10*(n-232)), 16)
			colour = "#" + strings.Repeat(strings.Repeat("0", 2-len(grey))+grey, 3)
		}
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// Text has a contrast of 4.5 to 1, and the wick, which is not text, of 3 to 1: level AA
// of WCAG 2.2.
func TestColoursAreReadableOnTheirBackground(t *testing.T) {
	for name, row := range map[string]struct {
		palette    palette
		background string
	}{
		"dark, true":  {darkTrue, "#000000"},
		"dark, 256":   {dark256, "#000000"},
		"light, true": {lightTrue, "#ffffff"},
		"light, 256":  {light256, "#ffffff"},
	} {
		check := func(what string, c tint, least float64) {
			t.Helper()
			back := row.background
			if c.back != "" {
				back = c.back
			}
			a, b := luminance(t, c.fore), luminance(t, back)
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < least {
				t.Errorf("%s: %s %s on %s has a contrast of %.2f", name, what, c.fore, back, ratio)
			}
		}
		p := row.palette
		for what, c := range map[string]tint{"dim": p.dim, "strong": p.strong, "accent": p.accent, "alarm": p.alarm, "code": p.code, "block": p.block} {
			check(what, c, 4.5)
		}
		for _, c := range p.people {
			check("name", c, 4.5)
		}
		for _, w := range p.wick {
			check("clock", w.clock, 4.5)
			check("wax", w.wax, 3)
			check("ember", w.ember, 3)
		}
	}
}

func TestEveryProfileGetsItsOwnColours(t *testing.T) {
	for _, name := range []ThemeName{Dark, Light} {
		for profile, want := range map[termenv.Profile]string{termenv.TrueColor: "38;2;", termenv.ANSI256: "38;5;", termenv.ANSI: ""} {
			theme := ThemeOf(profile, name)
			all := []ink{theme.dim, theme.strong, theme.accent, theme.alarm, theme.marks[code], theme.marks[listing]}
			all = append(append(all, theme.people...), theme.you...)
			for _, w := range theme.wick {
				all = append(all, w.wax, w.ember, w.ash, w.clock)
			}
			for _, i := range all {
				if want == "" && strings.Contains(i.on, "8;") || !strings.Contains(i.on, want) || i.on == "" {
					t.Errorf("%s, profile %v: %q", name, profile, i.on)
				}
			}
		}
	}
	for _, name := range ThemeNames {
		theme := ThemeOf(termenv.Ascii, name)
		for _, i := range []ink{theme.alarm, theme.accent, theme.person("id", true), theme.marks[bold|code], theme.wick[calm].ember} {
			if i.paint("x") != "x" {
				t.Errorf("%s, without colours: %q", name, i.paint("x"))
			}
		}
		if ThemeOf(termenv.ANSI256, name) != NewTheme(termenv.ANSI256).In(name) {
			t.Errorf("%s is made twice", name)
		}
	}
}

func TestAThemeCanBeChosen(t *testing.T) {
	inChat(t, func(t *testing.T, w *world, s *session) {
		s.say("/theme light")
		s.shows("No colour")
		bob := w.enter(named(t, "plans"), "bob")
		b := w.start(Config{Member: bob, Theme: NewTheme(termenv.ANSI256)})
		b.say("hello")
		later(time.Second)
		b.say("/theme pink")
		b.shows("Choose dark, light, contrast or ascii. This is dark.")
		b.send(hit(tea.KeyCtrlU))
		dark := strings.Join(b.frame().Rows, "")
		b.say("/theme LIGHT")
		light := strings.Join(b.frame().Rows, "")
		for _, c := range []string{dark256.dim.fore, dark256.accent.fore, dark256.alarm.fore} {
			if code := "38;5;" + c + "m"; !strings.Contains(dark, code) || strings.Contains(light, code) {
				t.Errorf("colour %s is there in the wrong theme", c)
			}
		}
		b.shows("hello", "This is dark.")
		b.say("/theme contrast")
		if frame := strings.Join(b.frame().Rows, ""); strings.Contains(frame, "38;") {
			t.Errorf("with contrast it shows %q", frame)
		}
	})
}
