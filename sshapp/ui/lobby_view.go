package ui

import (
	"slices"
	"strings"

	"wick/rooms"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

const (
	formWidth  = 58 // cells at most
	labelWidth = 11 // cells, of a field's label
)

func (l *lobby) frame(width, height int) painter.Frame {
	f := l.form(min(formWidth, width), height).frame(width, height, "wick")
	if l.lighting {
		f.CursorY = -1
	}
	return f
}

// form is a block of rows in the middle of a screen, with a cursor.
type form struct {
	width int
	rows  []string
	x, y  int // of the cursor, within the rows; y < 0: none
}

// text adds a text, broken into rows.
func (f *form) text(i ink, s string) {
	for _, row := range wrap(s, f.width) {
		f.rows = append(f.rows, i.paint(row))
	}
}

// frame returns the screen with the form on it.
func (f form) frame(width, height int, title string) painter.Frame {
	out := painter.Frame{Width: width, Height: height, CursorY: -1, Title: title}
	if width < 1 || height < 1 {
		return out
	}
	// If there are too many rows, keep those around the cursor.
	if extra := len(f.rows) - height; extra > 0 {
		from := min(max(f.y-(height-1)/2, 0), extra)
		f.rows = f.rows[from : from+height]
		f.y -= from
	}
	x, y := (width-f.width)/2, (height-len(f.rows))/2
	out.Rows = make([]string, y, y+len(f.rows))
	indent := strings.Repeat(" ", x)
	for _, row := range f.rows {
		out.Rows = append(out.Rows, indent+row)
	}
	if f.y >= 0 {
		out.CursorX, out.CursorY = x+f.x, y+f.y
	}
	return out
}

func (l *lobby) form(width, height int) form {
	t := l.env.Theme
	f := form{width: width}
	airy := height >= 16
	gap := func() {
		if airy {
			f.rows = append(f.rows, "")
		}
	}
	f.rows = append(f.rows, l.title(width))
	gap()
	l.introduce(&f, airy)
	if l.env.Lobby.Notice != "" {
		gap()
		for line := range strings.Lines(l.env.Lobby.Notice) {
			f.text(t.accent, t.own(rooms.CleanLine(strings.TrimRight(line, "\n"))))
		}
	}
	if l.env.Hostless {
		f.text(t.alarm, wording.HostUnknown)
	}
	f.rows = append(f.rows, "")
	at := len(f.rows) // where the operator's words belong
	l.fields(&f)
	advice := form{width: width}
	l.advise(&advice)
	if reply := l.lighting || l.problem != ""; reply && len(f.rows)+1+len(advice.rows) > height {
		f.insert(f.y+1, advice.rows) // it has to be in view
	} else {
		if airy || l.env.Words == "" {
			f.rows = append(f.rows, "")
		}
		f.rows = append(f.rows, advice.rows...)
	}
	f.insert(at, l.words(width, height-len(f.rows)))
	return f
}

// introduce adds what whoever only heard of wick has to know.
func (l *lobby) introduce(f *form, airy bool) {
	t, join := l.env.Theme, l.env.Lobby.Join
	about, readers, joining := wording.About, wording.Readers, wording.JoiningFrom(join)
	if !airy {
		about, readers = wording.AboutShort, wording.ReadersShort
	}
	command := ""
	if join == "" || textWidth(joining) > f.width {
		joining = wording.JoiningByName
		if join != "" && airy {
			joining, command = wording.JoiningFrom("in a shell:"), join
		}
	}
	f.text(t.dim, about)
	f.text(t.dim, joining)
	if command != "" {
		f.text(t.plain, command)
	}
	f.text(t.dim, readers)
}

// words returns the rows of what the operator has to say, and a row that is blank behind
// them: as many as there is space for, or one that says where to read all of it.
func (l *lobby) words(width, space int) []string {
	if l.env.Words == "" || space < 1 {
		return nil
	}
	t := l.env.Theme
	rows := wrap(t.own(rooms.CleanText(l.env.Words)), width)
	if len(rows) >= space {
		rows = append(rows[:max(space-2, 0)], "The operator's notice: ssh HOST about")
	}
	for i, row := range rows {
		rows[i] = t.plain.paint(row)
	}
	if len(rows) < space {
		rows = append(rows, "")
	}
	return rows
}

// insert adds rows before the row at, which is not above the cursor's.
func (f *form) insert(at int, rows []string) {
	f.rows = slices.Insert(f.rows, at, rows...)
	if f.y >= at {
		f.y += len(rows)
	}
}

// advise adds what can be done, or why it cannot.
func (l *lobby) advise(f *form) {
	t := l.env.Theme
	switch {
	case l.lighting:
		f.text(t.accent, t.own("lighting…"))
	case l.problem != "":
		f.text(t.alarm, l.problem)
	case l.offers():
		f.text(t.accent, t.own("→ names it ")+l.env.Lobby.Offer+". Enter makes a name that nobody can guess, Esc leaves.")
	default:
		f.text(t.dim, t.own("Enter lights it, Tab moves, ← → choose, Esc leaves"))
	}
}

// title returns a row with a whole wick.
func (l *lobby) title(width int) string {
	t := l.env.Theme
	p := newRowBuilder(t, width)
	p.write(t.strong, "wick ")
	if n := p.left - 2; n > 0 {
		p.fill(t.wick[calm].wax, t.mark("━"), n)
		p.column()
		p.fill(t.wick[calm].ember, t.mark("●"), 1)
	}
	return p.row()
}

// openName stands beside a name that was chosen.
const openName = "whoever guesses it gets in"

func (l *lobby) fields(f *form) {
	t := l.env.Theme
	row := func(at field, label string) *rowBuilder {
		p := newRowBuilder(t, f.width)
		mark, style := "  ", t.dim
		if l.focus == at {
			mark, style = t.mark("❯")+" ", t.strong
		}
		p.write(t.accent, mark)
		p.write(style, label)
		p.skip(labelWidth - textWidth(label))
		return p
	}
	point := func(at field, x int) {
		if l.focus == at {
			f.x, f.y = min(x, f.width-1), len(f.rows)
		}
	}

	p := row(nameField, "name")
	text, x := l.name.Row(p.left)
	point(nameField, f.width-p.left+x)
	if l.name.Empty() {
		p.skip(1)
		p.write(t.dim, "empty: an unguessable name")
	} else {
		if t.ascii { // the name itself is as typed
			text = strings.NewReplacer("…", t.mark("…"), "⏎", t.mark("⏎")).Replace(text)
		}
		p.write(t.plain, text)
		if aside := "  " + openName; textWidth(aside) < p.left {
			p.write(t.dim, aside)
		}
	}
	f.rows = append(f.rows, p.row())

	choose := func(at field, label string, d stepper, aside string) {
		p := row(at, label)
		p.write(t.dim, t.mark("‹")+" ")
		p.write(t.plain, d.text)
		point(at, f.width-p.left)
		p.write(t.dim, " "+t.mark("›"))
		if textWidth(aside) <= p.left {
			p.write(t.dim, aside)
		}
		f.rows = append(f.rows, p.row())
	}
	choose(ttlField, "countdown", l.ttl, "  can be shortened, never extended")
	choose(seatsField, "places", l.seats, "")
}
