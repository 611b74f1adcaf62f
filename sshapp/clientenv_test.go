package sshapp

import (
	"testing"

	"github.com/muesli/termenv"

	"wick/sshapp/ui"
)

func TestColoursFitWhatTheClientSaysOfItsTerminal(t *testing.T) {
	type env map[string]string
	for name, row := range map[string]struct {
		term  string
		env   env
		want  termenv.Profile
		theme ui.ThemeName
	}{
		"most":              {"xterm-256color", nil, termenv.ANSI256, ui.Dark},
		"unknown":           {"strange", nil, termenv.ANSI256, ui.Dark},
		"true colour":       {"xterm-256color", env{"COLORTERM": "truecolor"}, termenv.TrueColor, ui.Dark},
		"true by name":      {"xterm-kitty", nil, termenv.TrueColor, ui.Dark},
		"a console":         {"linux", nil, termenv.ANSI, ui.Dark},
		"16 colours":        {"screen", nil, termenv.ANSI, ui.Dark},
		"screen with 256":   {"screen-256color", nil, termenv.ANSI256, ui.Dark},
		"none":              {"vt100", env{"COLORTERM": "truecolor"}, termenv.Ascii, ui.Dark},
		"dumb":              {"dumb", nil, termenv.Ascii, ui.Dark},
		"asked for none":    {"xterm-kitty", env{"NO_COLOR": "1"}, termenv.Ascii, ui.Dark},
		"an empty wish":     {"xterm-kitty", env{"NO_COLOR": ""}, termenv.TrueColor, ui.Dark},
		"light":             {"xterm-256color", env{"COLORFGBG": "0;15"}, termenv.ANSI256, ui.Light},
		"light, with three": {"rxvt", env{"COLORFGBG": "0;default;7"}, termenv.ANSI, ui.Light},
		"dark":              {"xterm-256color", env{"COLORFGBG": "15;0"}, termenv.ANSI256, ui.Dark},
		"dark grey":         {"xterm-256color", env{"COLORFGBG": "15;8"}, termenv.ANSI256, ui.Dark},
		"nonsense":          {"xterm-256color", env{"COLORFGBG": "15"}, termenv.ANSI256, ui.Dark},
		"a wish":            {"xterm-256color", env{"WICK_THEME": "contrast", "COLORFGBG": "0;15"}, termenv.ANSI256, ui.Contrast},
		"no such wish":      {"xterm-256color", env{"WICK_THEME": "pink", "COLORFGBG": "0;15"}, termenv.ANSI256, ui.Light},
	} {
		get := func(key string) string { return row.env[key] }
		if got := profileOf(row.term, get); got != row.want {
			t.Errorf("%s: profile %v, want %v", name, got, row.want)
		}
		if got := themeNameOf(get); got != row.theme {
			t.Errorf("%s: %s, want %s", name, got, row.theme)
		}
	}
}
