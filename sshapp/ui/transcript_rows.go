package ui

import (
	"strings"

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
	e := t.log.Events[it.id-t.log.From]
	if e.Kind == rooms.Message {
		return t.layMessage(e)
	}
	return t.laySystem(e)
}

// layMessage hangs the text under itself, right of where the sender stands, so
// that no line of it can pass for another sender's.
func (t *transcript) layMessage(e rooms.Event) []string {
	alias := aliasOf(e.From)
	text := rooms.CleanText(e.Text)
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
	hang := clockIndent + ansi.StringWidth(alias) + 2
	below := t.width-hang < minText
	if below {
		hang = min(clockIndent+2, t.width/2)
	}
	lines := wrap(text, t.width-hang)
	head := t.theme.dim.paint(clock) + t.theme.person(e.From.Identity, e.From.Identity == t.me).paint(alias)
	indent := strings.Repeat(" ", hang)
	rows := make([]string, 0, len(lines)+1)
	if below {
		rows = append(rows, clip(head, t.width))
	} else {
		rows = append(rows, head+"  "+lines[0])
		lines = lines[1:]
	}
	for _, l := range lines {
		rows = append(rows, indent+l)
	}
	return rows
}

func (t *transcript) laySystem(e rooms.Event) []string {
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
	return t.layLines(t.theme.dim, happened(e), clock, strings.Repeat(" ", clockIndent+2))
}

func (t *transcript) layNote(n note) []string {
	if n.rule {
		p := newPen(t.width)
		p.fill(n.ink, "─", 3)
		p.write(n.ink, " "+n.text+" ")
		p.fill(n.ink, "─", p.left)
		return []string{p.row()}
	}
	return t.layLines(n.ink, n.text, " │ ", " │ ")
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
		return "… " + count(e.Seq, "message") + " came and went before this server could fetch them"
	default:
		return "…"
	}
}
