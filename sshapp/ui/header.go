package ui

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

const (
	minBar   = 8  // cells of the wick, which says nothing if it is shorter
	minNames = 24 // cells that the names keep if the share command is shown
	minTag   = 40 // cells of the names from which on your own key tag is shown
)

// nameRow returns the row with the name of the room, the people in it if names is
// true and, if there is space, the command that others join with.
func nameRow(t *Theme, s rooms.State, share string, width int, names bool) string {
	p := newRowBuilder(width)
	p.skip(1)
	p.write(t.strong, s.Room.Name.String())
	p.skip(2)
	p.write(t.accent, places(s))
	end := textWidth(share) + 3 // with the space around it
	if p.left-end < minNames {
		end = 0
	}
	if names {
		p.skip(2)
		p.left -= end
		cells := p.left
		p.write(t.dim, rosterNames(s, cells, func(seat rooms.Seat) string {
			name := wording.RosterName(seat, s.You)
			if seat.ID == s.You.ID && cells >= minTag {
				name += wording.Tag(seat)
			}
			return name
		}))
		p.left += end
	}
	if end > 0 {
		p.skip(p.left - end + 2)
		p.write(t.dim, share)
	}
	return p.row()
}

func places(s rooms.State) string {
	return strconv.Itoa(len(s.Roster)) + "/" + strconv.Itoa(s.Room.Seats)
}

// rosterNames returns the names of the people in the room. Your own comes first, so
// that a narrow screen does not cut it off, and the others follow in the order of
// arrival. It stops where the cells end: otherwise each of a thousand people would cost
// a thousand names.
func rosterNames(s rooms.State, cells int, name func(rooms.Seat) string) string {
	var b strings.Builder
	add := func(seat rooms.Seat) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		n := name(seat)
		b.WriteString(n)
		cells -= textWidth(n) + 2
	}
	add(s.You)
	for _, seat := range s.Roster {
		if cells < 0 {
			break
		}
		if seat.ID != s.You.ID {
			add(seat)
		}
	}
	return b.String()
}

// locked is the word in the header of a locked room.
const locked = "locked"

// wickRow returns the row with the countdown: a wick that burns from right to left,
// and the time. It says in words, too, that the last minute or the last seconds have
// come and that the room is locked.
func wickRow(t *Theme, s rooms.State, left time.Duration, width int) string {
	ph := phaseOf(left)
	ink := t.wick[ph]
	word := [phases]string{calm: "", lastMinute: "last minute", lastSeconds: "going out"}[ph]
	if s.Stale {
		word = "reconnecting"
	}
	clock := wording.Clock(left)
	tail := len(clock) + 1
	if word != "" {
		tail += len(word) + 2
	}
	shut := s.Room.Locked && len(locked)+2+tail < width
	if shut {
		tail += len(locked) + 2
	}
	p := newRowBuilder(width)
	p.b.Grow(4 * p.left) // three bytes a cell, and the styles
	p.skip(1)
	if bar := p.left - tail - 2; bar >= minBar {
		lit := waxCells(left, s.Room.Span, bar)
		p.fill(ink.wax, "━", lit)
		p.fill(ink.ember, "●", 1)
		p.fill(ink.ash, "╌", bar-lit-1)
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
func smallRow(t *Theme, s rooms.State, left time.Duration, width int) string {
	p := newRowBuilder(width)
	p.write(t.wick[phaseOf(left)].clock, wording.Clock(left))
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
