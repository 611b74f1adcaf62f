package ui

import (
	"strconv"
	"strings"
	"time"

	"wick/rooms"
	"wick/sshapp/wording"
)

const (
	minBar   = 8  // cells: a shorter wick says nothing
	minShare = 24 // cells that who is here keeps beside the share command
	minTag   = 40 // cells of who is here that have room for one's own key tag
)

// nameRow names the room, who is in it and, where there is room for it, how
// others get in.
func nameRow(t *Theme, s rooms.State, share string, width int, names bool) string {
	p := newRowBuilder(width)
	p.skip(1)
	p.write(t.strong, s.Room.Name.String())
	p.skip(2)
	p.write(t.accent, places(s))
	end := textWidth(share) + 3 // with the space around it
	if p.left-end < minShare {
		end = 0
	}
	if names {
		p.skip(2)
		p.left -= end
		cells := p.left
		p.write(t.dim, roll(s, cells, func(seat rooms.Seat) string {
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

// roll is everybody's name, one's own first, for it must not be what a narrow
// screen cuts off, and the others in the order of arrival. It goes as far as the
// cells reach: a room of a thousand must not cost each of them a thousand names.
func roll(s rooms.State, cells int, name func(rooms.Seat) string) string {
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

// wickRow is the countdown: a wick that burns from right to left, and the
// time. The last minute and the last seconds are told in words as well, and that
// the room is locked.
func wickRow(t *Theme, s rooms.State, left time.Duration, width int) string {
	ph := phaseOf(left)
	ink := t.wick[ph]
	word := [phases]string{calm: "", lastMinute: "last minute", lastSeconds: "going out"}[ph]
	if s.Stale {
		word = "reconnecting"
	}
	time := wording.Clock(left)
	tail := len(time) + 1
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
		lit := burning(left, s.Room.Span, bar)
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
	p.write(ink.clock, time)
	return p.row()
}

// burning is how many of a wick's cells are whole before the ember.
func burning(left, span time.Duration, cells int) int {
	if span <= 0 {
		return 0
	}
	part := min(float64(left)/float64(span), 1)
	return min(int(part*float64(cells)), cells-1)
}

// smallRow is the header of a screen too small for one: the time and the name.
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
