package ui

import (
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

const (
	minText     = 20 // cells: a narrower column goes below the sender's name
	clockIndent = 8  // cells before names and system lines: " 12:04  "
)

// revealHint follows a hidden text, and says how to show it.
const revealHint = ": Ctrl-R shows it"

// lay returns the rows of an item, at least one. Unless the event is drawn differently
// for this session, see own, they depend only on the event, its stamp and the view,
// since sessions share them.
func (t *transcript) lay(it item, st stamp) []row {
	if it.note {
		return t.layNote(t.notes[it.id-t.first])
	}
	e := t.log.At(it.id)
	var rows []row
	if st.run > 0 {
		rows = t.layRun(it.id, st.run)
	} else if e.Kind == rooms.Message {
		rows = t.layMessage(e)
	} else {
		rows = t.laySystem(e)
	}
	if i, ok := t.whole.Index(st.before); ok {
		if day := t.newDay(t.whole.Events[i].Time, e.Time); day != "" {
			rows = append([]row{t.theme.rule(t.theme.dim, day, t.width)}, rows...)
		}
	}
	return rows
}

// newDay returns the day of now, or "" if before is on the same day.
func (t *transcript) newDay(before, now time.Time) string {
	before, now = before.In(t.loc), now.In(t.loc)
	if before.YearDay() == now.YearDay() && before.Year() == now.Year() {
		return ""
	}
	return now.Format("Monday, 2 January")
}

// rule returns a line across the screen with a text in it.
func (t *Theme) rule(i ink, text string, width int) row {
	p := newRowBuilder(t, width)
	p.fill(i, t.mark("─"), 3)
	p.write(i, " "+text+" ")
	p.fill(i, t.mark("─"), p.left)
	return row{p.row(), max(width, 0) - p.left}
}

// layMessage lays out a message. All lines of its text are indented to the right of the
// sender, so that none of them can pass for a message of somebody else.
func (t *transcript) layMessage(e *rooms.Event) []row {
	alias := t.addressed(e)
	body := wording.Body(*e, t.loc, revealHint)
	if wording.Veiled(*e) {
		body = t.theme.own(body)
	}
	text, does := wording.Meaning(body)
	mark, gap := "", "  "
	if does {
		mark, gap = "* ", " "
	}
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
	hang := clockIndent + len(mark) + textWidth(alias) + len(gap)
	width := t.width - hang - (cells.MostOf(alias) - textWidth(alias))
	below := width < minText
	if below {
		hang = min(clockIndent+2, t.width/2)
		width = t.width - hang
	}
	lines := t.theme.body(text, width)
	before := t.theme.dim.paint(clock + mark)
	if t.isMention(e) {
		before = t.theme.accent.paint(t.theme.mark(gutter)) + t.theme.dim.paint(clock[1:]+mark)
		for i := range lines {
			lines[i].text = highlight(t.theme.accent, lines[i].text, t.alias)
		}
	}
	person := t.theme.person(e.From.Identity, e.From.Identity == t.me)
	indent := strings.Repeat(" ", hang)
	rows := make([]row, 0, len(lines)+1)
	if below {
		heads := []row{{text: alias}}
		if hang > clockIndent { // so that no text passes for the rest of a name
			heads = wrapRows(alias, t.width-clockIndent-len(mark))
		}
		for _, h := range heads {
			head := clip(before+person.paint(h.text), t.width)
			rows = append(rows, row{head, textWidth(head)})
			before = indent[:min(clockIndent, hang)]
		}
	} else {
		if cells.HasNarrower(alias) {
			gap += painter.Column // so that the lines of the text are aligned
		}
		rows = append(rows, row{before + person.paint(alias) + gap + lines[0].text, hang + lines[0].cells})
		lines = lines[1:]
	}
	for _, l := range lines {
		rows = append(rows, row{indent + l.text, hang + l.cells})
	}
	return rows
}

// addressed returns the sender of a message, and the recipient of a direct one.
func (t *transcript) addressed(e *rooms.Event) string {
	who := anchored(wording.Alias(e.From))
	switch {
	case e.To == nil:
		return who
	case e.To.Identity == t.me:
		return who + t.theme.own(" → you (direct)")
	default:
		return who + t.theme.own(" → ") + anchored(wording.Alias(*e.To)) + " (direct)"
	}
}

func (t *transcript) laySystem(e *rooms.Event) []row {
	sign, text := wording.Happened(*e, t.loc)
	return t.layHappened(t.theme.own(sign)+" "+text, e.Time)
}

func (t *transcript) layHappened(text string, at time.Time) []row {
	clock := " " + at.In(t.loc).Format("15:04") + "  "
	return t.layLines(t.theme.dim, text, clock, strings.Repeat(" ", clockIndent+2))
}

func (t *transcript) layNote(n note) []row {
	i := t.theme.note(n.role)
	n.text = t.theme.own(n.text)
	switch {
	case n.rule:
		return []row{t.theme.rule(i, n.text, t.width)}
	case !n.when.IsZero():
		return t.layHappened(n.text, n.when)
	}
	edge := " " + t.theme.mark("│") + " " + painter.Column
	rows := t.layLines(i, n.text, edge, edge)
	if n.link != "" && t.theme.links {
		for i := range rows {
			rows[i].text = linked(n.link, rows[i].text)
		}
	}
	return rows
}

func (t *transcript) layLines(i ink, text, first, rest string) []row {
	lines := wrapRows(text, max(t.width-textWidth(rest), 1))
	for n, l := range lines {
		whole := clip(first+l.text, t.width)
		lines[n] = row{i.paint(whole), textWidth(whole)}
		first = rest
	}
	return lines
}

// happened returns the text for a knock or missed messages, after its sign.
func happened(e rooms.Event) string {
	sign, text := wording.Happened(e, time.UTC) // none of these tells another time
	return sign + " " + text
}
