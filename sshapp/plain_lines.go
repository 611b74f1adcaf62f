package sshapp

import (
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

// messageIndent begins every line of a message but the first, so that no text can
// begin a line as a sender's name does.
const messageIndent = "      "

// screensOnly says that a burning message is not shown in plain lines, which cannot be
// taken back.
const screensOnly = ", and is shown on screens only"

const (
	// minColumn is the narrowest column of text, in cells, beside a whole indent. On a
	// narrower terminal the indent is one cell.
	minColumn = 20
	// unknownWidth is the width that lines are broken to if the client gave none. It is
	// less than that of nearly every terminal: if a terminal broke a line by itself, text
	// could begin a row and pass for a line of its own.
	unknownWidth = 72
)

// plainASCII replaces the signs that wick itself writes in plain lines.
var plainASCII = strings.NewReplacer("→", "->", "▒", "#", "↑", "Up")

// eventLines returns an event in plain lines, without the last line feed:
//
//	14:02 amber-otter: what was said
//	      and its second line
//	14:03 (amber-otter waves)
//	14:03 amber-otter → quiet-harbor (direct): for you alone
//	14:03 * quiet-harbor came in
//
// Lines are broken to the width in cells, or to unknownWidth if it is 0, and runs of
// blanks become one space, except in blocks of code if the width is known. So no text of
// a message begins a row as a sender's name does, even if the terminal breaks lines. With
// ascii, what people did not say is in ASCII.
func eventLines(e rooms.Event, loc *time.Location, width int, ascii bool) string {
	own := func(text string) string { return text }
	if ascii {
		own = plainASCII.Replace
	}
	text := e.Time.In(loc).Format("15:04 ")
	if e.Kind == rooms.Message {
		who := wording.Alias(e.From)
		if e.To != nil {
			who += own(" → ") + wording.Alias(*e.To) + " (direct)"
		}
		body := wording.Body(e, loc, screensOnly)
		if wording.Veiled(e) {
			body = own(body)
		}
		words, action := wording.Meaning(foldBlanks(body, width > 0))
		if action {
			text += "(" + who + " " + words + ")"
		} else {
			text += who + ": " + words
		}
	} else {
		_, what := wording.Happened(e, loc)
		text += "* " + what
	}
	return breakLines(text, messageIndent, width)
}

// presenceLines is eventLines for counts of people who came and went.
func presenceLines(p wording.Presence, loc *time.Location, width int) string {
	return breakLines(p.Time.In(loc).Format("15:04 * ")+p.String(), messageIndent, width)
}

// noticeLines returns a text for one session in plain lines that begin with a star. A
// command to copy stays whole if the width is not known.
func noticeLines(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if width <= 0 && strings.HasPrefix(l, "ssh ") {
			lines[i] = "* " + l
			continue
		}
		lines[i] = textLines("* "+l, width)
	}
	return strings.Join(lines, "\n")
}

// textLines breaks a text to the width as eventLines does.
func textLines(text string, width int) string { return breakLines(text, "  ", width) }

// breakLines breaks a text to the width, and indents every line but the first.
func breakLines(text, indent string, width int) string {
	if width <= 0 {
		width = unknownWidth
	}
	if width < minColumn+len(indent) {
		indent = indent[:1]
	}
	var rows []string
	for line := range strings.SplitSeq(text, "\n") {
		rows = append(rows, breakLine(line, max(width-len(indent), 1))...)
	}
	return strings.Join(rows, "\n"+indent)
}

// itemLines returns an item in plain lines for the session's terminal.
func (s *session) itemLines(i item) string {
	if i.presence != nil {
		return presenceLines(*i.presence, s.location, s.width())
	}
	return eventLines(i.event, s.location, s.width(), s.drawsASCII())
}
