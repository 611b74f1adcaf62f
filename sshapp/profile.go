package sshapp

import (
	"strings"
	"time"

	"github.com/charmbracelet/ssh"
	"github.com/muesli/termenv"

	"wick/sshapp/ui"
)

// The three themes that all sessions share.
var (
	plainTheme = ui.NewTheme(termenv.Ascii)
	theme256   = ui.NewTheme(termenv.ANSI256)
	trueTheme  = ui.NewTheme(termenv.TrueColor)
)

// themeOf picks by what the client says of its terminal. The terminal itself
// is never asked: an answer could be late, or never come.
func themeOf(sess ssh.Session) *ui.Theme {
	pty, _, _ := sess.Pty()
	colour := environ(sess, "COLORTERM")
	switch term := pty.Term; {
	case environ(sess, "NO_COLOR") != "", term == "", term == "dumb", strings.HasPrefix(term, "vt"):
		return plainTheme
	case colour == "truecolor", colour == "24bit", strings.HasSuffix(term, "-direct"):
		return trueTheme
	default:
		return theme256
	}
}

// locationOf is the time zone that the client sent, or the server's.
func locationOf(sess ssh.Session) *time.Location {
	if tz := environ(sess, "TZ"); tz != "" {
		if loc, err := time.LoadLocation(tz); err == nil {
			return loc
		}
	}
	return time.Local
}

func environ(sess ssh.Session, name string) string {
	for _, kv := range sess.Environ() {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			return v
		}
	}
	return ""
}
