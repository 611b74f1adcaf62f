package ui

import (
	"strings"
	"time"

	"wick/rooms"
)

// spokenIndent stands before every line but the first of what is spoken: no
// line of a message begins where a sender's does.
const spokenIndent = "      "

// onScreen is what is said in lines of words that burn: there they could not be
// taken back.
const onScreen = ", and is shown on screens only"

// minSpoken is the narrowest column that text is broken for, in cells.
const minSpoken = 20

// Spoken is an event in plain lines, the last without a line feed:
//
//	14:02 amber-otter: what was said
//	      and its second line
//	14:03 (amber-otter waves)
//	14:03 amber-otter → quiet-harbor (direct): for you alone
//	14:03 * quiet-harbor came in
//
// Lines are broken to the width in cells; with 0 they are as long as they are.
func Spoken(e rooms.Event, loc *time.Location, width int) string {
	text := e.Time.In(loc).Format("15:04 ")
	if e.Kind == rooms.Message {
		who := aliasOf(e.From)
		if e.To != nil {
			who += " → " + aliasOf(*e.To) + " (direct)"
		}
		words, does := meant(rooms.CleanText(wording(e, loc, onScreen)))
		if does {
			text += "(" + who + " " + words + ")"
		} else {
			text += who + ": " + words
		}
	} else {
		_, what, _ := strings.Cut(happened(e), " ") // without the sign in front
		text += "* " + what
	}
	return hung(text, spokenIndent, width)
}

// Notice is a text that one session alone is told, in plain lines with a star.
func Notice(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = hung("* "+l, "  ", width)
	}
	return strings.Join(lines, "\n")
}

// hung indents every line but the first.
func hung(text, indent string, width int) string {
	lines := strings.Split(text, "\n")
	if width > 0 {
		lines = wrap(text, max(width-len(indent), minSpoken))
	}
	return strings.Join(lines, "\n"+indent)
}

// Spell is a time in words, rounded up to seconds, and from an hour on to
// minutes: 1 hour 5 minutes.
func Spell(d time.Duration) string {
	unit := time.Second
	if d > time.Hour {
		unit = time.Minute
	}
	d = (max(d, 0) + unit - 1) / unit * unit
	var words []string
	add := func(n time.Duration, noun string) {
		if n > 0 {
			words = append(words, count(uint64(n), noun))
		}
	}
	add(d/time.Hour, "hour")
	add(d%time.Hour/time.Minute, "minute")
	add(d%time.Minute/time.Second, "second")
	if words == nil {
		return "0 seconds"
	}
	return strings.Join(words, " ")
}

// Introduced is somebody's name with the tag of the key, or that there is none.
func Introduced(s rooms.Seat) string {
	name := introduced(s)
	if s.Away {
		name += ", away"
	}
	return name
}
