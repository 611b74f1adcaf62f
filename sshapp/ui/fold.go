package ui

import (
	"fmt"
	"strings"

	"wick/rooms"
)

// foldMost is how many joins and leaves in a row are drawn one by one. Of a longer
// run the last is drawn, and above it one line for all those before. The whole run
// is drawn in the place of its last event: so what is drawn for an event changes
// only once, when another follows.
const foldMost = 2

// foldable reports whether the event may be folded. A person who comes under a name
// that somebody else had before is always drawn: people must read that.
func foldable(e *rooms.Event) bool {
	return e.Kind == rooms.Left || e.Kind == rooms.Joined && !e.From.Marked
}

// foldableAt is foldable for a position, which may be outside of the transcript.
func (t *transcript) foldableAt(pos uint64) bool {
	i, ok := t.log.Index(pos)
	return ok && foldable(&t.log.Events[i])
}

// shared returns the event at a position of the transcript that all sessions share.
func (t *transcript) shared(pos uint64) *rooms.Event {
	i, _ := t.log.Index(pos)
	return &t.log.Events[i]
}

// blank reports whether nothing is drawn for the item: it is withheld, or folded
// into the last of its run.
func (t *transcript) blank(it item) bool {
	if it.note {
		return false
	}
	switch t.shared(it.id).Kind {
	case rooms.Withheld:
		return t.log.At(it.id).Kind == rooms.Withheld
	case rooms.Joined, rooms.Left:
		if !t.foldableAt(it.id) || !t.foldableAt(it.id+1) {
			return false
		}
	default:
		return false
	}
	n := 2
	for pos := it.id; n <= foldMost && t.foldableAt(pos-1); pos-- {
		n++
	}
	for pos := it.id + 1; n <= foldMost && t.foldableAt(pos+1); pos++ {
		n++
	}
	return n > foldMost
}

// stampOf returns the stamp of an item. Events that the transcript drops change it,
// and then the rows are laid out again.
func (t *transcript) stampOf(it item) (st stamp) {
	if it.note {
		return st
	}
	if i, _ := t.whole.Index(it.id); i > 0 {
		st.before = t.whole.Pos(i - 1)
	}
	for pos := it.id; t.foldableAt(pos); pos-- {
		if t.shared(pos).Kind == rooms.Joined {
			st.came++
		}
		st.run++
	}
	if st.run <= foldMost {
		st.run, st.came = 0, 0 // drawn by itself
	}
	return st
}

// layJoinRun lays out a run of joins and leaves whose last event is e.
func (t *transcript) layJoinRun(e rooms.Event, st stamp) []row {
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
	n, came := int(st.run), int(st.came)
	if n--; e.Kind == rooms.Joined {
		came--
	}
	text := fmt.Sprintf("→ %d came in, %d left", came, n-came)
	switch came {
	case 0:
		text = fmt.Sprintf("← %d left", n)
	case n:
		text = fmt.Sprintf("→ %d came in", n)
	}
	rows := t.layLines(t.theme.dim, text, clock, strings.Repeat(" ", clockIndent+2))
	return append(rows, t.laySystem(e)...)
}
