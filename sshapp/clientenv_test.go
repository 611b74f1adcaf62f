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
		"none":              {"vt100", env{"COLORTERM": "truecolor"}, termenv.Ascii, ui.ASCII},
		"not of DEC":        {"vte-256color", nil, termenv.ANSI256, ui.Dark},
		"dumb":              {"dumb", nil, termenv.Ascii, ui.ASCII},
		"an old one":        {"vt220-w", env{"LANG": "en_US.UTF-8"}, termenv.Ascii, ui.ASCII},
		"no more than ANSI": {"ansi-m", nil, termenv.Ascii, ui.ASCII},
		"monochrome":        {"xterm-mono", env{"COLORTERM": "truecolor"}, termenv.Ascii, ui.Dark},
		"no UTF-8":          {"xterm-256color", env{"LANG": "C"}, termenv.ANSI256, ui.ASCII},
		"a wish against it": {"vt100", env{"LANG": "C", "WICK_THEME": "light"}, termenv.Ascii, ui.Light},
		"a wish for ASCII":  {"xterm-256color", env{"WICK_THEME": "ascii"}, termenv.ANSI256, ui.ASCII},
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
		if got := themeNameOf(row.term, get); got != row.theme {
			t.Errorf("%s: %s, want %s", name, got, row.theme)
		}
	}
}

func TestTheLocaleSaysWhetherTheTerminalShowsUTF8(t *testing.T) {
	type env map[string]string
	for name, row := range map[string]struct {
		term string
		env  env
		want bool
	}{
		"unknown":              {"xterm", nil, true},
		"an old terminal":      {"vt100", nil, false},
		"a console":            {"linux", nil, true},
		"UTF-8":                {"vt100", env{"LANG": "de_DE.UTF-8"}, true},
		"in other words":       {"xterm", env{"LC_CTYPE": "en_US.utf8"}, true},
		"a variant":            {"xterm", env{"LANG": "de_DE.UTF-8@euro"}, true},
		"on a Mac":             {"xterm", env{"LC_CTYPE": "UTF-8"}, true},
		"C":                    {"xterm", env{"LANG": "C"}, false},
		"C in UTF-8":           {"xterm", env{"LANG": "C.UTF-8"}, true},
		"POSIX":                {"xterm", env{"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, false},
		"Latin":                {"xterm", env{"LANG": "fr_FR.ISO-8859-1"}, false},
		"Latin, not named":     {"xterm", env{"LANG": "de_DE@euro"}, false},
		"for characters":       {"xterm", env{"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, true},
		"empty":                {"xterm", env{"LC_ALL": "", "LANG": "en_US.UTF-8"}, true},
		"only of the messages": {"xterm", env{"LC_MESSAGES": "C"}, true},
	} {
		if got := showsUTF8(row.term, func(key string) string { return row.env[key] }); got != row.want {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

func TestClipboardOfATerminal(t *testing.T) {
	for _, tc := range []struct {
		term string
		env  map[string]string
		want ui.Clipboard
	}{
		{"xterm-256color", nil, ui.DirectClipboard},
		{"xterm-kitty", nil, ui.DirectClipboard},
		{"rxvt-unicode-256color", nil, ui.DirectClipboard},
		{"tmux-256color", nil, ui.TmuxClipboard},
		{"screen-256color", nil, ui.DirectClipboard}, // tmux takes that, too
		{"screen-256color", map[string]string{"TMUX": "/tmp/tmux-1000/default,1,0"}, ui.TmuxClipboard},
		{"screen.xterm-256color", nil, ui.ScreenClipboard},
		{"screen", map[string]string{"STY": "12.pts-0.host"}, ui.ScreenClipboard},
		{"xterm-256color", map[string]string{"TERM_PROGRAM": "Apple_Terminal"}, ui.NoClipboard},
		{"linux", nil, ui.NoClipboard},
		{"vt100", nil, ui.NoClipboard},
		{"VT220", nil, ui.NoClipboard},
		{"vte-256color", nil, ui.DirectClipboard},
		{"ansi", nil, ui.NoClipboard},
		{"dumb", nil, ui.NoClipboard},
		{"", nil, ui.NoClipboard},
	} {
		if got := clipboardOf(tc.term, func(name string) string { return tc.env[name] }); got != tc.want {
			t.Errorf("TERM=%s %v: %d, want %d", tc.term, tc.env, got, tc.want)
		}
	}
}

func TestWhatMayBeGNUScreenRecordsRows(t *testing.T) {
	for _, tc := range []struct {
		term string
		env  map[string]string
		want bool
	}{
		{"screen", nil, true},
		{"screen.xterm-256color", nil, true},
		{"screen-256color", nil, true}, // tmux as well
		{"screen-256color", map[string]string{"TMUX": "/tmp/tmux"}, false},
		{"xterm-256color", map[string]string{"STY": "1.pts"}, true},
		{"tmux-256color", nil, false},
		{"xterm-256color", nil, false},
		{"", nil, false},
	} {
		if got := recordsRows(tc.term, func(name string) string { return tc.env[name] }); got != tc.want {
			t.Errorf("TERM=%s %v: %t", tc.term, tc.env, got)
		}
	}
}
