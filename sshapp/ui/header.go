package ui

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"wick/rooms"
	"wick/sshapp/ui/cells"
	"wick/sshapp/ui/painter"
	"wick/sshapp/wording"
)

const (
	minBar   = 8  // cells of the wick, which says nothing if it is shorter
	minNames = 24 // cells that the names keep if the share command is shown
	minTag   = 40 // cells of the names from which on your own key tag is shown
	minRoom  = 8  // cells that the name of the room keeps
	minOwn   = 14 // cells that your own name keeps
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
		own, _ := t.ownName(s, "", minOwn)
		room := p.left - 2 - len(taken) - 2 - textWidth(own)
		name = cells.Truncate(name, max(room, minRoom), t.mark("…"))
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

// rosterNames returns the names of the people in the room. Your own comes first, so that a
// narrow screen shows who you are, and the others follow in the order of arrival. It stops
// where the width ends: otherwise each of a thousand people would cost a thousand names.
func (t *Theme) rosterNames(s rooms.State, width int) string {
	tag := ""
	if width >= minTag {
		tag = wording.Tag(s.You)
	}
	own, noted := t.ownName(s, tag, width)
	if !noted {
		return own // with others behind it, nobody could tell that it is yours
	}
	var b strings.Builder
	add := func(name string) {
		b.WriteString(name)
		width -= textWidth(name)
	}
	add(own)
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

// ownName returns your own name in the header, of at most that many cells. It has its note
// and the tag if there is space, since the name itself says more.
func (t *Theme) ownName(s rooms.State, tag string, width int) (name string, noted bool) {
	name = wording.RosterName(s.You, s.You) + tag
	if textWidth(name) <= width {
		return name, true
	}
	return cells.Truncate(wording.Alias(s.You), width, t.mark("…")), false
}

// locked is the word in the header of a locked room.
const locked = "locked"

// countdownRow draws the row with the countdown: a wick that burns from right to left,
// and the time. It says in words, too, that the last minute or the last seconds have
// come and that the room is locked. If it is quiet, it changes by the minute. It is safe
// for concurrent use.
type countdownRow struct {
	theme         *Theme
	span          time.Duration // of the whole countdown
	stale, locked bool
	quiet         bool
	width         int

	mu   sync.Mutex
	last wickLook
	drew string // for last
	left int    // cells after that
}

// wickLook is all that the row depends on, except for the time itself.
type wickLook struct {
	phase phase
	lit   int // cells of the wick
	clock int // bytes of the time
}

// text returns the row for the time that is left, in the two parts of a painter.Clock.
func (r *countdownRow) text(left time.Duration) (still, moving string) {
	left, clock := countdown(left, r.quiet)
	look := wickLook{phase: phaseOf(left), clock: len(clock)}
	bar, _, _ := r.layOut(look)
	look.lit = waxCells(left, r.span, bar)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drew == "" || look != r.last {
		r.last = look
		r.drew, r.left = r.draw(look)
	}
	ink := r.theme.wick[look.phase].clock
	return r.drew, painter.Column + ink.paint(cells.Truncate(clock, r.left, r.theme.mark("…")))
}

// layOut returns the cells of the wick, the word before the time, and whether there is
// space to say that the room is locked.
func (r *countdownRow) layOut(look wickLook) (bar int, word string, shut bool) {
	word = [phases]string{calm: "", lastMinute: "last minute", lastSeconds: "going out"}[look.phase]
	if r.stale {
		word = "reconnecting"
	}
	tail := look.clock + 1
	if word != "" {
		tail += len(word) + 2
	}
	shut = r.locked && len(locked)+2+tail < r.width
	if shut {
		tail += len(locked) + 2
	}
	return r.width - 1 - tail - 2, word, shut
}

// draw returns the first part of the row, and the cells after it.
func (r *countdownRow) draw(look wickLook) (text string, left int) {
	bar, word, shut := r.layOut(look)
	t, ink := r.theme, r.theme.wick[look.phase]
	p := newRowBuilder(t, r.width)
	p.b.Grow(4 * p.left) // three bytes a cell, and the styles
	p.skip(1)
	if bar >= minBar {
		p.fill(ink.wax, t.mark("━"), look.lit)
		p.column()
		p.fill(ink.ember, t.mark("●"), 1)
		p.skip(min(bar-look.lit-1, 1)) // the ember is two cells wide on some terminals
		p.fill(ink.ash, t.mark("╌"), bar-look.lit-2)
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
	return p.row(), p.left
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
