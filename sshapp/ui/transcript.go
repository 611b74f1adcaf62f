package ui

import (
	"slices"
	"time"

	"github.com/charmbracelet/x/ansi"

	"wick/rooms"
)

const maxNotes = 50 // local lines kept

// transcript draws the window on what a room remembers that is on the screen.
// It holds a position in the room's own transcript, the lines that only this
// session sees, and the finished rows of the window; no copy of what was said.
type transcript struct {
	theme  *Theme
	loc    *time.Location
	me     string                 // identity
	alias  string                 // what this session's person is called
	shelve func(width int) *shelf // of the room; nil, or answering nil: none
	width  int
	shelf  *shelf // for the width

	whole rooms.Transcript // as the room has it
	log   rooms.Transcript // from where it was cleared
	clear uint64           // that position
	notes []note
	first uint64 // number of notes[0]

	// The bottom of the window while scrolled: an edge, and how many rows of
	// the item above it are below the window.
	scrolled bool
	bottom   edge
	last     item // above bottom
	below    int
	seen     uint64 // position after the newest event when scrolling began

	window, spare []block // from the bottom upward
}

// note is a line that only this session sees. It stands before the event at
// its position.
type note struct {
	at   uint64
	role role
	text string
	rule bool      // drawn across the screen
	when time.Time // not zero: drawn as what happened in the room then
}

// role is what a note is to its reader: the theme says how that looks.
type role uint8

const (
	aside role = iota
	remark
	warning
)

func (t *Theme) note(r role) ink {
	return [...]ink{aside: t.dim, remark: t.accent, warning: t.alarm}[r]
}

// edge is a place between two items: the position of the event and the number
// of the note that come next.
type edge struct{ pos, note uint64 }

// item is one thing in the window: an event, or a note.
type item struct {
	note bool
	id   uint64 // position or number
}

type block struct {
	item  item
	after uint64 // see transcript.after
	rows  []row
}

// row is a styled row and how many cells it has.
type row struct {
	text  string
	cells int
}

// take replaces the room's part. Positions stay, so what is scrolled to does.
func (t *transcript) take(log rooms.Transcript) {
	t.whole, t.log = log, log.Tail(t.clear)
	if log.Missed > 0 {
		t.tellMissed(log.Missed)
		t.whole.Missed, t.log.Missed = 0, 0 // told once
	}
}

// forget shows nothing any more of what is there.
func (t *transcript) forget() {
	t.clear = t.log.Next()
	t.take(t.whole)
	t.first += uint64(len(t.notes))
	t.notes = nil
	t.window, t.spare = nil, nil
	t.follow()
}

// dress draws everything in another theme.
func (t *transcript) dress(theme *Theme) {
	t.theme, t.width = theme, 0
}

// tell adds a local line after everything that is there. A warning that stands
// there already is not repeated.
func (t *transcript) tell(r role, text string) {
	t.follow()
	n := note{at: t.log.Next(), role: r, text: text}
	if r == warning && len(t.notes) > 0 && t.notes[len(t.notes)-1] == n {
		return
	}
	t.add(n)
}

// tellMissed adds a line where messages are missing that the room dropped before
// this session read them: all that it has now are new, and come after.
func (t *transcript) tellMissed(missed uint64) {
	n := note{at: t.log.Next(), role: remark, text: happened(rooms.Event{Kind: rooms.Missed, Seq: missed})}
	for pos, e := range t.log.All() {
		if e.Kind == rooms.Message || e.Kind == rooms.Withheld || e.Kind == rooms.Missed {
			n.at = pos
			break
		}
	}
	t.add(n)
}

func (t *transcript) add(n note) {
	if len(t.notes) == maxNotes {
		copy(t.notes, t.notes[1:])
		t.notes = t.notes[:maxNotes-1]
		t.first++
	}
	t.notes = append(t.notes, n)
}

// markNew draws a line before the first message after the one seen last, if any.
func (t *transcript) markNew(seen uint64) {
	for pos, e := range t.log.All() {
		if e.Kind == rooms.Message && e.Seq > seen {
			t.notes = append(t.notes, note{at: pos, role: remark, text: "new since you left", rule: true})
			return
		}
	}
}

// follow shows the newest from now on.
func (t *transcript) follow() { t.scrolled = false }

// unread counts the messages that came since the window was scrolled away.
func (t *transcript) unread() int {
	if !t.scrolled {
		return 0
	}
	n := 0
	for _, e := range t.log.Tail(t.seen).All() {
		if e.Kind == rooms.Message {
			n++
		}
	}
	return n
}

func (t *transcript) end() edge {
	return edge{t.log.Next(), t.first + uint64(len(t.notes))}
}

// start is the edge to draw upward from. What was dropped meanwhile cannot be
// stood on any more.
func (t *transcript) start() (edge, int) {
	if !t.scrolled {
		return t.end(), 0
	}
	e := edge{max(t.bottom.pos, t.log.From), max(t.bottom.note, t.first)}
	if it, _, _ := t.above(e); it != t.last {
		return e, 0
	}
	return e, t.below
}

// above is the item before the edge, and the edge before that.
func (t *transcript) above(e edge) (item, edge, bool) {
	i, _ := t.log.Index(e.pos)
	if e.note > t.first {
		if n := t.notes[e.note-t.first-1]; i == 0 || n.at > t.log.Pos(i-1) {
			return item{true, e.note - 1}, edge{e.pos, e.note - 1}, true
		}
	}
	if i > 0 {
		pos := t.log.Pos(i - 1)
		return item{false, pos}, edge{pos, e.note}, true
	}
	return item{}, e, false
}

// under is the item after the edge, and the edge after that.
func (t *transcript) under(e edge) (item, edge, bool) {
	i, _ := t.log.Index(e.pos)
	end := i == len(t.log.Events)
	if n := e.note - t.first; n < uint64(len(t.notes)) {
		if end || t.notes[n].at <= t.log.Pos(i) {
			return item{true, e.note}, edge{e.pos, e.note + 1}, true
		}
	}
	if !end {
		pos := t.log.Pos(i)
		return item{false, pos}, edge{pos + 1, e.note}, true
	}
	return item{}, e, false
}

// draw fills rows from the bottom upward; what nothing reaches stays empty.
func (t *transcript) draw(rows []row, width int) {
	if width != t.width {
		t.width, t.window, t.shelf = width, nil, nil
		if t.shelve != nil {
			t.shelf = t.shelve(width)
		}
	}
	if !t.fill(rows) && t.scrolled {
		// Not enough above any more, as after a resize.
		t.follow()
		clear(rows)
		t.fill(rows)
	}
}

// fill draws, and keeps the rows of what it drew for the next time. It answers
// false where rows stayed empty.
func (t *transcript) fill(rows []row) bool {
	at, below := t.start()
	old, next := t.window, t.spare[:0]
	y := len(rows)
	for y > 0 {
		it, e, ok := t.above(at)
		if !ok {
			break
		}
		if t.blank(it) {
			at, below = e, 0
			continue
		}
		var b block
		after := t.after(it)
		if b, old = reuse(old, it); b.rows == nil || b.after != after || t.changes(it) {
			b = block{it, after, t.rows(it, after)}
		}
		next = append(next, b)
		last := max(len(b.rows)-below, 0)
		for _, r := range slices.Backward(b.rows[:last]) {
			if y == 0 {
				break
			}
			y--
			rows[y] = r
		}
		at, below = e, 0
	}
	clear(t.window[:cap(t.window)]) // what left the window is let go
	t.spare, t.window = t.window[:0], next
	return y == 0
}

// rows are those of an item, shared with other sessions unless it is one that
// this session sees differently.
func (t *transcript) rows(it item, after uint64) []row {
	lay := func() []row { return measured(t.lay(it)) }
	if t.shelf == nil || it.note || t.own(t.log.At(it.id)) {
		return lay()
	}
	return t.shelf.rows(it.id, after, lay)
}

func measured(rows []string) []row {
	m := make([]row, len(rows))
	for i, r := range rows {
		m[i] = row{r, ansi.StringWidth(r)}
	}
	return m
}

// reuse finds an item among the blocks of the last window, which are in the
// same order, and answers those behind it.
func reuse(old []block, it item) (block, []block) {
	for i, b := range old {
		if b.item == it {
			return b, old[i+1:]
		}
	}
	return block{}, old
}

// height is how many rows an item has, from the window where it is there.
func (t *transcript) height(it item) int {
	if t.blank(it) {
		return 0
	}
	if b, _ := reuse(t.window, it); b.rows != nil && b.after == t.after(it) {
		return len(b.rows)
	}
	return len(t.lay(it))
}

// up scrolls back by n rows, as far as a window of that height stays full.
func (t *transcript) up(n, height int) {
	if t.width == 0 || height < 1 {
		return
	}
	if !t.scrolled {
		t.seen = t.log.Next()
	}
	bottom, below := t.start()
	// Rows above the bottom, as many as matter.
	have := -below
	for e := bottom; have < n+height; {
		it, next, ok := t.above(e)
		if !ok {
			break
		}
		have += t.height(it)
		e = next
	}
	n = min(n, have-height)
	if n <= 0 {
		return
	}
	below += n
	for {
		it, next, ok := t.above(bottom)
		if !ok {
			break
		}
		rows := t.height(it)
		if below < rows {
			break
		}
		below -= rows
		bottom = next
	}
	t.scrolled = true
	t.stand(bottom, below)
}

// down scrolls forward by n rows, and follows again at the end.
func (t *transcript) down(n int) {
	if !t.scrolled {
		return
	}
	bottom, below := t.start()
	for below < n {
		it, next, ok := t.under(bottom)
		if !ok {
			t.follow()
			return
		}
		below += t.height(it)
		bottom = next
	}
	t.stand(bottom, below-n)
	if _, _, more := t.under(bottom); !more && t.below == 0 {
		t.follow()
	}
}

// stand puts the bottom of the window on an edge, that many rows of the item
// above it below the window.
func (t *transcript) stand(bottom edge, below int) {
	t.bottom, t.below = bottom, below
	t.last, _, _ = t.above(bottom)
}
