package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

const (
	formWidth  = 58 // cells at most
	labelWidth = 11 // cells, of a field's label
)

func (l *lobby) frame(width, height int) Frame {
	f := Frame{Width: width, Height: height, CursorY: -1, Title: "wick"}
	if width < 1 || height < 1 {
		return f
	}
	form := l.form(min(formWidth, width), height)
	// What does not fit is cut off from the top and the bottom, around the
	// field that has the cursor.
	if extra := len(form.rows) - height; extra > 0 {
		from := min(max(form.y-height/2, 0), extra)
		form.rows = form.rows[from : from+height]
		form.y -= from
	}
	x, y := (width-form.width)/2, (height-len(form.rows))/2
	f.Rows = make([]string, y, y+len(form.rows))
	indent := strings.Repeat(" ", x)
	for _, row := range form.rows {
		f.Rows = append(f.Rows, indent+row)
	}
	if !l.lighting {
		f.CursorX, f.CursorY = x+form.x, y+form.y
	}
	return f
}

// form is the lobby's rows, and the cursor's place in them.
type form struct {
	width int
	rows  []string
	x, y  int
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
	text := func(i ink, s string) {
		for _, row := range wrap(s, width) {
			f.rows = append(f.rows, i.paint(row))
		}
	}
	f.rows = append(f.rows, l.title(width))
	gap()
	text(t.dim, "A room that burns down: when the wick is out, all is gone.")
	if l.env.Lobby.Notice != "" {
		gap()
		text(t.accent, rooms.CleanLine(l.env.Lobby.Notice))
	}
	f.rows = append(f.rows, "")
	l.fields(&f)
	f.rows = append(f.rows, "")
	switch {
	case l.lighting:
		text(t.accent, "lighting…")
	case l.problem != "":
		text(t.alarm, l.problem)
	default:
		text(t.dim, "Enter lights it, Tab moves, ← → choose, Esc leaves")
	}
	return f
}

// title is a wick in full length.
func (l *lobby) title(width int) string {
	t := l.env.Theme
	p := newPen(width)
	p.write(t.strong, "wick ")
	if n := p.left - 2; n > 0 {
		p.fill(t.wick[calm].wax, "━", n)
		p.fill(t.wick[calm].ember, "●", 1)
	}
	return p.row()
}

func (l *lobby) fields(f *form) {
	t := l.env.Theme
	row := func(at field, label string) *pen {
		p := newPen(f.width)
		mark, style := "  ", t.dim
		if l.focus == at {
			mark, style = "❯ ", t.strong
		}
		p.write(t.accent, mark)
		p.write(style, label)
		p.skip(labelWidth - ansi.StringWidth(label))
		return p
	}
	point := func(at field, x int) {
		if l.focus == at {
			f.x, f.y = min(x, f.width-1), len(f.rows)
		}
	}

	p := row(nameField, "name")
	text, x := l.name.view(p.left)
	point(nameField, f.width-p.left+x)
	if l.name.empty() {
		p.skip(1)
		p.write(t.dim, "empty: one nobody can guess")
	} else {
		p.write(t.plain, text)
	}
	f.rows = append(f.rows, p.row())

	choose := func(at field, label string, d dial, aside string) {
		p := row(at, label)
		p.write(t.dim, "‹ ")
		p.write(t.plain, d.text)
		point(at, f.width-p.left)
		p.write(t.dim, " ›")
		if ansi.StringWidth(aside) <= p.left {
			p.write(t.dim, aside)
		}
		f.rows = append(f.rows, p.row())
	}
	choose(ttlField, "countdown", l.ttl, "  can be shortened, never extended")
	choose(seatsField, "places", l.seats, "")
}
