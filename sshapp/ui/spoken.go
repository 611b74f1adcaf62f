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

const (
	// minSpoken is the narrowest column that text is broken for beside the whole
	// indent, in cells; where there is less, the indent is one cell.
	minSpoken = 20
	// unknownWidth is what lines are broken for if the client told no width.
	// What breaks a line by itself could have text begin a row as a line does, so
	// it is narrower than nearly every terminal.
	unknownWidth = 72
)

// Spoken is an event in plain lines, the last without a line feed:
//
//	14:02 amber-otter: what was said
//	      and its second line
//	14:03 (amber-otter waves)
//	14:03 amber-otter → quiet-harbor (direct): for you alone
//	14:03 * quiet-harbor came in
//
// Lines are broken to the width in cells, or with 0 to one that fits most
// terminals, and blanks in a row are one: no text of a message begins a row where
// a sender does, however the terminal breaks it.
func Spoken(e rooms.Event, loc *time.Location, width int) string {
	text := e.Time.In(loc).Format("15:04 ")
	if e.Kind == rooms.Message {
		who := aliasOf(e.From)
		if e.To != nil {
			who += " → " + aliasOf(*e.To) + " (direct)"
		}
		words, does := meant(foldBlanks(rooms.CleanText(wording(e, loc, onScreen))))
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

// Notice is a text that one session alone is told, in plain lines with a star. A
// command to copy stays whole if the width is not known.
func Notice(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if width <= 0 && strings.HasPrefix(l, "ssh ") {
			lines[i] = "* " + l
			continue
		}
		lines[i] = Lines("* "+l, width)
	}
	return strings.Join(lines, "\n")
}

// Lines breaks a text as Spoken breaks a message.
func Lines(text string, width int) string { return hung(text, "  ", width) }

// hung breaks a text to the width, and indents every line but the first.
func hung(text, indent string, width int) string {
	if width <= 0 {
		width = unknownWidth
	}
	if width < minSpoken+len(indent) {
		indent = indent[:1]
	}
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		rows = append(rows, breakLine(line, max(width-len(indent), 1))...)
	}
	return strings.Join(rows, "\n"+indent)
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
