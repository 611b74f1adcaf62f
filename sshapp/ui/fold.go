package ui

import (
	"fmt"
	"strings"

	"wick/rooms"
)

// foldMost is how many joins and leaves in a row are told one by one. Of a longer
// run the last is told, and above it in one line all that were before. All of it
// is in the place of the last: then what is drawn there changes only once, when
// another follows, and never again.
const foldMost = 2

// passes tells whether the event is one that may be folded. Who comes under a name
// that was another's never is: that must be read.
func passes(e *rooms.Event) bool {
	return e.Kind == rooms.Left || e.Kind == rooms.Joined && !e.From.Marked
}

// passing is passes for a position, which may be outside of the transcript.
func (t *transcript) passing(pos uint64) bool {
	i, ok := t.log.Index(pos)
	return ok && passes(&t.log.Events[i])
}

// shared is the event at a position of the transcript as all sessions have it.
func (t *transcript) shared(pos uint64) *rooms.Event {
	i, _ := t.log.Index(pos)
	return &t.log.Events[i]
}

// blank reports whether nothing is drawn of the item: what is withheld, and what is
// folded into the last of its run.
func (t *transcript) blank(it item) bool {
	if it.note {
		return false
	}
	switch t.shared(it.id).Kind {
	case rooms.Withheld:
		return t.log.At(it.id).Kind == rooms.Withheld
	case rooms.Joined, rooms.Left:
		if !t.passing(it.id) || !t.passing(it.id+1) {
			return false
		}
	default:
		return false
	}
	n := 2
	for pos := it.id; n <= foldMost && t.passing(pos-1); pos-- {
		n++
	}
	for pos := it.id + 1; n <= foldMost && t.passing(pos+1); pos++ {
		n++
	}
	return n > foldMost
}

// stampOf is the stamp of an item. What is dropped meanwhile changes it, and then
// the rows are made anew.
func (t *transcript) stampOf(it item) (st stamp) {
	if it.note {
		return st
	}
	if i, _ := t.whole.Index(it.id); i > 0 {
		st.before = t.whole.Pos(i - 1)
	}
	for pos := it.id; t.passing(pos); pos-- {
		if t.shared(pos).Kind == rooms.Joined {
			st.came++
		}
		st.run++
	}
	if st.run <= foldMost {
		st.run, st.came = 0, 0 // told by itself
	}
	return st
}

// layCrowd is a run of joins and leaves whose last event is e.
func (t *transcript) layCrowd(e rooms.Event, st stamp) []row {
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
