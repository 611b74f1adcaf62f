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

// blank tells whether nothing is drawn of the item: what is withheld, and what is
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

// changes tells whether the rows of an item may be others than they were.
func (t *transcript) changes(it item) bool {
	return !it.note && t.shared(it.id).Burn > 0
}

// after returns what the rows of an event depend on beside it: the position where
// its run of joins and leaves begins, or else that of the event before it. What is
// dropped meanwhile changes it, and then the rows are made anew.
func (t *transcript) after(it item) uint64 {
	if it.note {
		return 0
	}
	if n, _ := t.crowd(it.id); n > 1 {
		return it.id - uint64(n-1)
	}
	if i, _ := t.whole.Index(it.id); i > 0 {
		return t.whole.Pos(i - 1)
	}
	return 0
}

// crowd is how many joins and leaves in a row there are up to the position, and how
// many of them are joins.
func (t *transcript) crowd(pos uint64) (n, came int) {
	for ; t.passing(pos); pos-- {
		if t.shared(pos).Kind == rooms.Joined {
			came++
		}
		n++
	}
	return n, came
}

// layCrowd is a run of joins and leaves whose last event is e.
func (t *transcript) layCrowd(e rooms.Event, n, came int) []string {
	clock := " " + e.Time.In(t.loc).Format("15:04") + "  "
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
