package sshapp

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/muesli/termenv"

	"wick/sshapp/ui"
)

// themeOf returns the theme that fits the client's environment. It does not query the
// terminal, whose reply could come late or never.
func themeOf(sess ssh.Session) *ui.Theme {
	pty, _, _ := sess.Pty()
	env := func(name string) string { return getenv(sess, name) }
	return ui.ThemeOf(profileOf(pty.Term, env), themeNameOf(env))
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
	case env("NO_COLOR") != "", term == "", term == "dumb", strings.HasPrefix(term, "vt"):
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

// themeNameOf returns the theme that the client names, or the one that fits the
// background in COLORFGBG: of the 16 colours, 7 and those from 9 on are light.
func themeNameOf(env func(string) string) ui.ThemeName {
	if l := ui.ThemeName(env(themeVariable)); slices.Contains(ui.ThemeNames, l) {
		return l
	}
	colours := strings.Split(env("COLORFGBG"), ";")
	back, err := strconv.Atoi(colours[len(colours)-1])
	if len(colours) > 1 && err == nil && (back == 7 || 9 <= back && back <= 15) {
		return ui.Light
	}
	return ui.Dark
}

// notifiesLikeRxvt reports whether the terminal shows notifications by OSC 777, as
// rxvt and foot do. Others know OSC 9, or ignore it.
func notifiesLikeRxvt(sess ssh.Session) bool {
	pty, _, _ := sess.Pty()
	for _, name := range []string{pty.Term, getenv(sess, "TERM_PROGRAM")} {
		if strings.HasPrefix(name, "rxvt") || strings.HasPrefix(name, "foot") {
			return true
		}
	}
	return false
}

// locationOf returns the time zone that the client sent, or the server's.
func locationOf(sess ssh.Session) *time.Location {
	if tz := getenv(sess, "TZ"); tz != "" {
		if loc, err := time.LoadLocation(tz); err == nil {
			return loc
		}
	}
	return time.Local
}

func getenv(sess ssh.Session, name string) string {
	for _, kv := range sess.Environ() {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			return v
		}
	}
	return ""
}
