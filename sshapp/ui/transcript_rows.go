package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

const (
	minText     = 20 // cells: a narrower column goes below the sender's name
	clockIndent = 8  // cells before names and system lines: " 12:04  "
)

// lay builds the rows of an item, at least one.
func (t *transcript) lay(it item) []string {
	if it.note {
		n := t.notes[it.id-t.first]
		return t.layNote(n)
	}
	e := t.log.At(it.id)
	var rows []string
	if n, came := t.crowd(it.id); n > foldMost {
		rows = t.layCrowd(e, n, came)
	} else if e.Kind == rooms.Message {
		rows = t.layMessage(e)
	} else {
		rows = t.laySystem(e)
	}
	if i, _ := t.whole.Index(it.id); i > 0 {
		if day := t.newDay(t.whole.Events[i-1].Time, e.Time); day != "" {
			rows = append([]string{rule(t.theme.dim, day, t.width)}, rows...)
		}
	}
	return rows
}

// newDay is the day of now, where that is another than the one before.
func (t *transcript) newDay(before, now time.Time) string {
	before, now = before.In(t.loc), now.In(t.loc)
	if before.YearDay() == now.YearDay() && before.Year() == now.Year() {
		return ""
	}
	return now.Format("Monday, 2 January")
}

// rule is a line across the screen that says something.
func rule(i ink, text string, width int) string {
	p := newPen(width)
	p.fill(i, "─", 3)
	p.write(i, " "+text+" ")
	p.fill(i, "─", p.left)
	return p.row()
}

// layMessage hangs the text under itself, right of where the sender stands, so
// that no line of it can pass for another sender's.
func (t *transcript) layMessage(e rooms.Event) []string {
	alias := t.addressed(e)
	text, does := meant(rooms.CleanText(wording(e, t.loc, unveils)))
	mark, gap := "", "  "
	if does {
		mark, gap = "* ", " "
	}
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
	hang := clockIndent + len(mark) + ansi.StringWidth(alias) + len(gap)
	below := t.width-hang < minText
	if below {
		hang = min(clockIndent+2, t.width/2)
	}
	lines := t.theme.body(text, t.width-hang)
	before := t.theme.dim.paint(clock + mark)
	if t.called(e) {
		before = t.theme.accent.paint(gutter) + t.theme.dim.paint(clock[1:]+mark)
		for i, l := range lines {
			lines[i] = highlight(t.theme.accent, l, t.alias)
		}
	}
	head := before + t.theme.person(e.From.Identity, e.From.Identity == t.me).paint(alias)
	indent := strings.Repeat(" ", hang)
	rows := make([]string, 0, len(lines)+1)
	if below {
		rows = append(rows, clip(head, t.width))
	} else {
		rows = append(rows, head+gap+lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		rows = append(rows, indent+l)
	}
	return rows
}

func (t *transcript) laySystem(e rooms.Event) []string { return t.layHappened(happened(e), e.Time) }

func (t *transcript) layHappened(text string, at time.Time) []string {
	clock := " " + at.In(t.loc).Format("15:04") + "  "
	return t.layLines(t.theme.dim, text, clock, strings.Repeat(" ", clockIndent+2))
}

func (t *transcript) layNote(n note) []string {
	i := t.theme.note(n.role)
	switch {
	case n.rule:
		return []string{rule(i, n.text, t.width)}
	case !n.when.IsZero():
		return t.layHappened(n.text, n.when)
	}
	return t.layLines(i, n.text, " │ ", " │ ")
}

func (t *transcript) layLines(i ink, text, first, rest string) []string {
	lines := wrap(text, max(t.width-ansi.StringWidth(rest), 1))
	for n, l := range lines {
		lines[n] = i.paint(clip(first+l, t.width))
		first = rest
	}
	return lines
}

// happened words what is no message.
func happened(e rooms.Event) string {
	who, by := aliasOf(e.From), rooms.CleanLine(e.By)
	if who == "" { // only the store's word of it arrived
		who = "somebody"
	}
	if by == "" {
		by = "somebody"
	}
	switch e.Kind {
	case rooms.Joined:
		return "→ " + tagged(e.From) + " came in" + doubt(e.From)
	case rooms.Left:
		return "← " + who + " left"
	case rooms.Away:
		return "… " + who + " lost the server, and may come back"
	case rooms.Back:
		return "→ " + tagged(e.From) + " is back" + doubt(e.From)
	case rooms.Renamed:
		return "~ " + rooms.CleanLine(e.Was) + " is now " + tagged(e.From) + doubt(e.From)
	case rooms.Locked:
		return "■ " + who + " locked the room: whoever comes now has to knock"
	case rooms.Unlocked:
		return "□ " + who + " opened the room"
	case rooms.Knocked:
		return "? " + introduced(e.From) + " knocks: /admit or /deny"
	case rooms.Admitted:
		return "■ " + by + " let " + introduced(e.From) + " in"
	case rooms.Denied:
		return "■ " + by + " did not let " + introduced(e.From) + " in"
	case rooms.Kicked:
		return "■ " + by + " showed " + tagged(e.From) + " out"
	case rooms.Shortened:
		return "✂ " + who + " shortened the wick"
	case rooms.Missed:
		return "… " + count(e.Seq, "message") + " came and went before they could be shown here"
	default:
		return "…"
	}
}
