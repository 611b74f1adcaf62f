package ui

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/wording"
)

const (
	minBar   = 8  // cells of the wick, which says nothing if it is shorter
	minNames = 24 // cells that the names keep if the share command is shown
	minTag   = 40 // cells of the names from which on your own key tag is shown
	minOwn   = 8  // cells that your own name keeps, as does the room's
	minOther = 4  // cells for another name, with the comma before it
)

// nameRow returns the row with the name of the room, the people in it if names is
// true and, if there is space, the command that others join with.
func nameRow(t *Theme, s rooms.State, share string, width int, names bool) string {
	p := newRowBuilder(t, width)
	p.skip(1)
	name, taken := s.Room.Name.String(), places(s)
	if names {
		// Your own name comes after it, and is not to vanish.
		room := p.left - 2 - len(taken) - 2 - textWidth(ownName(s, minOwn))
		name = cells.Truncate(name, max(room, minOwn), t.mark("…"))
	}
	p.write(t.strong, name)
	p.skip(2)
	p.write(t.accent, taken)
	end := textWidth(share) + 3 // with the space around it
	if p.left-end < minNames {
		end = 0
	}
	if names {
		p.skip(2)
		p.left -= end
		p.write(t.dim, t.rosterNames(s, p.left))
		p.left += end
	}
	if end > 0 {
		p.skip(p.left - end + 2)
		p.write(t.dim, share)
	}
	return p.row()
}

func places(s rooms.State) string {
	return strconv.Itoa(rooms.SeatsTaken(s.Roster)) + "/" + strconv.Itoa(s.Room.Seats)
}

// rosterNames returns the names of the people in the room. Your own comes first, cut short
// rather than its note, so that a narrow screen shows who you are, and the others follow in
// the order of arrival. It stops where the width ends: otherwise each of a thousand people
// would cost a thousand names.
func (t *Theme) rosterNames(s rooms.State, width int) string {
	tag := ""
	if width >= minTag {
		tag = wording.Tag(s.You)
	}
	var b strings.Builder
	add := func(name string) {
		b.WriteString(name)
		width -= textWidth(name)
	}
	own := wording.RosterNote(s.You, s.You) + tag
	add(cells.Truncate(wording.Alias(s.You), width-len(own), t.mark("…")) + own)
	for _, seat := range s.Roster {
		if width < minOther {
			break
		}
		if seat.ID != s.You.ID {
			add(", " + wording.RosterName(seat, s.You))
		}
	}
	return b.String()
}

// ownName returns your own name in the header, of which the alias has at most that many
// cells.
func ownName(s rooms.State, alias int) string {
	return cells.Truncate(wording.Alias(s.You), alias, "~") + wording.RosterNote(s.You, s.You)
}

// locked is the word in the header of a locked room.
const locked = "locked"

// wickRow returns the row with the countdown: a wick that burns from right to left,
// and the time. It says in words, too, that the last minute or the last seconds have
// come and that the room is locked. If it is quiet, it changes by the minute.
func wickRow(t *Theme, s rooms.State, left time.Duration, quiet bool, width int) string {
	left, clock := countdown(left, quiet)
	ph := phaseOf(left)
	ink := t.wick[ph]
	word := [phases]string{calm: "", lastMinute: "last minute", lastSeconds: "going out"}[ph]
	if s.Stale {
		word = "reconnecting"
	}
	tail := len(clock) + 1
	if word != "" {
		tail += len(word) + 2
	}
	shut := s.Room.Locked && len(locked)+2+tail < width
	if shut {
		tail += len(locked) + 2
	}
	p := newRowBuilder(t, width)
	p.b.Grow(4 * p.left) // three bytes a cell, and the styles
	p.skip(1)
	if bar := p.left - tail - 2; bar >= minBar {
		lit := waxCells(left, s.Room.Span, bar)
		p.fill(ink.wax, t.mark("━"), lit)
		p.column()
		p.fill(ink.ember, t.mark("●"), 1)
		p.skip(min(bar-lit-1, 1)) // the ember is two cells wide on some terminals
		p.fill(ink.ash, t.mark("╌"), bar-lit-2)
		p.skip(2)
	}
	if shut {
		p.write(t.accent, locked)
		p.skip(2)
	}
	if word != "" {
		p.write(ink.clock, word)
		p.skip(2)
	}
	p.write(ink.clock, clock)
	return p.row()
}

// countdown returns the time left as it is drawn, and as a clock shows it.
func countdown(left time.Duration, quiet bool) (time.Duration, string) {
	if quiet {
		return wording.QuietClock(left)
	}
	return left, wording.Clock(left)
}

// waxCells returns how many cells of a wick are left before the ember.
func waxCells(left, span time.Duration, cells int) int {
	if span <= 0 {
		return 0
	}
	part := min(float64(left)/float64(span), 1)
	return min(int(part*float64(cells)), cells-1)
}

// smallRow returns the only row of the header on a small screen: the time and the
// name.
func smallRow(t *Theme, s rooms.State, left time.Duration, quiet bool, width int) string {
	left, clock := countdown(left, quiet)
	p := newRowBuilder(t, width)
	p.write(t.wick[phaseOf(left)].clock, clock)
	p.skip(1)
	if s.Stale {
		p.write(t.dim, "reconnecting")
		p.skip(1)
	}
	p.write(t.strong, s.Room.Name.String())
	if s.Room.Locked {
		p.skip(1)
		p.write(t.accent, locked)
	}
	return p.row()
}
