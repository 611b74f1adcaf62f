package sshapp

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/muesli/termenv"

	"wick/sshapp/slash"
	"wick/sshapp/ui"
)

// themeOf returns the theme that fits the client's environment. It does not query the
// terminal, whose reply could come late or never.
func themeOf(term string, env func(string) string) *ui.Theme {
	return ui.ThemeOf(profileOf(term, env), themeNameOf(term, env))
}

// Terminals with true colour, and with 16 colours. Most clients do not send
// COLORTERM, which would say so.
var (
	trueTerms = []string{"xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot", "foot-extra", "contour"}
	fewTerms  = []string{"linux", "ansi", "cygwin", "screen", "tmux", "rxvt", "xterm-color", "xterm-16color", "rxvt-16color"}
)

func profileOf(term string, env func(string) string) termenv.Profile {
	colour := env("COLORTERM")
	switch {
	case env("NO_COLOR") != "", term == "", term == "dumb", isDEC(term), isMono(term):
		return termenv.Ascii
	case colour == "truecolor", colour == "24bit", strings.HasSuffix(term, "-direct"), slices.Contains(trueTerms, term):
		return termenv.TrueColor
	case slices.Contains(fewTerms, term):
		return termenv.ANSI
	default:
		return termenv.ANSI256
	}
}

// themeVariable is the environment variable with which a client names a theme.
const themeVariable = "WICK_THEME"

// themeNameOf returns the theme that the client names, or the one that fits what the
// terminal can show and the background in COLORFGBG: of the 16 colours, 7 and those from 9
// on are light.
func themeNameOf(term string, env func(string) string) ui.ThemeName {
	if l := ui.ThemeName(env(themeVariable)); slices.Contains(ui.ThemeNames, l) {
		return l
	}
	if isOld(term) || term == "dumb" || !showsUTF8(term, env) {
		return ui.ASCII
	}
	colours := strings.Split(env("COLORFGBG"), ";")
	back, err := strconv.Atoi(colours[len(colours)-1])
	if len(colours) > 1 && err == nil && (back == 7 || 9 <= back && back <= 15) {
		return ui.Light
	}
	return ui.Dark
}

// isDEC reports whether a terminal is called vt100 or like its successors. VTE is another.
func isDEC(term string) bool {
	return len(term) > 2 && term[:2] == "vt" && '0' <= term[2] && term[2] <= '9'
}

// isMono reports whether a terminal is called monochrome, as xterm-mono and rxvt-m are in
// terminfo.
func isMono(term string) bool {
	return strings.HasSuffix(term, "-mono") || strings.HasSuffix(term, "-m")
}

// oldTerms are terminals that are older than UTF-8, as those of DEC are.
var oldTerms = []string{"ansi", "pcansi", "cons25"}

func isOld(term string) bool {
	name, _, _ := strings.Cut(term, "-") // ansi-m is without colours
	return isDEC(term) || slices.Contains(oldTerms, name)
}

// showsUTF8 reports whether a terminal shows UTF-8: as the client's locale says, or if it
// sends none, unless terminals of that name are older than UTF-8.
func showsUTF8(term string, env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // as POSIX orders them
		if locale := env(name); locale != "" {
			return isUTF8(locale)
		}
	}
	return !isOld(term)
}

// isUTF8 reports whether the encoding of a locale, such as de_DE.UTF-8@euro, is UTF-8.
// Darwin has a locale that is called just UTF-8.
func isUTF8(locale string) bool {
	name, _, _ := strings.Cut(locale, "@")
	if _, encoding, ok := strings.Cut(name, "."); ok {
		name = encoding
	}
	return strings.EqualFold(strings.ReplaceAll(name, "-", ""), "UTF8")
}

// mouseVariable is the environment variable with which a client keeps the mouse to itself:
// "off" is /mouse off.
const mouseVariable = "WICK_MOUSE"

// keepsMouse reports whether the client wants the mouse left alone.
func keepsMouse(env func(string) string) bool {
	return strings.EqualFold(env(mouseVariable), "off")
}

// clockVariable is the environment variable with which a client has the countdown move
// seldom: "quiet" is /clock quiet.
const clockVariable = "WICK_CLOCK"

func wantsQuietClock(env func(string) string) bool {
	return strings.EqualFold(env(clockVariable), "quiet")
}

// accessibleVariable is the environment variable by which people who have their screen read
// out ask programs for plain lines.
const accessibleVariable = "ACCESSIBLE"

func wantsLines(env func(string) string) bool {
	switch strings.ToLower(env(accessibleVariable)) {
	case "", "0", "false", "no", "off":
		return false
	}
	return true
}

// clientVariables are the variables that clients may set, besides those of a terminal.
// TMUX and STY tell which program the terminal is in.
var clientVariables = []string{themeVariable, mouseVariable, clockVariable, accessibleVariable, "TMUX", "STY"}

// clipboardless are the terminals that surely have no OSC 52, by the start of TERM. Those
// that call themselves xterm are believed.
var clipboardless = []string{"linux", "ansi", "cygwin", "cons25", "dumb", "putty", "gnome", "eterm"}

// clipboardOf returns how the terminal takes what is copied.
func clipboardOf(term string, env func(string) string) ui.Clipboard {
	term = strings.ToLower(term)
	switch {
	case env("TMUX") != "", strings.HasPrefix(term, "tmux"):
		return ui.TmuxClipboard
	case env("STY") != "", strings.HasPrefix(term, "screen."): // tmux uses screen and screen-256color
		return ui.ScreenClipboard
	case env("TERM_PROGRAM") == "Apple_Terminal", term == "", isDEC(term),
		slices.ContainsFunc(clipboardless, func(start string) bool { return strings.HasPrefix(term, start) }):
		return ui.NoClipboard
	}
	return ui.DirectClipboard
}

// recordsRows reports whether the terminal may be GNU screen, which keeps the rows that
// scroll out even of a part of the screen, and which no sequence makes forget them. tmux may
// bear the same name: there it costs a few bytes a row.
func recordsRows(term string, env func(string) string) bool {
	return env("TMUX") == "" && (env("STY") != "" || strings.HasPrefix(term, "screen"))
}

// notifiesLikeRxvt reports whether the terminal shows notifications by OSC 777, as
// rxvt and foot do. Others know OSC 9, or ignore it.
func notifiesLikeRxvt(term string, env func(string) string) bool {
	for _, name := range []string{term, env("TERM_PROGRAM")} {
		if strings.HasPrefix(name, "rxvt") || strings.HasPrefix(name, "foot") {
			return true
		}
	}
	return false
}

// locationOf returns the time zone that the client sent, or the server's.
func locationOf(env func(string) string) *time.Location {
	if tz := env("TZ"); tz != "" {
		if loc, err := slash.ParseZone(tz); err == nil {
			return loc
		}
	}
	return time.Local
}

// env returns a variable that the client sent, or "".
func (s *session) env(name string) string {
	for _, kv := range s.ssh.Environ() {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			return v
		}
	}
	return ""
}
