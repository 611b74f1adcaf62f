package ui

import (
	"time"

	"github.com/muesli/termenv"

	"wick/sshapp/slash"
)

var themeNames = func() []string {
	names := make([]string, len(ThemeNames))
	for i, l := range ThemeNames {
		names[i] = string(l)
	}
	return names
}()

// settings returns what the person can set, as it is now.
func (c *chat) settings() slash.Settings {
	t := c.env.Theme
	return slash.Settings{
		Theme: string(t.name), Themes: themeNames, Colourless: t.profile == termenv.Ascii, ASCII: string(ASCII),
		Mouse: !c.mouseless, Bell: c.attention.bell, QuietClock: c.quiet,
	}
}

func (c *chat) set(s slash.Settings) {
	c.attention.bell = s.Bell
	c.setMouse(s.Mouse)
	if s.QuietClock != c.quiet {
		c.quiet, c.cached = s.QuietClock, viewCache{}
	}
	if s.Theme != c.settings().Theme {
		c.setTheme(ThemeName(s.Theme))
	}
}

// setTheme has the session drawn in another theme.
func (c *chat) setTheme(name ThemeName) {
	c.env.setTheme(c.env.Theme.In(name))
	c.log.setTheme(c.env.Theme)
	c.cached = viewCache{}
}

// setZone has the session's times shown in another zone.
func (c *chat) setZone(zone *time.Location) {
	c.env.Location = zone
	c.log.setZone(zone)
	c.cached = viewCache{}
}

// setMouse has the terminal report the wheel, or use the mouse for selecting text.
func (c *chat) setMouse(on bool) { c.mouseless = !on }
