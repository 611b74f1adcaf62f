package ui

import (
	"slices"
	"strings"

	"github.com/muesli/termenv"
)

func lookNames() []string {
	names := make([]string, len(Looks))
	for i, l := range Looks {
		names[i] = string(l)
	}
	return names
}

// wear changes the look of this session. It answers a sentence why not.
func (c *chat) wear(name string) (problem string) {
	wish := Look(strings.ToLower(name))
	now := c.env.Theme
	switch {
	case now.profile == termenv.Ascii:
		return "Your terminal is sent no colours: it asked for none, or knows none."
	case !slices.Contains(Looks, wish):
		return "The looks are " + strings.Join(lookNames(), ", ") + ". This is " + string(now.look) + "."
	}
	c.env.Theme = now.In(wish)
	c.log.setTheme(c.env.Theme)
	c.look = look{}
	return ""
}

// captures has the terminal report the wheel or not. It answers a sentence why
// it does not do either.
func (c *chat) captures(word string) (problem string) {
	switch strings.ToLower(word) {
	case "on":
		c.mouseless = false
	case "off":
		c.mouseless = true
	case "":
		c.mouseless = !c.mouseless
	default:
		return "Say /mouse on or /mouse off."
	}
	if c.mouseless {
		c.tell("The mouse is your terminal's: select text as usual. /mouse on scrolls with the wheel.")
	} else {
		c.tell("The wheel scrolls. Select text with Shift held, or /mouse off.")
	}
	return ""
}
