package ui

import (
	"fmt"

	"wick/rooms"
	"wick/sshapp/wording"
)

// The width of the roster panel, and of the narrowest screen that has one, in cells.
const (
	rosterWidth = 26
	rosterFrom  = 100
)

// rosterRows returns the panel: a title and a row per seat, at most height rows.
func rosterRows(t *Theme, s rooms.State, height int) []string {
	if height < 2 {
		return nil
	}
	rows := make([]string, 0, min(height, len(s.Roster)+1))
	edge := func() *rowBuilder {
		p := newRowBuilder(t, rosterWidth)
		p.write(t.dim, t.mark("│"))
		p.skip(1)
		return p
	}
	row := func(i ink, text string) {
		p := edge()
		p.write(i, text)
		rows = append(rows, p.row())
	}
	row(t.dim, "here "+places(s))
	for i, seat := range s.Roster {
		if rest := len(s.Roster) - i; len(rows) == height-1 && rest > 1 {
			row(t.dim, fmt.Sprintf("and %d more", rest))
			break
		}
		p, i := edge(), t.person(seat.Identity, seat.ID == s.You.ID)
		note, tag := wording.RosterNote(seat, s.You), wording.Tag(seat)
		p.left -= len(note) + len(tag) // they show who it is: cut the name rather than them
		p.write(i, wording.Alias(seat))
		p.left += len(note) + len(tag)
		p.write(i, note)
		p.write(t.dim, tag)
		rows = append(rows, p.row())
	}
	return rows
}
