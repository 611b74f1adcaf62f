package slash

import (
	"slices"
	"strings"
)

// Settings are what a person can change about their screen.
type Settings struct {
	Theme      string   // its name
	Themes     []string // to choose from
	Colourless bool     // the terminal gets no colours: all themes but ASCII look alike
	ASCII      string   // the theme that draws in ASCII
	Mouse      bool     // the wheel scrolls; otherwise the mouse selects text
	Bell       Bell
	QuietClock bool // the countdown moves by the minute
}

// Bell says which messages ring the bell.
type Bell string

const (
	BellOff      Bell = "off"
	BellMentions Bell = "mentions" // direct messages, and those with the person's name
	BellAll      Bell = "all"
)

func bell(r Room, argument string) Result {
	s := r.Settings
	if argument != "" {
		s.Bell = Bell(argument)
	}
	var text string
	switch s.Bell {
	case BellOff:
		text = "The bell is off."
	case BellMentions:
		text = "The bell rings for your name and for direct messages."
	case BellAll:
		text = "The bell rings for every message."
	default:
		return problem("Choose /bell off, /bell mentions or /bell all.")
	}
	return Result{Settings: &s, Reply: Reply{Text: text}}
}

func theme(r Room, argument string) Result {
	s, name := r.Settings, strings.ToLower(argument)
	switch {
	case s.Colourless && name != s.ASCII && s.Theme != s.ASCII:
		return problem("No colour: your terminal has none, or NO_COLOR is set. You can use /theme " + s.ASCII + ".")
	case !slices.Contains(s.Themes, name):
		return problem("Choose " + alternatives(s.Themes) + ". This is " + s.Theme + ".")
	}
	s.Theme = name
	return Result{Settings: &s}
}

func mouse(r Room, argument string) Result {
	s := r.Settings
	switch strings.ToLower(argument) {
	case "on":
		s.Mouse = true
	case "off":
		s.Mouse = false
	case "":
		s.Mouse = !s.Mouse
	default:
		return problem("Choose /mouse on or /mouse off.")
	}
	text := "The mouse selects text as usual. Type /mouse on to scroll with the wheel again."
	if s.Mouse {
		text = "The wheel scrolls. To select text, hold Shift or type /mouse off."
	}
	return Result{Settings: &s, Reply: Reply{Text: text}}
}

// The arguments of /clock.
const (
	clockQuiet   = "quiet"
	clockSeconds = "seconds"
)

func clock(r Room, argument string) Result {
	s := r.Settings
	switch strings.ToLower(argument) {
	case clockQuiet:
		s.QuietClock = true
	case clockSeconds:
		s.QuietClock = false
	case "":
		s.QuietClock = !s.QuietClock
	default:
		return problem("Choose /clock quiet or /clock seconds.")
	}
	text := "The countdown moves every second."
	if s.QuietClock {
		text = "The countdown moves by the minute, and at 30 and 10 seconds."
	}
	return Result{Settings: &s, Reply: Reply{Text: text}}
}
